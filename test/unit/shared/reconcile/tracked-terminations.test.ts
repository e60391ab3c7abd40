// Protects those that could not be completed while what was found was fresh: each comes to its turn, the first ones first, and
// none is looked at in vain meanwhile, nor left alone for longer than its timer allows.
import { expect } from "chai";
import { Watch } from "../../../../functions/terminate/watch.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { isQueuedForCompletion, queuedUntil } from "../../../../shared/rules/completion-queue.ts";
import { nextHeartbeatAt } from "../../../../shared/rules/heartbeat.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { hook, MINUTE, SECOND, SINCE, termination } from "../../shared/rules/builders.ts";
import { throttledPorts } from "../../shared/throttled.ts";

const now = SINCE + 30 * SECOND;
const HOUR = 60 * MINUTE;
const shortHook = [hook({ heartbeatTimeout: 180 * SECOND })];

function watchWith(ports: Ports): Watch {
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  return new Watch(run, { queue: "monitor", keys: {}, dryRun: false });
}

describe("one that waits for its turn to be completed", () => {
  it("need not be looked at before its timer runs low", () => {
    expect(queuedUntil(termination(), { hooks: shortHook }, now)).to.equal(SINCE + 60 * SECOND);
  });

  it("is looked at after an hour at the latest, whether or not its timer is to begin anew", () => {
    const over = termination({}, { settings: { drainTimeoutSeconds: 30 } });
    const completed = termination({ completedAt: SINCE });
    for (const [of, hooks] of [
      [termination(), [hook({ heartbeatTimeout: 3 * HOUR })]],
      [over, shortHook],
      [completed, shortHook],
    ] as const) {
      expect(queuedUntil(of, { hooks }, now)).to.equal(now + HOUR);
    }
  });

  it("waits until then, and not beyond", () => {
    const waiting = termination({ queuedUntil: now });
    expect([isQueuedForCompletion(waiting, now - 1), isQueuedForCompletion(waiting, now)]).to.deep.equal([
      true,
      false,
    ]);
    expect(isQueuedForCompletion(termination(), now)).to.equal(false);
  });
});

describe("the timer of one that waits for its turn", () => {
  const long = [hook({ heartbeatTimeout: HOUR })];
  const waiting = termination({ queuedUntil: now });

  it("begins anew when a sixth is left, and not a third: a heartbeat takes the place of a completion", () => {
    expect(nextHeartbeatAt(termination(), { hooks: long })).to.equal(SINCE + 40 * MINUTE);
    expect(nextHeartbeatAt(waiting, { hooks: long })).to.equal(SINCE + 50 * MINUTE);
    expect(queuedUntil(termination(), { hooks: long }, now)).to.equal(SINCE + 50 * MINUTE);
  });

  it("but never with less left than five minutes, or a third where that is less", () => {
    for (const [seconds, at] of [
      [1_800, 1_500],
      [1_200, 900],
      [900, 600],
      [600, 400],
      [180, 60],
    ] as const) {
      const hooks = [hook({ heartbeatTimeout: seconds * SECOND })];
      expect(nextHeartbeatAt(waiting, { hooks })).to.equal(SINCE + at * SECOND);
    }
  });
});

describe("a run whose first look takes long", () => {
  /** How long it waits for messages in its receives, in seconds, after a first look of so many milliseconds. */
  async function receivesAfter(lookMilliseconds: number): Promise<number[]> {
    const waits: number[] = [];
    let time = now;
    const ports = throttledPorts(
      () => time,
      shortHook,
      () => {
        time += lookMilliseconds;
      },
    );
    const receive = async (_queue: string, waitSeconds: number) => {
      waits.push(waitSeconds);
      time += waitSeconds * SECOND;
      return [];
    };
    const watch = watchWith({ ...ports, queues: { ...ports.queues, receive } });
    watch.add(termination());
    await watch.receiveHandOvers(() => now + MINUTE);
    return waits;
  }

  it("still takes in what its predecessor has handed over in the meantime", async () => {
    expect(await receivesAfter(5 * SECOND)).to.deep.equal([1]);
    expect(await receivesAfter(20 * SECOND)).to.deep.equal([1]);
  });

  it("receives for the rest of five seconds otherwise", async () => {
    expect(await receivesAfter(2 * SECOND)).to.deep.equal([3]);
  });
});

describe("a run that holds many of them", () => {
  /** Which instances are looked at, one after the other, of so many that have waited since the one before, the last one first. */
  async function lookedAt(count: number, memoryOf: (n: number) => Partial<Memory>): Promise<string[]> {
    const asked: string[] = [];
    const watch = watchWith(
      throttledPorts(
        () => now,
        shortHook,
        (ids) => asked.push(...ids),
      ),
    );
    for (let n = count; n > 0; n--)
      watch.add(termination({ changedAt: SINCE + n, ...memoryOf(n) }, { instanceId: `i-${n}` }));
    // Until all of them are to be looked at again, in five seconds.
    await watch.passUntil(() => now + 5 * SECOND);
    return asked;
  }
  const named = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => `i-${from + i}`);

  it("looks at a hundred of them together, those first that have waited longest", async () => {
    const asked = await lookedAt(201, () => ({ queuedUntil: now + MINUTE }));
    expect(asked.slice(0, 100)).to.have.members(named(1, 100));
    expect(asked.slice(100, 200)).to.have.members(named(101, 200));
    expect(asked.slice(200)).to.deep.equal(["i-201"]);
  });

  it("goes on with them while it looks at others for long", async () => {
    const asked: string[] = [];
    const ports = throttledPorts(
      () => now,
      shortHook,
      (ids) => asked.push(...ids),
    );
    let looksAt = (_: readonly string[]) => {};
    const untilLookedAt = (id: string) =>
      new Promise<void>((resolve) => {
        looksAt = (ids) => {
          if (ids.includes(id)) resolve();
        };
      });
    const describeInstances = async (ids: readonly string[]) => {
      looksAt(ids);
      if (ids.includes("i-slow")) await untilLookedAt("i-250");
      return ports.autoScaling.describeInstances(ids);
    };
    const watch = watchWith({ ...ports, autoScaling: { ...ports.autoScaling, describeInstances } });
    watch.add(termination({}, { instanceId: "i-slow" }));
    for (let n = 1; n <= 250; n++) {
      const memory = { changedAt: SINCE + n, queuedUntil: now + MINUTE };
      watch.add(termination(memory, { instanceId: `i-${n}` }));
    }
    await watch.passUntil(() => now + 5 * SECOND);
    expect(asked.at(-1)).to.equal("i-slow");
    expect(asked.slice(0, -1)).to.have.members(named(1, 250));
  });

  it("looks at all others at once, those whose timers run low among them", async () => {
    const asked = await lookedAt(300, (n) => ({ queuedUntil: n > 250 ? now : now + MINUTE }));
    expect(asked.slice(0, 150)).to.have.members([...named(1, 100), ...named(251, 300)]);
  });
});
