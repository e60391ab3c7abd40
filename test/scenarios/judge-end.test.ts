// Protects the judge from being blind to what only shows later: a task or target that is another instance's, what an
// instance that came back did not get, messages that stay, and drains that never end. And from being unfair: what nobody
// could know does not count.
import {
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  DeregisterContainerInstanceCommand,
  StopTaskCommand,
  UpdateContainerInstancesStateCommand,
} from "@aws-sdk/client-ecs";
import { DeregisterTargetsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { type Clients, createClients } from "../../shared/aws/clients.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import type { Clock } from "../../simulator/kernel/clock.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import type { Invoke } from "../../simulator/scenario/stage.ts";
import type { World } from "../../simulator/services/world.ts";
import { brokenPromises, functions, HOOK, instanceIds, QUEUES } from "./fixture.ts";

const ids = instanceIds(2);
const [victim, other] = ids as [string, string];

type Misdeed = (clients: Clients, world: World, clock: Clock) => Promise<unknown>;

/** Plays a world in which deregister, once, does a misdeed instead of its work; gives `rule: what` of each violation. */
async function violations(misdeed: Misdeed, more: Record<string, unknown> = {}): Promise<string[]> {
  const scenario = {
    name: "judged",
    queues: QUEUES,
    functions: functions({ cluster_name: "main", target_groups: ["static"] }),
    target_groups: [{ name: "static", port: 8080, in_use: false }],
    clusters: [{ name: "main" }],
    tasks: [{ cluster: "main", instance_ids: ids }],
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: ids,
        cluster: "main",
        hooks: [HOOK],
        registers_with: { target_groups: [{ name: "static" }] },
      },
    ],
    timeline: [{ at_seconds: 1, terminate: { instance_ids: [victim] } }],
    ends_after_seconds: 200,
    ...more,
  };
  let done = false;
  const invoke: Invoke = async (name, _event, { simulation, clock }) => {
    if (name === "terminate" || done) return;
    done = true;
    await misdeed(createClients(clientOptions(transport(simulation, name))), simulation.world, clock);
  };
  const played = await playScenario(parseScenario(JSON.stringify(scenario), "judged"), { invoke });
  return brokenPromises(played.violations).map(({ rule, what }) => `${rule}: ${what}`);
}

const containerInstanceOf = (world: World, id: string) =>
  [...world.clusters.byName("main").containerInstances.values()].find((each) => each.instanceId === id);

const setStatus = (clients: Clients, world: World, status: "ACTIVE" | "DRAINING") =>
  clients.ecs.send(
    new UpdateContainerInstancesStateCommand({
      cluster: "main",
      containerInstances: [containerInstanceOf(world, victim)?.arn ?? ""],
      status,
    }),
  );

const pull = (clients: Clients, world: World, Id: string) =>
  clients.elbv2.send(
    new DeregisterTargetsCommand({
      TargetGroupArn: world.targetGroups.byName("static")?.settings.arn,
      Targets: [{ Id, Port: 8080 }],
    }),
  );

const complete = (clients: Clients) =>
  clients.autoScaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName: "fleet",
      LifecycleHookName: "drain",
      InstanceId: victim,
      LifecycleActionResult: "CONTINUE",
    }),
  );

const observe = (clients: Clients) =>
  clients.autoScaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [victim] }));

