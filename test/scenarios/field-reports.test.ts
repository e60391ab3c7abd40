// Protects those who do this job from what went wrong for others: each test is a report of theirs, told with a fleet of its own,
// and ends as it should have ended.
import { expect } from "chai";
import type { StoryLine } from "../../simulator/kernel/story.ts";
import { calls, functions, HOOK, instanceIds, linesOf, type Outcome, play, QUEUES } from "./fixture.ts";

const ids = instanceIds(4);
const [leaving, other] = ids as [string, string];
const MINUTE = 60;

type Fleet = Readonly<Record<string, unknown>>;
const group = (change: Fleet = {}, hook: Fleet = {}) => ({
  name: "fleet",
  instance_ids: ids,
  cluster: "depot",
  hooks: [{ ...HOOK, ...hook }],
  ...change,
});
const terminate = (at_seconds = 8, instance_ids: readonly string[] = [leaving]) => ({
  at_seconds,
  terminate: { instance_ids },
});
const cluster = (...services: Fleet[]) => [{ name: "depot", services }];
const port = (container_port: number, host_port = 0) => [{ container_port, host_port }];

const linesIn = ({ simulation }: Outcome) => simulation.world.story.lines;
const secondsOf = ({ startedAt }: Outcome, at: number | undefined) =>
  ((at ?? Number.NaN) - startedAt) / 1_000;
const saidAt = (outcome: Outcome, line: object | undefined) =>
  secondsOf(outcome, Date.parse(String((line as { time?: string } | undefined)?.time)));
const firstAt = (outcome: Outcome, is: (line: StoryLine) => boolean) =>
  secondsOf(outcome, linesIn(outcome).find(is)?.at);
const completedAt = (outcome: Outcome) => secondsOf(outcome, outcome.terminations[0]?.completedAt);

/** The one termination ended with nothing left, nothing was lost, and no run failed. */
function expectNothingLost(outcome: Outcome): void {
  expect(outcome.violations).to.deep.equal([]);
  expect(outcome.damage).to.deep.equal([]);
  expect(outcome.terminations.map(({ reason }) => reason)).to.deep.equal(["completed when nothing was left"]);
  expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
}

