import { hook, MINUTE, OURS, SINCE, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn } from "./bug.ts";

/** Bugs in what AWS must show before a message is acted upon. */
export const IN_PROOFS: readonly Bug[] = [
  bugIn("noOlderThanActivity", {
    what: "a drain is as old as a message says",
    harm: "one message ends a drain at once, with tasks on it",
    plant: () => (of) => of,
    use: (noOlderThanActivity) =>
      noOlderThanActivity(termination(), { activity: { startedAt: SINCE + MINUTE } }),
    foundBy: {
      scenarios: "forged",
      test: "a begin long ago, sent while it drains: the drain has all its time",
    },
  }),
  bugIn("withProvenInterruption", {
    what: "a notice proves that EC2 takes the instance back",
    harm: "one message drains an instance in service",
    plant: () => (of) => ({ ...of, interruptedAt: of.noticedAt }),
    use: (withProvenInterruption) =>
      withProvenInterruption(
        termination({}, { noticedAt: SINCE }),
        { hooks: [hook()], interruption: { spotStatus: "fulfilled" } },
        OURS,
      ),
    foundBy: {
      scenarios: "forged",
      test: "a notice, about a Spot Instance that nobody interrupts: nothing is touched, and the log says what was found",
    },
  }),
  bugIn("isScheduled", {
    what: "a notice proves that EC2 has scheduled a maintenance",
    harm: "one message replaces instances in service",
    plant: () => () => true,
    use: (isScheduled) => isScheduled([], "i-1"),
    foundBy: {
      scenarios: "forged",
      test: "an event of AWS Health of a maintenance that EC2 has not scheduled: nothing is replaced",
    },
  }),
];