describe("scenarios: what the judge finds out later", () => {
  const stopTaskOf = (id: string) => (clients: Clients, world: World) => {
    const [task] = containerInstanceOf(world, id)?.tasks ?? [];
    return clients.ecs.send(new StopTaskCommand({ cluster: "main", task: task?.arn }));
  };
  const outside = "no instance outside a wait state is touched";

  it("stopping a standalone task of the instance that is held, unless stop_tasks says so", async () => {
    expect(await violations(stopTaskOf(victim))).to.deep.equal([
      "no task is stopped that is to leave by itself: a standalone task, with stop_tasks daemon",
    ]);
    const asked = { functions: functions({ cluster_name: "main", stop_tasks: "all" }) };
    expect(await violations(stopTaskOf(victim), asked)).to.deep.equal([]);
    const tasks = [{ cluster: "main", instance_ids: ids, started_by: "{container_instance_id}" }];
    expect(await violations(stopTaskOf(victim), { tasks })).to.deep.equal([]);
  });

  it("stopping a service's task of the instance that is held", async () => {
    const clusters = (strategy: "REPLICA" | "DAEMON") => [
      { name: "main", services: [{ name: "web", scheduling_strategy: strategy }] },
    ];
    expect(await violations(stopTaskOf(victim), { tasks: [], clusters: clusters("REPLICA") })).to.deep.equal([
      "no task is stopped that is to leave by itself: a REPLICA service's task, with stop_tasks daemon",
    ]);
    expect(await violations(stopTaskOf(victim), { tasks: [], clusters: clusters("DAEMON") })).to.deep.equal(
      [],
    );
  });

  it("stopping a task of another instance", async () => {
    expect(await violations(stopTaskOf(other))).to.deep.equal([`${outside}: a task on it was stopped`]);
  });

  it("deregistering another container instance", async () => {
    const found = await violations((clients, world) =>
      clients.ecs.send(
        new DeregisterContainerInstanceCommand({
          cluster: "main",
          containerInstance: containerInstanceOf(world, other)?.arn,
          force: true,
        }),
      ),
    );
    expect(found).to.deep.equal([`${outside}: its container instance was deregistered`]);
  });

  describe("a new root volume", () => {
    const comesBack = {
      timeline: [
        { at_seconds: 1, replace_root_volume: { instance_ids: [victim], agent: "same" } },
        { at_seconds: 60, complete_actions: { group: "fleet", hook: "drain" } },
      ],
    };
    const asItWas = "what comes back is as it was";

    it("and a registration that was taken and not given back", async () => {
      expect(await violations((clients, world) => pull(clients, world, victim), comesBack)).to.deep.equal([
        `${asItWas}: it is not registered with static:8080 any more`,
      ]);
    });

    it("and a container instance that is still DRAINING", async () => {
      const [only, ...more] = await violations(
        (clients, world) => setStatus(clients, world, "DRAINING"),
        comesBack,
      );
      expect(only).to.match(/^what comes back is as it was: its container instance .* is still DRAINING$/);
      expect(more).to.deep.equal([]);
    });

    it("and a registration whose target group is gone meanwhile breaks no rule", async () => {
      const gone = { at_seconds: 70, delete_target_group: { target_group: "static" } };
      const timeline = [...comesBack.timeline, gone];
      expect(await violations((clients, world) => pull(clients, world, victim), { timeline })).to.deep.equal(
        [],
      );
    });

    it("and setting a container instance ACTIVE that somebody else had set DRAINING before", async () => {
      const drainedBefore = async (heldAfterSeconds: number) =>
        violations(
          async (clients, world, clock) => {
            const containerInstance = containerInstanceOf(world, victim);
            if (containerInstance) world.clusters.setStatus(containerInstance, "DRAINING", "operator");
            await clock.sleep(20_000);
            await setStatus(clients, world, "ACTIVE");
          },
          {
            ...comesBack,
            timeline: comesBack.timeline.map((entry) =>
              "replace_root_volume" in entry ? { ...entry, at_seconds: heldAfterSeconds } : entry,
            ),
          },
        );
      expect(await drainedBefore(30)).to.deep.equal([`${asItWas}: operator had set it DRAINING`]);
      expect(await drainedBefore(1), "while it was held, nobody could know").to.deep.equal([]);
    });
  });

  describe("once faults have ended", () => {
    const send = (queue: string) => (clients: Clients, world: World) =>
      clients.sqs.send(
        new SendMessageCommand({
          QueueUrl: `https://sqs.us-east-1.amazonaws.com${world.queues.byName(queue).path}`,
          MessageBody: JSON.stringify({ instance_id: other }),
          MessageAttributes: { reason: { DataType: "String", StringValue: "none" } },
        }),
      );
    // Without hooks there are no test notifications.
    const quiet = {
      faults_end_after_seconds: 1,
      timeline: [{ at_seconds: 100, set_active: { instance_ids: [other] } }],
      auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main" }],
    };

    it("a message that stays in a queue", async () => {
      expect(await violations(send("monitor"), quiet)).to.deep.equal([
        `the queues end empty: monitor still holds {"instance_id":"${other}"}`,
      ]);
    });

    it("a message that was set aside, and can be read", async () => {
      expect(await violations(send("monitor-dead-letters"), quiet)).to.deep.equal([
        `only the unreadable is set aside: the dead-letter queue of monitor holds {"instance_id":"${other}"}`,
      ]);
    });

    it("a drain that has not ended, and one that ends late", async () => {
      const keys = { cluster_name: "main", target_groups: ["static"], drain_timeout_seconds: 60 };
      const late = { functions: functions(keys), ends_after_seconds: 400 };
      const never = await violations(async () => {}, late);
      expect(never).to.deep.equal(["every drain ends in time: it has not ended"]);
      const longAfter = await violations(
        async (clients, _world, clock) => {
          await clock.sleep(300_000);
          await complete(clients);
        },
        {
          ...late,
          functions: {
            ...functions(keys),
            deregister: { ...functions(keys).deregister, timeout_seconds: 900 },
          },
        },
      );
      expect(longAfter[0]).to.match(/^every drain ends in time: it ended 1[34]\d s too late$/);
    });
  });

  describe("what nobody could know", () => {
    const completedAfter = (lag: number, seconds: number): Promise<string[]> =>
      violations(
        async (clients, world, clock) => {
          await clock.sleep(seconds * 1_000);
          await observe(clients);
          await complete(clients);
          return world;
        },
        {
          read_lag_seconds: lag,
          tasks: [],
          auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
          timeline: [
            { at_seconds: 1, terminate: { instance_ids: [victim] } },
            { at_seconds: 22, register: { instance_ids: [victim], target_group: "static" } },
          ],
        },
      );

    // The reads begin at 20 s plus the sleep, and the registration comes at 22 s.
    it("a registration within the read lag before the reads does not count", async () => {
      expect(await completedAfter(8, 5)).to.deep.equal([]);
    });

    it("one before that does, and so does one within a lag that is longer than the functions are made for", async () => {
      expect(await completedAfter(8, 15)).to.have.lengthOf(1);
      expect(await completedAfter(30, 15)).to.have.lengthOf(1);
    });
  });
});
