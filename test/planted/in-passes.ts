import { forEachOf } from "../../shared/base/batches.ts";
import type { Hook } from "../../shared/model/hooks.ts";
import type { Memory } from "../../shared/model/memory.ts";
import { Run } from "../../shared/run/run.ts";
import { showing } from "../unit/shared/observe/shown.ts";
import { hook, MINUTE, OURS, observed, SINCE, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn } from "./bug.ts";

/** A termination whose lifecycle action is completed, where other hooks may still hold the instance. */
const completed = (memory: Partial<Memory>, ...others: readonly Hook[]) => ({
  termination: termination(memory),
  observation: observed({ hooks: [hook(), ...others] }),
});

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
    harm: "whoever tries it out finds instances held for longer",
    plant: (reconcile) => async (run, terminations, options) => {
      if (options.dryRun)
        await forEachOf(terminations, async ({ hook: name, ...action }) => {
          if (name !== undefined) await run.ports.autoScaling.heartbeat({ ...action, hook: name });
        });
      return reconcile(run, terminations, options);
    },
    use: async (reconcile) => {
      const { run, asked } = held();
      await reconcile(run, [termination()], {
        mayComplete: true,
        dryRun: true,
        ours: OURS,
        keys: undefined,
        until: SINCE + 2 * MINUTE,
      });
      return asked.includes("heartbeat");
    },
    foundBy: { scenarios: "dry-run", test: "no heartbeat is sent: the hook's own timeout ends it" },
  }),
  bugIn("reconcile", {
    what: "terminate does not tell its passes of the dry run, and they write",
    harm: "whoever tries it out has instances drained",
    plant: (reconcile) => (run, terminations, options) =>
      reconcile(run, terminations, { ...options, dryRun: options.dryRun && !options.mayComplete }),
    use: async (reconcile) => {
      const { run } = held();
      const options = {
        mayComplete: true,
        dryRun: true,
        ours: OURS,
        keys: undefined,
        until: SINCE + 2 * MINUTE,
      };
      return (await reconcile(run, [termination()], options)).map((each) => each.termination.dryRun);
    },
    foundBy: {
      scenarios: "dry-run",
      test: "the default scenario, ten minutes by dry_run in both inputs: no write but to our own queues",
    },
  }),
  bugIn("reconcile", {
    what: "deregister passes on what it was told, without what it has done",
    harm: "steps are done and logged twice",
    plant: (reconcile) => async (run, terminations, options) => {
      const reconciled = await reconcile(run, terminations, options);
      return options.mayComplete
        ? reconciled
        : reconciled.map((each) => ({ ...each, termination: each.before }));
    },
    use: async (reconcile) => {
      const { run } = held();
      const options = { mayComplete: false, dryRun: false, ours: OURS, keys: undefined, until: SINCE };
      return (await reconcile(run, [termination()], options)).map((each) => each.termination.memory);
    },
    foundBy: {
      scenarios: "trouble",
      test: "a configured cluster that lacks the instance is warned about, once",
    },
  }),
  bugIn("afterCompletion", {
    what: "the message of an instance that comes back is deleted at its completion",
    harm: "the instance comes back and serves nothing",
    plant: (afterCompletion) => (carried, now) => {
      const left = afterCompletion(carried, now);
      return left?.blockers.some(({ kind }) => kind === "other hooks") ? left : undefined;
    },
    use: (afterCompletion) => afterCompletion(completed({ returns: "root volume" }), SINCE),
    foundBy: {
      scenarios: "returning",
      test: "a new root volume, same container instance: all is restored at InService",
    },
  }),
  bugIn("afterCompletion", {
    what: "the message of an instance that another hook still holds is deleted, and the sweep drains it again",
    harm: "the same instance is drained over and over",
    plant:
      (afterCompletion) =>
      ({ termination: of, observation }, now) => {
        const own = observation.hooks?.filter(({ name }) => name === of.hook);
        return afterCompletion({ termination: of, observation: { ...observation, hooks: own } }, now);
      },
    use: (afterCompletion) => afterCompletion(completed({}, hook({ name: "backup" })), SINCE),
    foundBy: {
      scenarios: "sweep",
      test: "where another hook holds the instance after ours, nothing circles: it is completed once",
    },
  }),
];
