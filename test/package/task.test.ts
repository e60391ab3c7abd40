// Protects least privilege of a task: all that it calls, terminate's role allows, and that is the role that it gets. The release's tests compare
// the two.
import { expect } from "chai";
import { RUN_MS } from "../../cli/run/task.ts";
import { own, played, world } from "../scenarios/task-fixture.ts";
import { type Role, readRole, requestsOf } from "./iam.ts";
import { packageWith } from "./packaged.ts";

const BLOCK = {
  region: "us-east-1",
  stage: "live",
  more_auto_scaling_groups: ["fleet"],
  heartbeat_timeout_seconds: 3600,
  deregister: {
    lifecycle_queue_name: "lifecycle",
    elb_monitor_queue_name: "monitor",
    cluster_name: "main",
    lifecycle_hook_names: ["asg-drain-live"],
  },
};

describe("a task in place of terminate", () => {
  let role: Role;
  let timeoutSeconds: number;

  before(async () => {
    const { resources, functions } = await packageWith(BLOCK);
    role = readRole(resources, functions.terminate.roleId);
    timeoutSeconds = functions.terminate.timeoutSeconds;
  });

  it("has as long for a run as Lambda gives terminate", () => {
    expect(RUN_MS).to.equal(timeoutSeconds * 1_000);
  });

  for (const [why, options] of [
    ["with a queue in memory", {}],
    ["with one in SQS", { queue: "monitor" }],
  ] as const)
    it(`has a role that allows each call which it makes, its own instance's too: ${why}`, async () => {
      const { simulation, terminations } = await played(world(), { options });
      expect(terminations.find(({ instanceId }) => instanceId === own)?.result).to.equal("CONTINUE");
      const requests = simulation.calls
        .filter(({ caller }) => caller === "terminate")
        .flatMap((each) => requestsOf(each, "fleet"));
      const refused = new Set(requests.filter((each) => !role.allows(each)).map(({ action }) => action));
      expect([...refused]).to.deep.equal([]);
      const called = new Set(requests.map(({ action }) => action));
      expect(called).to.include.all.keys(
        "autoscaling:CompleteLifecycleAction",
        "autoscaling:RecordLifecycleActionHeartbeat",
        "ecs:DescribeTasks",
        "ecs:UpdateContainerInstancesState",
      );
      expect(called.has("sqs:SendMessage")).to.equal("queue" in options);
    });
});
