// Protects drains from odd answers: what lacks something, or has a status that nobody knows, is never taken for gone. It holds
// the drain, the log tells it, and the drain ends once answers are whole again.
import { expect } from "chai";
import { functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(4);
const [one] = ids as [string];
const ODD_FOR = 400;

const web = {
  name: "web",
  // One on each instance: an odd answer about it is about all that is left there.
  desired_count: 4,
  load_balancers: [{ target_group: "web", container_port: 3000 }],
  task: { ports: [{ container_port: 3000 }], stop_seconds: 200, stop_timeout_seconds: 300 },
};
const world = {
  functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"] }),
  target_groups: [
    { name: "web", deregistration_delay_seconds: 60 },
    { name: "static", port: 9000, deregistration_delay_seconds: 200 },
  ],
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 9001 }], connection_draining_seconds: 60 },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [HOOK],
      registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
    },
  ],
};

/** Where load balancers alone hold a drain, nothing runs on the instances. */
const servicesFor = (actions: readonly string[]) =>
  actions.every((each) => each.startsWith("elb")) ? [] : [web];

const playOdd = (seed: number, actions: readonly string[], at: number, probability = 1) =>
  play(
    {
      ...world,
      clusters: [{ name: "main", services: servicesFor(actions) }],
      timeline: [
        { at_seconds: 5, terminate: { instance_ids: [one] } },
        { at_seconds: at, odd_answers: { actions, for_seconds: ODD_FOR, probability } },
      ],
    },
    { seed },
  );

function expectHeldThenDrained(outcome: Outcome): void {
  expect(outcome.violations).to.deep.equal([]);
  expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE"]);
  for (const queue of outcome.simulation.world.queues.all)
    expect(queue.messages.size, queue.name).to.equal(0);
}

/** [the action whose answers are odd, from when on in seconds: as the drain begins, or while it waits] */
const ACTIONS: readonly (readonly [action: string, at: number])[] = [
  ["autoscaling:DescribeAutoScalingInstances", 100],
  ["autoscaling:DescribeLifecycleHooks", 1],
  ["ecs:ListContainerInstances", 1],
  ["ecs:DescribeContainerInstances", 100],
  ["ecs:ListTasks", 1],
  ["ecs:DescribeTasks", 100],
  ["ecs:DescribeServices", 1],
  ["elb:DescribeLoadBalancers", 1],
  ["elb:DescribeInstanceHealth", 1],
  ["elbv2:DescribeTargetHealth", 1],
];

describe("scenarios: odd answers", () => {
  for (const [action, at] of ACTIONS)
    it(`of ${action} from ${at} s on hold the drain, and it ends once they are whole again`, async () => {
      const outcome = await playOdd(at, [action], at);
      expectHeldThenDrained(outcome);
      const told = linesOf(outcome, "odd answer");
      expect(told).to.not.be.empty;
      for (const { field, value } of told)
        expect([typeof field, typeof value]).to.deep.equal(["string", "string"]);
    });

  it("of all kinds now and then: nothing is completed early, whatever is odd", async () => {
    for (const seed of [1, 2, 3]) expectHeldThenDrained(await playOdd(seed, ["*"], 1, 0.5));
  });

  it("are told once a run, with the action, the field and its value", async () => {
    const outcome = await playOdd(1, ["autoscaling:DescribeAutoScalingInstances"], 1);
    const told = linesOf(outcome, "odd answer");
    const each = told.map(({ request_id, action, field, value }) =>
      [request_id, action, field, value].join(),
    );
    expect(new Set(each).size).to.equal(each.length);
    expect(told.map(({ level }) => level)).to.include("ERROR");
    const waits = linesOf(outcome, "waiting", one).flatMap((line) => (line.cannot_read as object[]) ?? []);
    expect(waits).to.deep.include({
      what: "group instance",
      call: "autoscaling:DescribeAutoScalingInstances",
      why: "odd",
    });
  });
});
