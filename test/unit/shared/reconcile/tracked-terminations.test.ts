// Protects what a run of terminate tracks: those that could not be completed while what was found was fresh are completed in
// their order, the first ones first, and none gets a pass in vain meanwhile.
import { expect } from "chai";
import { formatMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import { MAX_TRACKED, TrackedTerminations } from "../../../../shared/reconcile/tracked-terminations.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { hook, MINUTE, OURS, SECOND, SINCE, termination } from "../rules/builders.ts";
import { throttledPorts } from "../throttled.ts";

const now = SINCE + 30 * SECOND;
const shortHook = [hook({ heartbeatTimeout: 180 * SECOND })];

function trackedWith(ports: Ports): TrackedTerminations {
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  return new TrackedTerminations(run, {
    queue: "monitor",
    keys: undefined,
    dryRun: false,
    ours: OURS,
    hasQueueNameAlone: false,
    senderRoleIds: undefined,
  });
}

describe("whether a run tracks all that is in its queue", () => {
  /** What receives bring, one after the other: so many messages each, or a failure. */
  function receiving(...batches: (number | Error)[]) {
    const { ports } = untouchablePorts();
    const waits: number[] = [];
    let sent = 0;
    const receive = async (_queue: string, waitSeconds: number) => {
      waits.push(waitSeconds);
      const batch = batches.shift();
      if (batch === undefined) throw new Error("not to be called");
      if (batch instanceof Error) throw batch;
      return Array.from({ length: batch }, () => {
        sent += 1;
        const body = formatMonitorMessage(
          termination({}, { instanceId: `i-${sent.toString(16).padStart(17, "0")}`, group: "fleet" }),
        );
        return { id: `m${sent}`, receipt: `r${sent}`, body, sentAt: SINCE };
      });
    };
    const tracked = trackedWith({ ...ports, queues: { ...ports.queues, receive } });
    return { tracked, waits };
  }

  it("is known once a receive brought nothing: only asking that receives nothing", async () => {
    const { tracked, waits } = receiving(0);
    expect(tracked.tracksAll).to.equal(false);
    await tracked.receive(5);
    expect([tracked.tracksAll, tracked.tracksAll, waits]).to.deep.equal([true, true, [5]]);
  });

  it("is not where the last receive brought something; the rest is received once more", async () => {
    const { tracked, waits } = receiving(3, 0);
    await tracked.receive(5);
    expect(tracked.tracksAll).to.equal(false);
    await tracked.receiveRest();
    expect([tracked.tracksAll, tracked.tracked.length, waits]).to.deep.equal([true, 3, [5, 1]]);
    await tracked.receiveRest();
    expect(waits).to.have.lengthOf(2);
  });

  it("is not where that brings something too", async () => {
    const { tracked } = receiving(3, 2);
    await tracked.receive(5);
    await tracked.receiveRest();
    expect([tracked.tracksAll, tracked.tracked.length]).to.deep.equal([false, 5]);
  });

  it("is not after a receive that failed, and no other follows", async () => {
    const { tracked, waits } = receiving(failure("throttled"));
    await tracked.receive(5);
    await tracked.receiveRest();
    expect([tracked.tracksAll, waits]).to.deep.equal([false, [5]]);
  });

  it("is not where there is room for no more, though a receive brought nothing", async () => {
    const { tracked } = receiving(0);
    for (let n = 1; n < MAX_TRACKED; n++) tracked.add(termination({}, { instanceId: `i-${n}` }));
    await tracked.receive(5);
    expect(tracked.tracksAll).to.equal(true);
    tracked.add(termination({}, { instanceId: "i-last" }));
    expect(tracked.tracksAll).to.equal(false);
  });
});

describe("a run with large messages", () => {
  /** Each receive brings ten messages of so many bytes. */
  function receiving(bytes: number) {
    const { ports } = untouchablePorts();
    let receives = 0;
    const body = formatMonitorMessage(
      termination({}, { instanceId: "i-00000000000000001", group: "fleet" }),
    ).padEnd(bytes);
    const receive = async () => {
      receives += 1;
      return Array.from({ length: 10 }, (_, i) => ({
        id: `m${receives}-${i}`,
        receipt: "r",
        body,
        sentAt: SINCE,
      }));
    };
    const tracked = trackedWith({ ...ports, queues: { ...ports.queues, receive } });
    return { tracked, receives: () => receives };
  }

  it("reads none of more than 64 KB", async () => {
    const { tracked } = receiving(65_537);
    await tracked.receive(5);
    expect(tracked.tracked).to.deep.equal([]);
    expect(new Set(tracked.unreadable.map(({ reason }) => reason))).to.deep.equal(
      new Set(["expected at most 64 KB, found 65 KB"]),
    );
  });

  it("receives no more once they have 24 MiB, and keeps no body that it has read", async () => {
    const large = receiving(1_048_576);
    await large.tracked.receive(5);
    expect(large.receives()).to.equal(3);
    await large.tracked.receiveRest();
    expect(large.receives()).to.equal(3);
    const { tracked, receives } = receiving(65_536);
    await tracked.receive(5);
    expect(receives()).to.equal(39);
    expect(tracked.tracked.map(({ messages }) => messages.length)).to.deep.equal([390]);
    expect(tracked.tracked[0]?.messages[0]).to.have.all.keys("id", "receipt");
  });
});

describe("a run whose first pass takes long", () => {
  /** How long it waits for messages in its receives, in seconds, after a first pass of so many milliseconds. */
  async function receivesAfter(passMilliseconds: number): Promise<number[]> {
    const waits: number[] = [];
    let time = now;
    const ports = throttledPorts(
      () => time,
      shortHook,
      () => {
        time += passMilliseconds;
      },
    );
    const receive = async (_queue: string, waitSeconds: number) => {
      waits.push(waitSeconds);
      time += waitSeconds * SECOND;
      return [];
    };
    const tracked = trackedWith({ ...ports, queues: { ...ports.queues, receive } });
    tracked.add(termination());
    await tracked.receiveHandOvers(() => now + MINUTE);
    return waits;
  }

  it("still receives what its predecessor has handed over in the meantime", async () => {
    expect(await receivesAfter(5 * SECOND)).to.deep.equal([1]);
    expect(await receivesAfter(20 * SECOND)).to.deep.equal([1]);
  });

  it("receives for the rest of five seconds otherwise", async () => {
    expect(await receivesAfter(2 * SECOND)).to.deep.equal([3]);
  });
});

describe("a run that tracks many in the completion queue", () => {
  /** Which instances are in passes, in their order, of so many that have each waited since the one before, the last one first. */
  async function passesAt(count: number, memoryOf: (n: number) => Partial<Memory>): Promise<string[]> {
    const asked: string[] = [];
    const tracked = trackedWith(
      throttledPorts(
        () => now,
        shortHook,
        (ids) => asked.push(...ids),
      ),
    );
    for (let n = count; n > 0; n--)
      tracked.add(termination({ changedAt: SINCE + n, ...memoryOf(n) }, { instanceId: `i-${n}` }));
    // Until all of them are due again, in five seconds.
    await tracked.passUntil(() => now + 5 * SECOND);
    return asked;
  }
  const named = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => `i-${from + i}`);

  it("has a pass at a hundred of them together, those first that have waited longest", async () => {
    const asked = await passesAt(201, () => ({ queuedUntil: now + MINUTE }));
    expect(asked.slice(0, 100)).to.have.members(named(1, 100));
    expect(asked.slice(100, 200)).to.have.members(named(101, 200));
    expect(asked.slice(200)).to.deep.equal(["i-201"]);
  });

  it("goes on with them while a pass at others takes long", async () => {
    const asked: string[] = [];
    const ports = throttledPorts(
      () => now,
      shortHook,
      (ids) => asked.push(...ids),
    );
    let passAt = (_: readonly string[]) => {};
    const untilPassAt = (id: string) =>
      new Promise<void>((resolve) => {
        passAt = (ids) => {
          if (ids.includes(id)) resolve();
        };
      });
    const describeInstances = async (ids: readonly string[]) => {
      passAt(ids);
      if (ids.includes("i-slow")) await untilPassAt("i-250");
      return ports.autoScaling.describeInstances(ids);
    };
    const tracked = trackedWith({ ...ports, autoScaling: { ...ports.autoScaling, describeInstances } });
    tracked.add(termination({}, { instanceId: "i-slow" }));
    for (let n = 1; n <= 250; n++) {
      const memory = { changedAt: SINCE + n, queuedUntil: now + MINUTE };
      tracked.add(termination(memory, { instanceId: `i-${n}` }));
    }
    await tracked.passUntil(() => now + 5 * SECOND);
    expect(asked.at(-1)).to.equal("i-slow");
    expect(asked.slice(0, -1)).to.have.members(named(1, 250));
  });

  it("has a pass at all others at once, those whose timers run low among them", async () => {
    const asked = await passesAt(300, (n) => ({ queuedUntil: n > 250 ? now : now + MINUTE }));
    expect(asked.slice(0, 150)).to.have.members([...named(1, 100), ...named(251, 300)]);
  });
});
