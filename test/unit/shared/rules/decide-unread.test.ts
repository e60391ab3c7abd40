// Protects what is decided where something could not be read: nothing is stopped or believed to be gone that depends on it,
// and nothing waits for what does not.
import { expect } from "chai";
import {
  clusterInstanceOf,
  decisionOf,
  denied,
  MINUTE,
  rows,
  SECOND,
  SINCE,
  seen,
  state,
  target,
  task,
  throttled,
} from "./builders.ts";

const unread = { registrations: throttled("elasticloadbalancing:DescribeTargetHealth") };
const drained = { ...seen, drainingAt: SINCE };
const bootTask = task("RUNNING", { service: undefined, startedBy: "i-1" });
const silent = clusterInstanceOf({ status: "DRAINING", agentConnected: false });
const refusedFor = (seconds: number) => ({ ...drained, refusedAt: SINCE + 10 * MINUTE - seconds * SECOND });
const hooksUnread = { unread: { hooks: denied("autoscaling:DescribeLifecycleHooks") } };

describe("decide", () => {
  rows("where something could not be read", [
    {
      why: "no task is stopped while it is not known what still points at it",
      memory: drained,
      observed: { clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, [bootTask])], unread },
      expected: ["wait"],
    },
    {
      why: "EC2's answer is not waited for where nothing is left",
      memory: { ...drained, disconnectedSince: SINCE },
      observed: {
        clusterInstances: [silent],
        unread: { instance: denied("ec2:DescribeInstances") },
      },
      now: 10 * MINUTE,
      expected: ["complete"],
      because: { why: "drained" },
    },
    {
      why: "a completion that was refused is tried again, though the hooks cannot be read",
      memory: refusedFor(30),
      observed: hooksUnread,
      now: 10 * MINUTE,
      expected: ["complete"],
    },
    {
      why: "after two minutes of that, only the hooks can tell",
      memory: refusedFor(120),
      observed: hooksUnread,
      now: 10 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "an orphan is not one while a task of its service says nothing of its ports, as in the network mode host",
      memory: drained,
      observed: {
        clusterInstances: [clusterInstanceOf({ status: "DRAINING" }, [task("RUNNING")])],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 10 * MINUTE,
      expected: ["wait"],
    },
  ]);

  it("what could not be read for a moment does not start the settling again", () => {
    const goneAt = SINCE + 5 * MINUTE;
    const { memory } = decisionOf({
      memory: { ...drained, goneAt },
      settings: { settleSeconds: 600 },
      observed: { unread },
      now: 6 * MINUTE,
    });
    expect(memory.goneAt).to.equal(goneAt);
  });

  it("what is there again does", () => {
    const { memory } = decisionOf({
      memory: { ...drained, goneAt: SINCE + 5 * MINUTE },
      observed: { registrations: [target({ state: "draining" })], unread },
      now: 6 * MINUTE,
    });
    expect(memory.goneAt).to.equal(undefined);
  });

  rows("rule 8: an instance that was to come back, and is dead", [
    {
      why: "its container instance is left to it: it needs it when it is started again",
      memory: { ...drained, deadSince: SINCE + 50 * SECOND },
      observed: { ...state("Warmed:Pending:Wait"), instance: "stopped", clusterInstances: [silent] },
      expected: ["complete"],
      because: { why: "dead", as: "stopped" },
    },
  ]);

  rows("rule 8: an instance on its way back that is terminated after all", [
    {
      why: "held by the hook once more, it is another lifecycle action's: this one is over",
      memory: { ...drained, returns: "warm pool", returningSince: SINCE },
      observed: state("Warmed:Terminating:Wait"),
      expected: ["drop"],
      because: { why: "superseded", state: "Warmed:Terminating:Wait" },
    },
    {
      why: "still held in the state that it was completed in, it is waited for",
      memory: { ...drained, returns: "warm pool", returningSince: SINCE, refusedAt: SINCE },
      observed: state("Warmed:Pending:Wait"),
      expected: ["wait"],
    },
  ]);
});
