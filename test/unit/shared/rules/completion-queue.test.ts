// Rule 16: time runs out.
// Protects the completion queue: none in it is left without a pass for longer than its timer allows.
import { expect } from "chai";
import { isQueuedForCompletion, queueUntil } from "../../../../shared/rules/completion-queue.ts";
import { nextHeartbeatAt } from "../../../../shared/rules/heartbeat.ts";
import { hook, MINUTE, SECOND, SINCE, termination } from "./builders.ts";

const now = SINCE + 30 * SECOND;
const HOUR = 60 * MINUTE;
const shortHook = [hook({ heartbeatTimeout: 180 * SECOND })];

describe("one in the completion queue", () => {
  it("needs no pass before its timer runs low", () => {
    expect(queueUntil(termination(), { hooks: shortHook }, now)).to.equal(SINCE + 60 * SECOND);
  });

  it("has a pass after an hour at the latest, whether or not a heartbeat is due", () => {
    const over = termination({}, { settings: { drainTimeoutSeconds: 30 } });
    const completed = termination({ completedAt: SINCE });
    for (const [of, hooks] of [
      [termination(), [hook({ heartbeatTimeout: 3 * HOUR })]],
      [over, shortHook],
      [completed, shortHook],
    ] as const) {
      expect(queueUntil(of, { hooks }, now)).to.equal(now + HOUR);
    }
  });

  it("stays in it until then, and not beyond", () => {
    const waiting = termination({ queuedUntil: now });
    expect([isQueuedForCompletion(waiting, now - 1), isQueuedForCompletion(waiting, now)]).to.deep.equal([
      true,
      false,
    ]);
    expect(isQueuedForCompletion(termination(), now)).to.equal(false);
  });
});

describe("the timer of one in the completion queue", () => {
  const long = [hook({ heartbeatTimeout: HOUR })];
  const waiting = termination({ queuedUntil: now });

  it("begins again when a sixth is left, and not a third: a heartbeat takes the place of a completion", () => {
    expect(nextHeartbeatAt(termination(), { hooks: long })).to.equal(SINCE + 40 * MINUTE);
    expect(nextHeartbeatAt(waiting, { hooks: long })).to.equal(SINCE + 50 * MINUTE);
    expect(queueUntil(termination(), { hooks: long }, now)).to.equal(SINCE + 50 * MINUTE);
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
