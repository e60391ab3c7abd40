import { forEachOf } from "../../shared/base/batches.ts";
import { Run } from "../../shared/run/run.ts";
import { showing } from "../unit/shared/observe/shown.ts";
import { hook, MINUTE, SINCE, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn, portsWith } from "./bug.ts";

const COMPLETE = { kind: "complete", result: "CONTINUE", reason: "drained" } as const;
const completing = () =>
  new Run(portsWith({ autoScaling: { complete: async () => "completed" } }), Number.POSITIVE_INFINITY);

/** One pass at an instance that a hook holds and that is nowhere else, with a heartbeat that is due. */
function held() {
  const { ports, asked } = showing({
    groupInstances: { "i-1": { group: "fleet", state: "Terminating:Wait" } },
    hooks: { fleet: [hook()] },
  });
  const autoScaling = {
    ...ports.autoScaling,
    heartbeat: async () => {
      asked.push("heartbeat");
      return "recorded" as const;
    },
  };
  return { run: new Run({ ...ports, autoScaling }, Number.POSITIVE_INFINITY), asked };
}

/** Bugs in a pass: in how what is decided is carried out, and what of it is told. */
export const IN_PASSES: readonly Bug[] = [
  bugIn("reconcile", {
    what: "a dry run sends heartbeats",
    plant: (reconcile) => async (run, terminations, options) => {
      if (options.dryRun)
        await forEachOf(terminations, async ({ hook: name, ...action }) => {
          if (name !== undefined) await run.ports.autoScaling.heartbeat({ ...action, hook: name });
        });
      return reconcile(run, terminations, options);
    },
    use: async (reconcile) => {
      const { run, asked } = held();
      await reconcile(run, [termination()], { mayComplete: true, dryRun: true, until: SINCE + 2 * MINUTE });
      return asked.includes("heartbeat");
    },
    foundBy: { scenarios: "dry-run", test: "no heartbeat is sent: the hook's own timeout ends it" },
  }),
  bugIn("reconcile", {
    what: "terminate does not tell its passes of the dry run, and they write",
    plant: (reconcile) => (run, terminations, options) =>
      reconcile(run, terminations, { ...options, dryRun: options.dryRun && !options.mayComplete }),
    use: async (reconcile) => {
      const { run } = held();
      const options = { mayComplete: true, dryRun: true, until: SINCE + 2 * MINUTE };
      return (await reconcile(run, [termination()], options)).map((each) => each.termination.dryRun);
    },
    foundBy: {
      scenarios: "dry-run",
      test: "the default scenario, ten minutes by dry_run in both inputs: no write but to our own queues",
    },
  }),
  bugIn("reconcile", {
    what: "deregister passes on what it was told, without what it has done",
    plant: (reconcile) => async (run, terminations, options) => {
      const reconciled = await reconcile(run, terminations, options);
      return options.mayComplete
        ? reconciled
        : reconciled.map((each) => ({ ...each, termination: each.before }));
    },
    use: async (reconcile) => {
      const { run } = held();
      const options = { mayComplete: false, dryRun: false, until: SINCE };
      return (await reconcile(run, [termination()], options)).map((each) => each.termination.memory);
    },
    foundBy: {
      scenarios: "trouble",
      test: "a configured cluster that lacks the instance is warned about, once",
    },
  }),
  bugIn("completeAction", {
    what: "the message of an instance that comes back is deleted at its completion",
    plant: (completeAction) => async (run, of, outcome, others) => {
      const end = await completeAction(run, of, outcome, others);
      const { completedAt } = end.termination.memory;
      return completedAt !== undefined && others.length === 0 ? { ...end, kind: "completed" } : end;
    },
    use: async (completeAction) =>
      (await completeAction(completing(), termination({ returns: "root volume" }), COMPLETE, [])).kind,
    foundBy: {
      scenarios: "returning",
      test: "a new root volume, same container instance: all is restored at InService",
    },
  }),
  bugIn("completeAction", {
    what: "the message of an instance that another hook still holds is deleted, and the sweep drains it anew",
    plant: (completeAction) => (run, of, outcome, others) =>
      completeAction(run, of, outcome, others.slice(1)),
    use: async (completeAction) =>
      (await completeAction(completing(), termination(), COMPLETE, ["backup"])).kind,
    foundBy: {
      scenarios: "sweep",
      test: "where another hook holds the instance after ours, nothing circles: it is completed once",
    },
  }),
];
