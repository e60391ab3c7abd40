/** One step of a termination's way, and the file where it is taken. The path is from the project's folder. */
export type WalkStep = { readonly file: string; readonly what: string };

/** The first pass, in deregister: from the lifecycle message to the monitor queue. */
const IN_DEREGISTER: readonly WalkStep[] = [
  {
    file: "functions/deregister/handler.ts",
    what: "Lambda invokes deregister, by its schedule or by an event source mapping of the lifecycle queue.",
  },
  {
    file: "shared/run/ports.ts",
    what: "Makes the ports: the clock, the log, the queues, and a port for each AWS service. Nothing else touches the outside.",
  },
  {
    file: "functions/deregister/deregister.ts",
    what: "Checks the input and starts a run. It deletes a message only after the next step is safe.",
  },
  { file: "shared/messages/receive.ts", what: "Receives the messages, ten at a time." },
  {
    file: "shared/messages/arrivals.ts",
    what: "Sorts them: terminations, notices, and what cannot be read. A termination gets the settings of the input here, which travel with it.",
  },
  {
    file: "shared/messages/lifecycle-message.ts",
    what: "Reads one message: which instance, group, hook and token. It brings no settings: anybody may have written it.",
  },
  {
    file: "shared/messages/merge-duplicates.ts",
    what: "Makes one termination of several messages about it, because SQS delivers some twice.",
  },
  {
    file: "shared/reconcile/reconcile.ts",
    what: "One pass for all terminations at once, so that they share calls: observe, decide, act. A record is handed from step to step.",
  },
  {
    file: "shared/observe/auto-scaling.ts",
    what: "Asks Auto Scaling for the instance's lifecycle state and its group's hooks.",
  },
  {
    file: "shared/rules/superseded-action.ts",
    what: "Checks that the lifecycle action is still the one that holds the instance.",
  },
  {
    file: "shared/reconcile/heartbeats.ts",
    what: "Sends heartbeats that are due. This comes before the slower questions, because a hook's timer runs meanwhile.",
  },
  { file: "shared/rules/heartbeat.ts", what: "Says when a heartbeat is due." },
  {
    file: "shared/observe/observe.ts",
    what: "Asks for all the rest, in the order of the next four steps. What is not answered is unread, never gone.",
  },
  {
    file: "shared/observe/cluster.ts",
    what: "Finds the container instance in its clusters.",
  },
  { file: "shared/observe/tasks.ts", what: "Reads the tasks on it." },
  {
    file: "shared/observe/services.ts",
    what: "Reads the services of these tasks. The load balancers that a service names are managed by ECS.",
  },
  {
    file: "shared/observe/load-balancers.ts",
    what: "Finds where the instance is registered, for each kind of load balancer by its port.",
  },
  {
    file: "shared/rules/decide.ts",
    what: "Decides from what was observed and what is remembered. It calls nothing, so a table can test it.",
  },
  { file: "shared/rules/draining.ts", what: "Holds the rules for an instance that the hook holds." },
  {
    file: "shared/rules/steps.ts",
    what: "Chooses the steps: deregister first, then DRAINING, so that no task is stopped under open connections.",
  },
  { file: "shared/act/carry-out.ts", what: "Carries the steps out, in as few calls as the APIs allow." },
  {
    file: "shared/rules/after-pass.ts",
    what: "Says what is remembered of it: the steps that took effect, and what blocks now.",
  },
  {
    file: "shared/reconcile/conclude.ts",
    what: "Ends the pass: it waits, is dropped, or is completed. Deregister never completes, so it waits. A line is logged where the blockers are news.",
  },
  {
    file: "shared/messages/monitor-message.ts",
    what: "Writes the termination as a message. deregister sends it to the monitor queue, and then deletes the lifecycle message.",
  },
];

/** The passes after it, in terminate: until the lifecycle action is completed. */
const IN_TERMINATE: readonly WalkStep[] = [
  {
    file: "functions/terminate/terminate.ts",
    what: "A run begins each minute and lasts a little longer, so that one run hands over to the next.",
  },
  {
    file: "shared/reconcile/tracked-terminations.ts",
    what: "Receives the message, keeps the termination through the run, and starts a pass whenever one is due.",
  },
  {
    file: "shared/messages/memory-table.ts",
    what: "Says for each field how it is read from the message: only what AWS cannot tell travels there.",
  },
  {
    file: "shared/rules/recheck.ts",
    what: "Chooses one question that can replace a whole pass: is the blocker still there?",
  },
  {
    file: "shared/observe/recheck-blocker.ts",
    what: "Asks it. While the blocker is there, there is no pass.",
  },
  {
    file: "shared/reconcile/tracked-terminations.ts",
    what: "Hands over when the run ends. It sends the message again before it deletes the old one, so a crash loses nothing.",
  },
  {
    file: "shared/rules/draining.ts",
    what: "In a later run nothing is left, and that has been so for long enough: it decides to complete.",
  },
  {
    file: "shared/rules/freshness.ts",
    what: "Says whether that is still fresh. If not, the termination goes to the completion queue and gets another pass.",
  },
  {
    file: "shared/act/complete-action.ts",
    what: "Calls CompleteLifecycleAction. Auto Scaling goes on and terminates the instance.",
  },
  {
    file: "shared/rules/after-pass.ts",
    what: "Says whether the drain is over. It is not while another hook holds the instance, or when the instance returns.",
  },
  {
    file: "shared/messages/receive.ts",
    what: "Deletes the message. This comes last, so that a crash only repeats the work.",
  },
];

/** The way of one termination, from its lifecycle message to the completion of its lifecycle action. */
export const WALK: readonly WalkStep[] = [...IN_DEREGISTER, ...IN_TERMINATE];
