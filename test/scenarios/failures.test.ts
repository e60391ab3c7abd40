// Protects the rest of a run from what fails in it: each kind of failure is told in the log, another group's drain ends all
// the same, and only then does the invocation count as failed.
import { expect } from "chai";
import { functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const [stuck, other] = instanceIds(2) as [string, string];

/** Two groups with a hook of the same queue; that of the first has settings of its own. */
const groups = (metadata: Record<string, unknown>, timeline: Record<string, unknown>[] = []) => ({
  // A search would need to read what fails.
  functions: functions({ target_groups: ["static"], discover: "named" }),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 40 }],
  load_balancers: [{ name: "classic", listeners: [{ port: 80, instance_port: 8080 }] }],
  auto_scaling_groups: [
    {
      name: "stuck",
      instance_ids: [stuck],
      registers_with: { load_balancers: ["classic"] },
      hooks: [{ ...HOOK, metadata: JSON.stringify(metadata) }],
    },
    {
      name: "other",
      instance_ids: [other],
      registers_with: { target_groups: [{ name: "static" }] },
      hooks: [HOOK],
    },
  ],
  timeline: [...timeline, { at_seconds: 5, terminate: { instance_ids: [stuck, other] } }],
});

/** What was logged of the failure, once `other` was completed in a run that ended as failed. */
function expectOtherDoneFirst(outcome: Outcome, phrase: string): readonly Record<string, unknown>[] {
  expect(outcome.violations).to.deep.equal([]);
  const done = outcome.terminations.find(({ instanceId }) => instanceId === other);
  expect(done?.result).to.equal("CONTINUE");
  const at = done?.completedAt as number;
  expect(at - Math.max(done?.readyAt as number, (done?.askedAt as number) + 130_000)).to.be.at.most(10_000);
  const around = outcome.invocations.find((each) => each.startedAt <= at && at < each.endedAt);
  expect(around, "the run that completed it").to.include({ name: "terminate", outcome: "failed" });
  expect(around?.error).to.match(/^RunFailed: \d+ failures?: /);
  return linesOf(outcome, phrase);
}

describe("scenarios: each kind of failure", () => {
  const actions = ["elb:Describe*"];
  const faults = [
    { fault: "deny", kind: "denied" },
    { fault: "throttle", kind: "throttled" },
    { fault: "fail", kind: "unavailable" },
  ] as const;
  for (const { fault, kind } of faults) {
    it(`${kind}: the rest goes on, the run fails, and the drain ends once it has passed`, async () => {
      const outcome = await play(
        groups({ elb_name: "classic" }, [{ at_seconds: 1, [fault]: { actions, for_seconds: 400 } }]),
      );
      const [line] = expectOtherDoneFirst(outcome, "call failed");
      const action = "elasticloadbalancing:DescribeLoadBalancers";
      expect(line).to.include({ level: "ERROR", action, kind });
      expect(line?.missing_permission).to.equal(kind === "denied" ? action : undefined);
      const late = outcome.terminations.find(({ instanceId }) => instanceId === stuck);
      expect(late?.result).to.equal("CONTINUE");
      expect((late?.completedAt as number) - outcome.startedAt).to.be.above(400_000);
      for (const queue of outcome.simulation.world.queues.all)
        expect(queue.messages.size, queue.name).to.equal(0);
    });
  }

  for (const operation of ["Send", "Delete"]) {
    it(`denied: ${operation}Message of a whole batch names the permission too`, async () => {
      const outcome = await play(
        groups({}, [
          { at_seconds: 1, deny: { actions: [`sqs:${operation}MessageBatch`], for_seconds: 100 } },
        ]),
      );
      expect(outcome.violations).to.deep.equal([]);
      const action = `sqs:${operation}Message`;
      const [line] = linesOf(outcome, "call failed");
      expect(line).to.include({ level: "ERROR", action, kind: "denied", missing_permission: action });
    });
  }

  it("gone: what the input names is not there, which fails the runs and holds up its own drain alone", async () => {
    const outcome = await play(
      groups({ cluster_name: "nowhere", elb_name: "classic", drain_timeout_seconds: 600 }),
    );
    const lines = expectOtherDoneFirst(outcome, "cannot be used");
    expect(lines[0]).to.include({ level: "ERROR", name: "nowhere", reason: "there is no such ECS cluster" });
    const late = outcome.terminations.find(({ instanceId }) => instanceId === stuck);
    expect((late?.completedAt as number) - (late?.askedAt as number)).to.be.within(600_000, 660_000);
    expect(outcome.terminations.map((each) => each.result)).to.deep.equal(["CONTINUE", "CONTINUE"]);
  });
});
