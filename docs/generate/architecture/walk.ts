/** One step of a termination's way, and the file where it is taken. The path is from the project's folder. */
export type WalkStep = { readonly file: string; readonly what: string };

/** The way of one termination, from its lifecycle message to the completion of its lifecycle action. */
export const WALK: readonly WalkStep[] = [
  {
    file: "functions/deregister/handler.ts",
    what: "Lambda invokes deregister, by its schedule or by an event source mapping.",
  },
  {
    file: "shared/run/ports.ts",
    what: "Makes the ports of the invocation: clock, log, queues, and a port for each AWS service.",
  },
  {
    file: "functions/deregister/deregister.ts",
    what: "Receives the lifecycle messages, calls one pass, and sends the terminations on.",
  },
  {
    file: "shared/messages/lifecycle-message.ts",
    what: "Reads the lifecycle message. Its `NotificationMetadata` may bring settings.",
  },
  {
    file: "shared/messages/merge-duplicates.ts",
    what: "Makes one termination of several messages about the same lifecycle action.",
  },
  {
    file: "shared/reconcile.ts",
    what: "One pass: observe, decide and act, for all terminations that are due.",
  },
  {
    file: "shared/observe/auto-scaling.ts",
    what: "Asks which instances are still in a wait state, and for the hooks of their groups.",
  },
  { file: "shared/act/heartbeat.ts", what: "Sends the heartbeats that are due." },
  { file: "shared/observe/cluster.ts", what: "Reads the container instance, its tasks and their services." },
  { file: "shared/observe/load-balancers.ts", what: "Reads where the instance is registered." },
  { file: "shared/rules/decide.ts", what: "Decides, from what was observed and from nothing else." },
  { file: "shared/rules/draining.ts", what: "The rules for an instance that the hook holds." },
  { file: "shared/rules/steps.ts", what: "Chooses the steps: deregister, set DRAINING, stop tasks." },
  { file: "shared/act/carry-out.ts", what: "Carries the steps out, in as few calls as the APIs allow." },
  {
    file: "shared/messages/monitor-message.ts",
    what: "Writes the termination, with its memory, as a message of the monitor queue.",
  },
  { file: "functions/terminate/terminate.ts", what: "A run of terminate receives it, within a minute." },
  {
    file: "functions/terminate/watch.ts",
    what: "Holds it through the run, with a pass whenever one is due.",
  },
  {
    file: "shared/observe/recheck-blocker.ts",
    what: "Between passes, asks only whether the blocker is still there.",
  },
  {
    file: "shared/messages/receive.ts",
    what: "At the run's end it is handed over: sent again, and the old message is deleted.",
  },
  {
    file: "shared/rules/draining.ts",
    what: "In a later run nothing is left, and that has been seen for long enough: it decides to complete.",
  },
  {
    file: "shared/act/conclude.ts",
    what: "Completes while what was observed is fresh; otherwise it queues the termination for its completion.",
  },
  {
    file: "shared/act/complete-action.ts",
    what: "Calls CompleteLifecycleAction, and deals with the answer. Then terminate deletes the message.",
  },
];
