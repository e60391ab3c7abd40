import type { TrackedTerminations } from "../../shared/reconcile/tracked-terminations.ts";
import { Run } from "../../shared/run/run.ts";
import { MINUTE, OURS, SECOND, SINCE, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn, portsWith } from "./bug.ts";

const OPTIONS: ConstructorParameters<typeof TrackedTerminations>[1] = {
  queue: "monitor",
  keys: {},
  dryRun: false,
  ours: OURS,
  hasQueueNameAlone: false,
  senderRoleIds: undefined,
};

/** Bugs in how a run of terminate goes on and ends. */
export const IN_RUNS: readonly Bug[] = [
  bugIn("TrackedTerminations", {
    what: "a run sleeps until the next pass, even when that is after its own end",
    harm: "messages age, and end in the dead-letter queue",
    plant: (Sound) =>
      class extends Sound {
        readonly #now: () => number;
        constructor(...given: ConstructorParameters<typeof TrackedTerminations>) {
          super(...given);
          const [run] = given;
          this.#now = () => run.now();
        }
        override passUntil(end: () => number) {
          return super.passUntil(() => (this.#now() < end() ? Number.POSITIVE_INFINITY : end()));
        }
      },
    use: async (Used) => {
      let now = SINCE;
      const sleep = async (milliseconds: number) => {
        now += milliseconds;
      };
      const run = new Run({ ...portsWith({}), now: () => now, sleep }, SINCE + MINUTE);
      const all = new Used(run, OPTIONS);
      all.add(termination({ nextPassAt: SINCE + 2 * MINUTE }));
      await all.passUntil(() => SINCE + MINUTE);
      return now;
    },
    foundBy: {
      scenarios: "long",
      test: "a drain of 40 minutes goes on over many runs, and its message never ages",
    },
  }),
  bugIn("TrackedTerminations", {
    what: "the sweep begins before all messages were received, and takes those that wait for lost",
    harm: "each drain is done twice",
    plant: (Sound) =>
      class extends Sound {
        override get tracksAll() {
          return true;
        }
      },
    use: async (Used) => {
      const waiting = { id: "a", body: "", receipt: "a's", sentAt: 0 };
      const ports = portsWith({ queues: { receive: async () => [waiting] } });
      const all = new Used(new Run(ports, Number.POSITIVE_INFINITY), OPTIONS);
      await all.receiveRest();
      return all.tracksAll;
    },
    foundBy: {
      scenarios: "sweep",
      test: "while the queue cannot be received nothing is swept: what waits there is not lost",
    },
  }),
  bugIn("handsOverAt", {
    what: "a run ends before its successor receives, and nobody drains meanwhile",
    harm: "nobody sends heartbeats for a while, and hooks end",
    plant: (handsOverAt) => (now, invocation) => Math.min(now + 50 * SECOND, handsOverAt(now, invocation)),
    use: (handsOverAt) => handsOverAt(0, { requestId: "test", remainingMilliseconds: () => 90 * SECOND }),
    foundBy: {
      scenarios: "hand-over",
      test: "three terminations a minute apart, the first 0 s after the minute",
    },
  }),
];