describe("scenarios: reports from the field", () => {
  it("a chat server's target drains for as long as ELB allows, and the drain has no more: it is told in the first minutes", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "depot" }),
      target_groups: [{ name: "sockets", port: 443, deregistration_delay_seconds: 3_600 }],
      clusters: cluster({
        name: "sockets",
        desired_count: 4,
        load_balancers: [{ target_group: "sockets", container_port: 9000 }],
        task: { ports: port(9_000), stop_timeout_seconds: 45 },
      }),
      auto_scaling_groups: [group()],
      timeline: [terminate()],
    });
    const [line] = linesOf(outcome, "time does not suffice", leaving);
    expect(line).to.include({ level: "WARN", needs_seconds: 3_645 });
    expect(line?.reason).to.match(/set drain_timeout_seconds to \d+ or more/);
    expect(saidAt(outcome, line)).to.be.below(2 * MINUTE);
  });

  it("a boot script starts a log shipper without saying who it is: the log names the one task that stays", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "depot", drain_timeout_seconds: 1_200 }),
      clusters: cluster({ name: "mail", desired_count: 3, task: { stop_seconds: 12 } }),
      auto_scaling_groups: [group()],
      tasks: [{ cluster: "depot", family: "log-shipper", instance_ids: ids }],
      timeline: [terminate()],
    });
    const [line, ...others] = linesOf(outcome, "held by tasks", leaving).filter(
      ({ level }) => level === "WARN",
    );
    expect(others).to.deep.equal([]);
    expect(line?.tasks).to.have.nested.property("[0].family", "log-shipper");
    expect(line?.tasks).to.have.nested.property("[0].started_by", "not given");
    expect(saidAt(outcome, line)).to.be.below(8 + 3 * MINUTE);
  });

  it("a topic that everybody uses is in front of the queue: what is not ours goes in one line each", async () => {
    const Time = "2026-01-05T09:00:08.000Z";
    const about = { AutoScalingGroupName: "fleet", EC2InstanceId: other };
    const inSns = (value: object) => ({ Type: "Notification", Message: JSON.stringify(value), Subject: "s" });
    const event = (type: string, source: string, detail: object) => ({
      "detail-type": type,
      source,
      time: Time,
      detail,
    });
    const launch = {
      ...about,
      LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      LifecycleHookName: "warm-up",
      LifecycleActionToken: "12345678-1234-1234-1234-123456789012",
      Time,
    };
    const sent = [
      inSns({ ...about, Event: "autoscaling:EC2_INSTANCE_TERMINATE", StatusCode: "InProgress", Time }),
      inSns(launch),
      event("EC2 Instance State-change Notification", "aws.ec2", {
        "instance-id": leaving,
        state: "stopping",
      }),
      event("EC2 Instance Launch Unsuccessful", "aws.autoscaling", { ...about, ActivityId: "a" }),
      event("EC2 Instance-launch Lifecycle Action", "aws.autoscaling", launch),
      event("EC2 Auto Scaling Instance Refresh Cancelled", "aws.autoscaling", about),
    ];
    const half = { LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" };
    const unexplained = { Records: [{ EventSource: "aws:sns", Sns: inSns(half) }] };
    const outcome = await play({
      functions: functions({ cluster_name: "depot" }),
      clusters: cluster({ name: "mail", desired_count: 3, task: { stop_seconds: 12 } }),
      auto_scaling_groups: [group()],
      timeline: [
        terminate(),
        ...[...sent, unexplained].map((body, i) => ({
          at_seconds: 9 + i,
          send: { queue: "lifecycle", body: JSON.stringify(body) },
        })),
      ],
    });
    expectNothingLost(outcome);
    const told = [...linesOf(outcome, "message dropped"), ...linesOf(outcome, "notice ignored")];
    expect(told.map(({ level }) => level)).to.deep.equal(sent.map(() => "INFO"));
    expect(outcome.log.filter(({ level }) => level === "ERROR")).to.have.lengthOf(1);
    const dead = outcome.simulation.world.queues.byName("lifecycle-dead-letters").messages;
    expect([...dead.values()].map(({ body }) => body)).to.deep.equal([JSON.stringify(unexplained)]);
  });

  it("a gateway in the mode host names no ports: its target has drained before it gets SIGTERM", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "depot", target_groups: ["gateway"] }),
      target_groups: [{ name: "gateway", port: 8443, deregistration_delay_seconds: 75 }],
      clusters: cluster({
        name: "gateway",
        desired_count: 3,
        minimum_healthy_percent: 50,
        maximum_percent: 100,
        task: { network_mode: "host", stop_seconds: 4 },
      }),
      auto_scaling_groups: [group({ registers_with: { target_groups: [{ name: "gateway" }] } })],
      timeline: [terminate()],
    });
    expectNothingLost(outcome);
    const drained = firstAt(
      outcome,
      (each) => each.kind === "target" && each.id === leaving && each.state === "gone",
    );
    const stopping = firstAt(
      outcome,
      (each) => each.kind === "task" && each.instanceId === leaving && each.status === "STOPPING",
    );
    expect(stopping).to.be.at.least(drained);
  });

  it("a queue's key was wrong for 80 minutes, and the message comes then: what the hook still holds is drained", async () => {
    const outcome = await play({
      functions: functions({ target_groups: ["forms"] }),
      target_groups: [{ name: "forms", port: 8080, deregistration_delay_seconds: 90 }],
      auto_scaling_groups: [
        group(
          { cluster: undefined, registers_with: { target_groups: [{ name: "forms" }] } },
          { heartbeat_timeout_seconds: 7_200 },
        ),
      ],
      ends_after_seconds: 12_000,
      timeline: [
        { at_seconds: 1, delay_notifications: { for_seconds: 60, by_seconds: 80 * MINUTE, probability: 1 } },
        terminate(),
      ],
    });
    expectNothingLost(outcome);
    expect(completedAt(outcome)).to.be.within(80 * MINUTE + 90, 80 * MINUTE + 90 + 4 * MINUTE);
  });

  /** How few healthy targets a target group had at any time after the first was taken out. */
  const fewest = (outcome: Outcome, targetGroup: string) => {
    const healthy = new Set<string>();
    let least = Number.POSITIVE_INFINITY;
    for (const each of linesIn(outcome)) {
      if (each.kind === "target-healthy" && each.targetGroup === targetGroup) healthy.add(each.id);
      else if (each.kind === "target" && each.targetGroup === targetGroup && each.state !== "registered")
        healthy.delete(each.id);
      if (each.at > outcome.startedAt + 5_000) least = Math.min(least, healthy.size);
    }
    return least;
  };
  const notified = (keys: Fleet, change: Fleet, notice: Fleet) => ({
    functions: functions({ target_groups: ["front"], ...keys }),
    event_rules: [{ queue: "lifecycle" }],
    target_groups: [{ name: "front", port: 8080, deregistration_delay_seconds: 40 }],
    auto_scaling_groups: [
      group({
        instance_ids: instanceIds(6),
        cluster: undefined,
        boot_seconds: 200,
        registers_with: { target_groups: [{ name: "front" }] },
        ...change,
      }),
    ],
    ends_after_seconds: 4_000,
    timeline: [{ at_seconds: 6, ...notice }],
  });

  it("EC2 recommends to rebalance five of six at once: they are replaced one after the other", async () => {
    const outcome = await play(
      notified({ on_rebalance: "replace" }, {}, { recommend_rebalance: { instance_ids: instanceIds(5) } }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage.filter(({ kind }) => kind === "capacity")).to.deep.equal([]);
    expect(fewest(outcome, "front")).to.equal(5);
  });

  it("a maintenance of five of six is announced two weeks ahead: nothing is replaced before its time", async () => {
    const outcome = await play(
      notified({ on_maintenance: "replace" }, {}, { schedule_maintenance: { instance_ids: instanceIds(5) } }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    expect(outcome.terminations).to.deep.equal([]);
  });

  it("a nightly job is placed while a static target drains: the log names it, and says why it could come", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "depot", target_groups: ["gate"] }),
      target_groups: [{ name: "gate", port: 8080, deregistration_delay_seconds: 240 }],
      clusters: cluster({
        name: "gate",
        desired_count: 4,
        minimum_healthy_percent: 50,
        maximum_percent: 100,
        task: { ports: port(8_080, 8_080), stop_seconds: 4 },
      }),
      auto_scaling_groups: [group({ registers_with: { target_groups: [{ name: "gate" }] } })],
      ends_after_seconds: 2_400,
      timeline: [
        terminate(),
        {
          at_seconds: 100,
          run_tasks: {
            cluster: "depot",
            family: "stock-take",
            count: 4,
            started_by: "events-rule/night",
            task: {},
          },
        },
      ],
    });
    const said = outcome.log.filter((line) => JSON.stringify(line).includes("stock-take"));
    expect(said.map(({ level }) => level)).to.include("WARN");
    expect(saidAt(outcome, said[0])).to.be.below(300 + 3 * MINUTE);
  });

  const states = (outcome: Outcome, id: string) =>
    linesIn(outcome).flatMap((each) => (each.kind === "target" && each.id === id ? [each.state] : []));

  const misnamed = (keys: Fleet) => ({
    functions: functions({ ...keys, drain_timeout_seconds: 900 }),
    target_groups: [{ name: "front", port: 8080, deregistration_delay_seconds: 40 }],
    clusters: cluster({
      name: "front",
      desired_count: 4,
      load_balancers: [{ target_group: "front", container_port: 3000 }],
      task: { ports: port(3_000), stop_seconds: 5 },
    }),
    auto_scaling_groups: [group()],
    timeline: [terminate()],
  });

  it("the input names a cluster that was rebuilt under another name: the instance is not taken for empty", async () => {
    const outcome = await play(misnamed({ cluster_name: "depot-2019" }));
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage.filter(({ allowedBy }) => allowedBy === undefined)).to.deep.equal([]);
    expect(completedAt(outcome)).to.be.at.least(900);
    const told = outcome.log.filter(({ level }) => level !== "INFO").map((line) => JSON.stringify(line));
    expect(told.some((line) => line.includes("depot-2019"))).to.equal(true);
  });

  it("the same, where the functions may drain in any cluster: it is found, and drained", async () => {
    const outcome = await play(misnamed({ cluster_name: "depot-2019", clusters: "*" }));
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    expect(outcome.terminations.map(({ reason }) => reason)).to.deep.equal([
      "completed when nothing was left",
    ]);
  });

  it("the input calls an Application Load Balancer a classic one: what the instance is in is found all the same", async () => {
    const outcome = await play({
      functions: functions({ elb_name: "front-alb" }),
      target_groups: [{ name: "front", port: 8080, deregistration_delay_seconds: 40 }],
      auto_scaling_groups: [
        group({ cluster: undefined, registers_with: { target_groups: [{ name: "front" }] } }),
      ],
      timeline: [terminate()],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    expect(states(outcome, leaving)).to.deep.equal(["registered", "draining", "gone"]);
  });

  it("plain EC2 registers its own address: it is out and drained before the instance goes", async () => {
    const addresses = ["10.4.0.21", "10.4.0.22"];
    const outcome = await play({
      functions: functions({ target_groups: ["ingress"] }),
      target_groups: [{ name: "ingress", port: 8443, target_type: "ip", deregistration_delay_seconds: 45 }],
      auto_scaling_groups: [
        group({
          cluster: undefined,
          instance_ids: ids.slice(0, 2),
          network_interfaces: Object.fromEntries(
            ids.slice(0, 2).map((id, i) => [id, [{ addresses: [addresses[i]] }]]),
          ),
        }),
      ],
      timeline: [{ at_seconds: 1, register: { addresses, target_group: "ingress" } }, terminate(40)],
    });
    expectNothingLost(outcome);
    expect(states(outcome, "10.4.0.21")).to.deep.equal(["registered", "draining", "gone"]);
    expect(states(outcome, "10.4.0.22")).to.deep.equal(["registered"]);
    const gone = firstAt(
      outcome,
      (each) => each.kind === "target" && each.id === "10.4.0.21" && each.state === "gone",
    );
    expect(completedAt(outcome)).to.be.at.least(gone);
  });

  it("a function of somebody's registers tasks' addresses that ECS knows nothing of: out and drained before SIGTERM", async () => {
    const addresses = ["10.4.1.1", "10.4.1.2", "10.4.1.3", "10.4.1.4"];
    const outcome = await play({
      functions: functions({ cluster_name: "depot", target_groups: ["resellers"] }),
      target_groups: [{ name: "resellers", port: 7000, target_type: "ip", deregistration_delay_seconds: 50 }],
      clusters: [
        {
          name: "depot",
          addresses: [...addresses, "10.4.1.5", "10.4.1.6", "10.4.1.7", "10.4.1.8"],
          services: [
            {
              name: "quotes",
              desired_count: 4,
              task: { network_mode: "awsvpc", ports: port(7_000), stop_seconds: 6 },
            },
          ],
        },
      ],
      auto_scaling_groups: [group()],
      timeline: [{ at_seconds: 1, register: { addresses, target_group: "resellers" } }, terminate(35)],
    });
    expectNothingLost(outcome);
    const task = linesIn(outcome).find((each) => each.kind === "task" && each.instanceId === leaving);
    const address = task?.kind === "task" ? task.address : undefined;
    expect(states(outcome, address ?? "")).to.deep.equal(["registered", "draining", "gone"]);
    const gone = firstAt(
      outcome,
      (each) => each.kind === "target" && each.id === address && each.state === "gone",
    );
    const stopping = firstAt(
      outcome,
      (each) => each.kind === "task" && each.instanceId === leaving && each.status === "STOPPING",
    );
    expect(stopping).to.be.at.least(gone);
  });

  const mute = (timeline: Fleet[], keys: Fleet = {}, terminateKeys: Fleet = {}) => {
    const both = functions({ cluster_name: "depot", ...keys });
    return {
      functions: {
        ...both,
        terminate: {
          ...both.terminate,
          input: { ...both.terminate.input, cluster_name: "depot", ...terminateKeys },
        },
      },
      clusters: cluster({
        name: "orders",
        desired_count: 4,
        minimum_healthy_percent: 50,
        maximum_percent: 100,
        task: { stop_seconds: 8 },
      }),
      auto_scaling_groups: [group({}, { heartbeat_timeout_seconds: 900 })],
      ends_after_seconds: 4_000,
      timeline: [
        { at_seconds: 3, disconnect_agent: { instance_ids: [leaving] } },
        terminate(50),
        ...timeline,
      ],
    };
  };
  const statusOf = (outcome: Outcome) =>
    linesIn(outcome).findLast((each) => each.kind === "container-instance" && each.instanceId === leaving);

  it("an agent is silent for good, and the drain's time ends: the container instance is taken out once EC2 says that it is dead", async () => {
    const outcome = await play(mute([], { drain_timeout_seconds: 600 }));
    expect(outcome.damage.filter(({ kind }) => kind === "left_behind")).to.deep.equal([]);
    expect(statusOf(outcome)).to.deep.include({ status: "INACTIVE" });
  });

  it("the same, where somebody lets the instance go by hand", async () => {
    const outcome = await play(
      mute([{ at_seconds: 500, complete_actions: { group: "fleet", hook: "drain" } }]),
    );
    expect(outcome.damage.filter(({ kind }) => kind === "left_behind")).to.deep.equal([]);
    expect(statusOf(outcome)).to.deep.include({ status: "INACTIVE" });
  });

  it("a rule sends the events of every hook: only our own is completed, and another's waits for its own job", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "depot" }),
      queues: [...QUEUES, { name: "archive" }],
      event_rules: [{ queue: "lifecycle", of: "terminating" }],
      clusters: cluster({ name: "mail", desired_count: 3, task: { stop_seconds: 12 } }),
      auto_scaling_groups: [
        group({
          hooks: [
            HOOK,
            {
              name: "archive",
              queue: "archive",
              heartbeat_timeout_seconds: 3_600,
              default_result: "CONTINUE",
            },
          ],
        }),
      ],
      ends_after_seconds: 2_400,
      timeline: [terminate(), { at_seconds: 1_500, complete_actions: { group: "fleet", hook: "archive" } }],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    const ends = linesIn(outcome).flatMap((each) =>
      each.kind === "action-ended" ? [[each.hook, each.by, secondsOf(outcome, each.at) >= 1_500]] : [],
    );
    expect(ends).to.deep.equal([
      ["drain", "terminate", false],
      ["archive", "operator", true],
    ]);
  });

  it("a rule without a group sends a foreign group's event: it is let go in one line, and no call is made that could be denied", async () => {
    const actions = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"];
    const outcome = await play({
      functions: functions({ cluster_name: "depot" }),
      queues: [...QUEUES, { name: "theirs" }],
      event_rules: [{ queue: "lifecycle", of: "terminating", groups: ["ledger"] }],
      clusters: cluster({ name: "mail", desired_count: 3 }),
      auto_scaling_groups: [
        group(),
        {
          name: "ledger",
          instance_ids: ["i-000000000000000f1", "i-000000000000000f2"],
          hooks: [
            { name: "settle", queue: "theirs", heartbeat_timeout_seconds: 600, default_result: "CONTINUE" },
          ],
        },
      ],
      ends_after_seconds: 1_800,
      timeline: [
        { at_seconds: 1, deny: { actions, for_seconds: 1_800 } },
        terminate(8, ["i-000000000000000f1"]),
      ],
    });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    for (const action of actions) expect(calls(outcome, action), action).to.equal(0);
    expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
    expect(outcome.log.filter(({ level }) => level !== "INFO")).to.deep.equal([]);
  });
});
