// Protects the time between gone and completed: as long as it is set, or as a Network Load Balancer needs.

import { expect } from "chai";
import { event } from "../../../../shared/model/blocker.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import {
  clusterInstance,
  decisionOf,
  hook,
  MINUTE,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  target,
} from "./builders.ts";

const now = 10 * MINUTE;
const gone = (change: Partial<Memory> = {}): Partial<Row> => ({
  memory: { ...seen, drainingAt: SINCE, ...change },
  observed: { clusterInstances: [clusterInstance("DRAINING")] },
  now,
});
const goneFor = (milliseconds: number, change: Partial<Memory> = {}) =>
  gone({ goneAt: SINCE + now - milliseconds, ...change });
const behind = { behindNetworkLoadBalancer: true };
const set = (settleSeconds: number) => ({ settings: { settleSeconds } });
const SETTLING = [event("settled")];

describe("decide", () => {
  rows("rule 3: settle_seconds", [
    { why: "not given, behind no Network Load Balancer: none", ...gone(), expected: ["complete"] },
    {
      why: "not given, behind a Network Load Balancer: two minutes, first pass",
      ...gone(behind),
      expected: ["wait"],
      because: SETTLING,
    },
    {
      why: "not given, behind a Network Load Balancer: just under two minutes",
      ...goneFor(2 * MINUTE - 1, behind),
      expected: ["wait"],
    },
    {
      why: "not given, behind a Network Load Balancer: two minutes",
      ...goneFor(2 * MINUTE, behind),
      expected: ["complete"],
    },
    { why: "0, behind a Network Load Balancer: none", ...gone(behind), ...set(0), expected: ["complete"] },
    { why: "30, first pass", ...gone(), ...set(30), expected: ["wait"], because: SETTLING },
    { why: "30, just under", ...goneFor(30 * SECOND - 1), ...set(30), expected: ["wait"] },
    { why: "30, over", ...goneFor(30 * SECOND), ...set(30), expected: ["complete"] },
    {
      why: "it begins only when gone is certain",
      ...gone({ actedAt: SINCE + now - 10 * SECOND + 1 }),
      ...set(30),
      expected: ["wait"],
      because: [event("later read")],
    },
    {
      why: "the drain's time is over meanwhile: completed",
      ...goneFor(SECOND),
      settings: { settleSeconds: 3600, drainTimeoutSeconds: 600 },
      expected: ["complete"],
      because: { why: "drained at the deadline" },
    },
  ]);

  it("has another pass exactly when it has settled", () => {
    const { outcome, memory } = decisionOf({ ...gone(), ...set(30) });
    expect(outcome).to.include({ kind: "wait", until: SINCE + now + 30 * SECOND });
    expect(memory.goneAt).to.equal(SINCE + now);
  });

  it("has a pass sooner where a heartbeat came due in this one, but for one after the drain's time", () => {
    const short = { hooks: [hook({ heartbeatTimeout: 3 * MINUTE })] };
    const until = (
      lastHeartbeatAt: number,
      settings: Row["settings"] = {},
      observed: Row["observed"] = short,
    ) =>
      decisionOf({
        ...gone({ lastHeartbeatAt: SINCE + lastHeartbeatAt }),
        observed: { clusterInstances: [clusterInstance("DRAINING")], ...observed },
        settings: { settleSeconds: 120, ...settings },
      }).memory.nextPassAt;
    expect(until(now - MINUTE)).to.equal(SINCE + now + 5 * SECOND);
    expect(until(now - MINUTE + 1)).to.equal(SINCE + now + 1);
    const long = { hooks: [hook({ heartbeatTimeout: 10 * MINUTE })] };
    expect(until(now - 400 * SECOND, {}, long), "by terminate's margin, and not deregister's").to.equal(
      SINCE + now + 5 * SECOND,
    );
    const over = { onTimeout: "leave", drainTimeoutSeconds: now / SECOND } as const;
    expect(until(now - MINUTE, over)).to.equal(SINCE + now + MINUTE);
  });

  it("has a pass once a minute meanwhile: somebody may set it ACTIVE, or register it again", () => {
    expect(decisionOf({ ...gone(), ...set(120) }).memory.nextPassAt).to.equal(SINCE + now + MINUTE);
    expect(decisionOf({ ...goneFor(MINUTE + 1), ...set(120) }).memory.nextPassAt).to.equal(
      SINCE + now + MINUTE - 1,
    );
  });

  it("remembers that a Network Load Balancer had it, once its target is gone", () => {
    const reconcile = (change: Partial<Row>) =>
      decisionOf({ ...gone(), ...change }).memory.behindNetworkLoadBalancer;
    expect(reconcile({ observed: { registrations: [target()] } })).to.equal(false);
    expect(reconcile({ observed: { registrations: [target({ networkLoadBalancer: true })] } })).to.equal(
      true,
    );
    expect(reconcile(gone(behind))).to.equal(true);
  });
});
