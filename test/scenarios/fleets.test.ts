// Protects the drain of each kind of fleet: ECS behind load balancers, ECS alone, load balancers alone, plain EC2; few
// instances and many.
import { expect } from "chai";
import { calls, expectDrained, expectQuiet, functions, HOOK, linesOf, play } from "./fixture.ts";

const web = {
  name: "web",
  desired_count: 4,
  load_balancers: [{ target_group: "web", container_port: 3000 }],
  task: { ports: [{ container_port: 3000 }], start_seconds: 5, stop_seconds: 4 },
};
const managedGroup = { name: "web", deregistration_delay_seconds: 20 };
const scaleIn = (count: number) => [{ at_seconds: 5, scale_in: { group: "fleet", count } }];

describe("scenarios: kinds of fleets", () => {
  it("ECS behind a managed and a static target group and a classic load balancer", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"] }),
      target_groups: [managedGroup, { name: "static", port: 9000, deregistration_delay_seconds: 15 }],
      load_balancers: [
        { name: "classic", listeners: [{ port: 80, instance_port: 9001 }], connection_draining_seconds: 25 },
      ],
      clusters: [{ name: "main", services: [web] }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instances: 4,
          cluster: "main",
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
        },
      ],
      timeline: scaleIn(2),
    });
    expectDrained(outcome, { count: 2 });
    expectQuiet(outcome);
  });

  it("ECS only: tasks without a load balancer", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main" }),
      clusters: [
        { name: "main", services: [{ name: "worker", desired_count: 6, task: { stop_seconds: 12 } }] },
      ],
      auto_scaling_groups: [{ name: "fleet", instances: 3, cluster: "main", hooks: [HOOK] }],
      timeline: scaleIn(1),
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "set DRAINING")).to.have.lengthOf(1);
  });

  it("classic load balancer only", async () => {
    const outcome = await play({
      functions: functions({ elb_name: "classic" }),
      load_balancers: [
        { name: "classic", listeners: [{ port: 80, instance_port: 80 }], connection_draining_seconds: 120 },
      ],
      auto_scaling_groups: [
        { name: "fleet", instances: 3, hooks: [HOOK], registers_with: { load_balancers: ["classic"] } },
      ],
      timeline: scaleIn(2),
    });
    expectDrained(outcome, { count: 2 });
    expectQuiet(outcome);
    expect(calls(outcome, "elb:DeregisterInstancesFromLoadBalancer")).to.equal(1);
  });

  it("target group only, with an instance registered at two ports", async () => {
    const outcome = await play({
      functions: functions({ target_groups: ["static"] }),
      target_groups: [{ name: "static", port: 80, deregistration_delay_seconds: 150 }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instances: 2,
          hooks: [HOOK],
          registers_with: {
            target_groups: [
              { name: "static", port: 8081 },
              { name: "static", port: 8082 },
            ],
          },
        },
      ],
      timeline: scaleIn(1),
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    expect(linesOf(outcome, "deregistered").map((line) => line.port)).to.have.members([8081, 8082]);
  });

  it("plain EC2: nothing to leave, completed after two passes", async () => {
    const outcome = await play({
      functions: functions({}),
      auto_scaling_groups: [{ name: "fleet", instances: 2, hooks: [HOOK] }],
      timeline: scaleIn(1),
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
  });

  it("a cluster of 250 instances: the instance is found whatever page it would be on", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main" }),
      clusters: [{ name: "main", services: [{ ...web, load_balancers: [], desired_count: 250 }] }],
      auto_scaling_groups: [{ name: "fleet", instances: 250, cluster: "main", hooks: [HOOK] }],
      timeline: scaleIn(1),
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    // Once for the instances that go, and once by the sweep, for container instances whose agent is silent.
    expect(calls(outcome, "ecs:ListContainerInstances")).to.equal(2);
  });

  it("20 terminations at once share the calls on their target groups and their cluster", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main", target_groups: ["static"] }),
      target_groups: [managedGroup, { name: "static", port: 9000, deregistration_delay_seconds: 30 }],
      clusters: [{ name: "main", services: [{ ...web, desired_count: 60 }] }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instances: 60,
          cluster: "main",
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "static" }] },
        },
      ],
      timeline: scaleIn(20),
    });
    expectDrained(outcome, { count: 20 });
    expectQuiet(outcome);
    expect(calls(outcome, "ecs:UpdateContainerInstancesState")).to.equal(2);
    expect(calls(outcome, "elbv2:DeregisterTargets")).to.equal(1);
    // One call for all that drains counts the passes; another one counts the rechecks between them too.
    const passes = calls(outcome, "autoscaling:DescribeAutoScalingInstances");
    expect(passes).to.be.within(2, 6);
    const withRechecks = calls(outcome, "ecs:DescribeContainerInstances");
    expect(withRechecks).to.be.within(passes, 30);
    // A pass lists the cluster's tasks at the most once, a page of those that are to run and one of those that are to stop,
    // and describes a page of those that it knew and one of those that are new. Listed by instance, it would be 40 calls.
    expect(calls(outcome, "ecs:ListTasks")).to.be.at.most(2 * passes);
    expect(calls(outcome, "ecs:DescribeTasks")).to.be.at.most(withRechecks + passes);
    // Once for the instances that go, and once by the sweep, for container instances whose agent is silent.
    expect(calls(outcome, "ecs:ListContainerInstances")).to.equal(2);
    // Two target groups, which only a pass reads while tasks are left.
    expect(calls(outcome, "elbv2:DescribeTargetHealth")).to.be.at.most(2 * passes);
    // Deregister asks for both queues, however many batches it sends, and terminate for its own.
    expect(calls(outcome, "sqs:GetQueueUrl")).to.equal(3);
  });

  it("within a deregistration delay there is only one pass a minute", async () => {
    const outcome = await play({
      functions: functions({ target_groups: ["static"] }),
      target_groups: [{ name: "static", port: 9000, deregistration_delay_seconds: 300 }],
      auto_scaling_groups: [
        {
          name: "fleet",
          instances: 1,
          hooks: [HOOK],
          registers_with: { target_groups: [{ name: "static" }] },
        },
      ],
      timeline: scaleIn(1),
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    const passes = calls(outcome, "autoscaling:DescribeAutoScalingInstances");
    expect(passes).to.be.within(6, 10);
    // Once with a pass and once after it; during the delay once a run.
    expect(calls(outcome, "elbv2:DescribeTargetHealth")).to.be.within(passes, 2 * passes);
    expect(calls(outcome, "elbv2:DescribeTargetGroupAttributes")).to.be.within(4, 6);
  });

  it("an instance with more tasks than a page of their list: the last of them is waited for", async () => {
    const tasks = (family: string, count: number, stop: number) => ({
      cluster: "main",
      family,
      count,
      task: { stop_seconds: stop, stop_timeout_seconds: 300 },
    });
    const outcome = await play({
      functions: functions({ cluster_name: "main" }),
      clusters: [{ name: "main" }],
      auto_scaling_groups: [{ name: "fleet", instances: 1, cluster: "main", task_slots: 200, hooks: [HOOK] }],
      tasks: [tasks("quick", 100, 5), tasks("slow", 5, 240)],
      timeline: [
        ...scaleIn(1),
        { at_seconds: 10, stop_tasks: { cluster: "main", family: "quick" } },
        { at_seconds: 10, stop_tasks: { cluster: "main", family: "slow" } },
      ],
    });
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
  });
});
