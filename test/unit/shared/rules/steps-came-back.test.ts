// Protects a drain from what somebody undoes meanwhile: a registration that comes back, and an instance set ACTIVE.
import { expect } from "chai";
import {
  classic,
  clusterInstance,
  decisionOf,
  MINUTE,
  rows,
  SECOND,
  SINCE,
  seen,
  target,
  task,
} from "./builders.ts";

const now = 5 * MINUTE;
const ofTarget = { kind: "target", id: "tg-1", port: 8080 } as const;
const deregistered = (secondsAgo: number, off = 0) => ({
  ...seen,
  deregistered: [{ what: ofTarget, at: SINCE + now - secondsAgo * SECOND + off }],
});
const drained = (off: number) => ({
  ...seen,
  drainingAt: SINCE,
  drained: [{ what: "ci-1", at: SINCE + now - 10 * SECOND + off }],
});

describe("decide", () => {
  rows("rule 8: what somebody undoes during a drain is done again", [
    {
      why: "a registration that was never taken out is ours",
      memory: seen,
      observed: { registrations: [target()] },
      now,
      expected: ["wait", "deregister"],
    },
    {
      why: "one that was taken out less than 10 s ago: reads lag, and it is only done again",
      memory: deregistered(10, 1),
      observed: { registrations: [target()] },
      now,
      expected: ["wait", "deregister"],
    },
    {
      why: "one that was taken out 10 s ago has come back",
      memory: deregistered(10),
      observed: { registrations: [target()] },
      now,
      expected: ["wait", "came back"],
    },
    {
      why: "the same port elsewhere, another port, another kind have not",
      memory: deregistered(60),
      observed: {
        registrations: [
          target({ id: "tg-2" }),
          target({ port: 8081 }),
          classic({ id: "tg-1", name: "tg-1" }),
        ],
      },
      now,
      expected: ["wait", "deregister", "deregister", "deregister"],
    },
    {
      why: "one that still drains has not",
      memory: deregistered(60),
      observed: { registrations: [target({ state: "draining" })] },
      now,
      expected: ["wait"],
    },
    {
      why: "one that a service names by now is ECS's",
      memory: deregistered(60),
      observed: {
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now,
      expected: ["wait"],
    },
    {
      why: "ACTIVE less than 10 s after we set DRAINING: reads lag",
      memory: drained(1),
      observed: { clusterInstances: [clusterInstance("ACTIVE")] },
      now,
      expected: ["wait", "drain"],
    },
    {
      why: "ACTIVE 10 s after: somebody set it so",
      memory: drained(0),
      observed: { clusterInstances: [clusterInstance("ACTIVE")] },
      now,
      expected: ["wait", "drain again"],
    },
    {
      why: "ACTIVE, where it was not us who set DRAINING: set for the first time",
      memory: { ...seen, drainingAt: SINCE },
      observed: { clusterInstances: [clusterInstance("ACTIVE")] },
      now,
      expected: ["wait", "drain"],
    },
    {
      why: "another container instance of the same instance: set for the first time",
      memory: { ...drained(0), drained: [{ what: "ci-0", at: SINCE }] },
      observed: { clusterInstances: [clusterInstance("ACTIVE")] },
      now,
      expected: ["wait", "drain"],
    },
  ]);

  it("starts to settle again once something has come back", () => {
    const { memory } = decisionOf({
      memory: { ...deregistered(60), goneAt: SINCE + MINUTE },
      observed: { registrations: [target()] },
      now,
    });
    expect(memory.goneAt).to.equal(undefined);
  });
});
