import type { Tracked } from "../../shared/messages/receive.ts";
import type { Termination } from "../../shared/model/termination.ts";
import { Run } from "../../shared/run/run.ts";
import { untouchableRun } from "../unit/shared/fake-ports.ts";
import { MINUTE, SINCE, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn, portsWith } from "./bug.ts";

/** Those of some arrivals that are of the same hook and instance, the one that began first in front. */
function alike(arrivals: readonly Tracked[], { instanceId, hook }: Termination): Termination[] {
  return arrivals
    .map((each) => each.termination)
    .filter((each) => each.instanceId === instanceId && each.hook === hook)
    .sort((a, b) => a.since - b.since);
}

const arrival = (id: string, change: Partial<Termination> = {}): Tracked => ({
  termination: { ...termination(), ...change },
  messages: [{ id, receipt: `${id}'s` }],
});
const LATER = { since: SINCE + MINUTE };

/** Bugs in how the messages of one drain become one. */
const MERGED: readonly Bug[] = [
  bugIn("merge", {
    what: "two messages of one drain are merged into the younger: the drain begins again with each",
    harm: "the drain never ends",
    plant: (merge) => (run, arrivals) =>
      merge(run, arrivals).map((each) => ({
        ...each,
        termination: { ...each.termination, since: alike(arrivals, each.termination).at(-1)?.since ?? 0 },
      })),
    use: (merge) => merge(untouchableRun().run, [arrival("a"), arrival("b", LATER)]),
    foundBy: {
      scenarios: "messages",
      test: "two messages of one drain, a minute apart: it began with the first",
    },
  }),
  bugIn("merge", {
    what: "two messages of one drain are merged, and the memory of the later one is lost",
    harm: "the instance comes back and serves nothing",
    plant: (merge) => (run, arrivals) =>
      merge(run, arrivals).map((each) => ({
        ...each,
        termination: alike(arrivals, each.termination)[0] ?? each.termination,
      })),
    use: (merge) =>
      merge(untouchableRun().run, [
        arrival("a"),
        arrival("b", { ...LATER, memory: termination({ plannedDraining: ["ci-1"] }).memory }),
      ]),
    foundBy: {
      scenarios: "returning",
      test: "a duplicate of its message does not make the drain forget what is to be given back",
    },
  }),
  bugIn("merge", {
    what: "messages with different tokens are merged, and the token of another lifecycle action is used",
    harm: "the wrong lifecycle action is completed",
    plant: (merge) => (run, arrivals) =>
      merge(
        run,
        arrivals.map((each) => ({
          ...each,
          termination: { ...each.termination, token: alike(arrivals, each.termination)[0]?.token },
        })),
      ),
    use: (merge) =>
      merge(untouchableRun().run, [arrival("a", { token: "one" }), arrival("b", { ...LATER, token: "two" })])
        .length,
    foundBy: {
      scenarios: "messages",
      test: "a message with the token of another lifecycle action does not take the place of the instance's own",
    },
  }),
  bugIn("merge", {
    what: "a message that is delivered twice is deleted by its first receipt, which SQS no longer takes",
    harm: "messages pile up, and come back for days",
    plant: (merge) => (run, arrivals) => {
      const receipts = arrivals.flatMap(({ messages }) => messages);
      return merge(run, arrivals).map((each) => ({
        ...each,
        messages: each.messages.map((message) => receipts.find(({ id }) => id === message.id) ?? message),
      }));
    },
    use: (merge) =>
      merge(untouchableRun().run, [
        arrival("a"),
        { ...arrival("a"), messages: [{ id: "a", receipt: "a's second" }] },
      ]),
    foundBy: {
      scenarios: "messages",
      test: "messages that are delivered twice: one drain, and none is left",
    },
  }),
];

/** Bugs in how messages are read, given back and deleted. */
export const IN_MESSAGES: readonly Bug[] = [
  ...MERGED,
  bugIn("deleteAll", {
    what: "a run that a mapping invoked fails without deleting what it is done with: all of the batch comes back",
    harm: "drains are begun again and again",
    plant: (deleteAll) => async (run, queue, messages) => {
      if (!run.hasFailures) await deleteAll(run, queue, messages);
    },
    use: async (deleteAll) => {
      const deleted: string[] = [];
      const queues = {
        delete: async (_: string, receipts: readonly string[]) => {
          deleted.push(...receipts);
          return { done: receipts, failed: [] };
        },
      };
      const run = new Run(portsWith({ queues }), Number.POSITIVE_INFINITY);
      run.ranOutOfTime();
      await deleteAll(run, "lifecycle", arrival("a").messages);
      return deleted;
    },
    foundBy: {
      scenarios: "at-once",
      test: "one of three cannot be passed on: it alone comes back, the run counts as failed, and all are drained",
    },
  }),
  bugIn("givenBack", {
    what: "a record that is not finished is not given back to the mapping, and Lambda deletes it",
    harm: "a termination is lost",
    plant: (givenBack) => () => givenBack([]),
    use: (givenBack) => givenBack(["a"]),
    foundBy: {
      scenarios: "at-once",
      test: "one that cannot be read, and no dead-letter queue: it alone is given back, again and again",
    },
  }),
  bugIn("withTrustedSettings", {
    what: "the settings of a message do not count, though terminate's input has none",
    harm: "after the upgrade, old messages are drained by wrong settings",
    plant: (withTrustedSettings) => (of, sender, options) =>
      withTrustedSettings(of, sender, { ...options, keys: options.keys ?? {}, hasQueueNameAlone: false }),
    use: (withTrustedSettings) =>
      withTrustedSettings(termination({}, { told: { poll_seconds: 9 } }), undefined, {
        keys: undefined,
        hasQueueNameAlone: true,
        senderRoleIds: undefined,
      }),
    foundBy: {
      scenarios: "deadlines",
      test: "on_timeout abandon: completed with ABANDON at the deadline, with what is left",
    },
  }),
];
