// Protects users from functions that take capacity: what they take out or stop without need counts like what they have replaced,
// and what a hook of theirs holds does not.
import { DescribeAutoScalingInstancesCommand } from "@aws-sdk/client-auto-scaling";
import { DeregisterContainerInstanceCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { DeregisterInstancesFromLoadBalancerCommand } from "@aws-sdk/client-elastic-load-balancing";
import { RegisterTargetsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import type { Clients } from "../../shared/aws/clients.ts";
import type { World } from "../../simulator/services/world.ts";
import {
  complete,
  containerInstanceOf,
  type Deed,
  drain,
  group,
  ids,
  named,
  other,
  playBy,
  pull,
  replace,
  setStatus,
  told,
  victim,
  world,
} from "./damage-fixture.ts";
import { functions, play } from "./fixture.ts";

const lost = told("capacity");

const rebalance = (...instance_ids: string[]) => [{ at_seconds: 1, recommend_rebalance: { instance_ids } }];
const maintain = (...instance_ids: string[]) => [
  { at_seconds: 1, schedule_maintenance: { instance_ids, starts_in_hours: 1 } },
];
const by = (keys: Record<string, unknown>) => ({ functions: functions({ ...named, ...keys }) });
/** The first read of a pass: on what it shows, they act. */
const readStates = ({ autoScaling }: Clients) =>
  autoScaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [victim] }));
const stopTask = ({ ecs }: Clients, { clusters }: World, id: string) => {
  const tasks = [...clusters.byName("main").tasks.values()];
  const task = tasks.find(({ containerInstance }) => containerInstance.instanceId === id)?.arn;
  return ecs.send(new StopTaskCommand({ cluster: "main", task }));
};
/** No hook holds any instance. */
const calm = { timeline: [] };
const alone = { auto_scaling_groups: [{ ...group, instance_ids: [victim] }] };

describe("scenarios: damage, capacity", () => {
  describe("of what is replaced", () => {
    const takes =
      (count: number): Deed =>
      async (clients, here) => {
        for (const id of ids.slice(0, count)) await replace(clients, id);
        for (const id of ids.slice(0, count)) await pull(clients, here, id);
      };

    it("more than half of a target group at once, for notices about them", async () => {
      const timeline = rebalance(...ids.slice(0, 3));
      const given = (keys: object) => ({ ...by({ on_rebalance: "replace", ...keys }), timeline });
      const what = "the target group static had 1 of 4 left";
      expect(lost(await playBy(takes(3), given({})))).to.deep.equal([`${what}, by nothing`]);
      expect(lost(await playBy(takes(3), given({ replace_at_once: 3 })))).to.deep.equal([
        `${what}, by replace_at_once`,
      ]);
    });

    it("none where one of them goes, and none where a scale-in takes them", async () => {
      const one = await playBy(takes(1), { ...by({ on_rebalance: "replace" }), timeline: rebalance(victim) });
      expect(lost(one)).to.deep.equal([]);
      const timeline = [{ at_seconds: 1, scale_in: { group: "fleet", count: 3 } }];
      expect((await play({ ...world, functions: functions(named), timeline })).damage).to.deep.equal([]);
    });

    it("by a person's act where a person had registered them: nothing registers what replaces them", async () => {
      const register = { instance_ids: ids, target_group: "static" };
      const outcome = await playBy(takes(3), {
        ...by({ on_rebalance: "replace" }),
        auto_scaling_groups: [{ ...group, registers_with: {} }],
        timeline: [{ at_seconds: 1, register }, ...rebalance(...ids.slice(0, 3))],
      });
      expect(lost(outcome)).to.deep.equal(["the target group static had 1 of 4 left, by a person's act"]);
    });

    describe("a target group without a healthy target", () => {
      // The target of one of four instances is the only one.
      const onlyHere = {
        auto_scaling_groups: [{ ...group, registers_with: {} }],
        timeline: [
          { at_seconds: 1, register: { instance_ids: [victim], target_group: "static" } },
          { ...rebalance(victim)[0], at_seconds: 15 },
        ],
      };
      const what = "the target group static had 0 of 1 left";

      it("by on_rebalance or on_maintenance, whichever asks for it", async () => {
        const asked = by({ on_rebalance: "replace", on_maintenance: "replace" });
        expect(lost(await playBy(takes(1), { ...asked, ...onlyHere }))).to.deep.equal([
          `${what}, by on_rebalance`,
        ]);
        const maintained = { ...maintain(victim)[0], at_seconds: 15 };
        const timeline = [...onlyHere.timeline.slice(0, 1), maintained];
        expect(lost(await playBy(takes(1), { ...asked, ...onlyHere, timeline }))).to.deep.equal([
          `${what}, by on_maintenance`,
        ]);
      });

      it("by nothing where the input asks for nothing", async () => {
        const outcome = await playBy(takes(1), onlyHere);
        expect(lost(outcome)).to.deep.equal([`${what}, by nothing`]);
        expect(outcome.damage.map(({ kind }) => kind)).to.include("others");
      });

      it("none where there is another, and none where a termination takes it", async () => {
        const [, second] = ids as [string, string];
        const both = { at_seconds: 1, register: { instance_ids: [victim, second], target_group: "static" } };
        const timeline = [both, ...onlyHere.timeline.slice(1)];
        expect(
          lost(await playBy(takes(1), { ...by({ on_rebalance: "replace" }), ...onlyHere, timeline })),
        ).to.deep.equal([]);
        const due = [...onlyHere.timeline.slice(0, 1), { ...world.timeline[0], at_seconds: 15 }];
        expect(
          lost(await playBy((...all) => pull(all[0], all[1], victim), { ...onlyHere, timeline: due })),
        ).to.deep.equal([]);
      });
    });

    describe("the only instance of a group", () => {
      const timeline = maintain(victim);

      it("by replace_last; by nothing without it", async () => {
        const what = "the target group static had 0 of 1 left";
        const of = (keys: object) =>
          playBy(takes(1), { ...by({ on_maintenance: "replace", ...keys }), ...alone, timeline });
        expect(lost(await of({ replace_last: true }))).to.deep.equal([`${what}, by replace_last`]);
        expect(lost(await of({}))).to.deep.equal([`${what}, by nothing`]);
      });

      it("not the only one as far as it could know: by on_maintenance, if the other left after the reads", async () => {
        const two = { auto_scaling_groups: [{ ...group, instance_ids: [victim, other] }] };
        const leavesAt = async (at_seconds: number) => {
          const terminate = { instance_ids: [other] };
          const deed: Deed = async (clients, here, clock) => {
            await clock.sleep(5_000);
            await readStates(clients);
            await clock.sleep(15_000);
            await replace(clients, victim);
            for (const id of [victim, other]) await pull(clients, here, id);
          };
          return lost(
            await playBy(deed, {
              ...by({ on_maintenance: "replace" }),
              ...two,
              timeline: [...timeline, { at_seconds, terminate }],
            }),
          );
        };
        const what = "the target group static had 0 of 2 left";
        expect(await leavesAt(30)).to.deep.equal([`${what}, by on_maintenance`]);
        expect(await leavesAt(10)).to.deep.equal([`${what}, by nothing`]);
      });

      it("with the functions: replaced with replace_last, and none without it, where it stays", async () => {
        const of = (keys: object) =>
          play({ ...world, ...by({ on_maintenance: "replace", ...keys }), ...alone, timeline });
        const replaced = await of({ replace_last: true });
        expect(replaced.violations).to.deep.equal([]);
        expect(lost(replaced)).to.deep.equal(["the target group static had 0 of 1 left, by replace_last"]);
        expect((await of({})).damage).to.deep.equal([]);
      });
    });

    describe("a service under its own minimum", () => {
      const web = { name: "web", desired_count: 4, minimum_healthy_percent: 100, task: { stop_seconds: 5 } };
      const clusters = [{ name: "main", services: [web] }];
      const auto_scaling_groups = [{ ...group, registers_with: {} }];
      const given = { ...by({ on_rebalance: "replace" }), clusters, auto_scaling_groups };
      const dying: Deed = async (clients, _here, clock) => {
        await replace(clients, victim);
        await clock.sleep(1_000);
        await complete(clients);
      };

      it("where its instance is replaced, and ends with the task", async () => {
        const outcome = await playBy(dying, { ...given, timeline: rebalance(victim) });
        expect(lost(outcome)).to.deep.equal(["the service web had 3 of 4 left, by on_rebalance"]);
      });

      it("none under a lower minimum, none where the functions drain it, and none where it was terminated", async () => {
        const spare = [{ name: "main", services: [{ ...web, minimum_healthy_percent: 75 }] }];
        expect(
          lost(await playBy(dying, { ...given, clusters: spare, timeline: rebalance(victim) })),
        ).to.deep.equal([]);
        expect((await play({ ...world, ...given, timeline: rebalance(victim) })).damage).to.deep.equal([]);
        expect(lost(await playBy((clients) => complete(clients), given))).to.deep.equal([]);
      });
    });
  });

  describe("of what no hook holds", () => {
    const pulls =
      (count: number): Deed =>
      async (clients, here) => {
        for (const id of ids.slice(0, count)) await pull(clients, here, id);
      };

    it("more than half of a target group's targets, taken out", async () => {
      const outcome = await playBy(pulls(3), calm);
      expect(lost(outcome)).to.deep.equal(["the target group static had 1 of 4 left, by nothing"]);
      expect(outcome.damage.filter(({ kind }) => kind === "others")).to.have.lengthOf(3);
      expect(outcome.violations.map(({ rule }) => rule)).to.include("no damage: capacity");
    });

    it("none with half of them left, none that was unhealthy before, and none that hooks hold", async () => {
      expect(lost(await playBy(pulls(2), calm))).to.deep.equal([]);
      const failing = { at_seconds: 1, fail_health_checks: { target_group: "static", for_seconds: 600 } };
      expect(lost(await playBy(pulls(3), { timeline: [failing] }))).to.deep.equal([]);
      const timeline = [{ at_seconds: 1, terminate: { instance_ids: ids.slice(0, 3) } }];
      expect(lost(await playBy(pulls(3), { timeline }))).to.deep.equal([]);
    });

    it("it ends when they are given back, and what a termination takes later is not counted with them", async () => {
      const target_groups = [{ ...world.target_groups[0], healthy_after_seconds: 10 }];
      const givesBack: Deed = async (clients, here, clock) => {
        await pulls(3)(clients, here, clock);
        await clock.sleep(20_000);
        await clients.elbv2.send(
          new RegisterTargetsCommand({
            TargetGroupArn: here.targetGroups.byName("static")?.settings.arn,
            Targets: ids.slice(0, 3).map((Id) => ({ Id })),
          }),
        );
        await clock.sleep(100_000);
        await pulls(3)(clients, here, clock);
      };
      const timeline = [{ at_seconds: 100, terminate: { instance_ids: ids.slice(0, 3) } }];
      const outcome = await playBy(givesBack, { timeline, target_groups });
      const found = outcome.damage.filter(({ kind }) => kind === "capacity");
      expect(found).to.have.lengthOf(1);
      expect((found[0]?.to ?? 0) - (found[0]?.from ?? 0)).to.be.within(30_000, 31_000);
    });

    it("the instances of a classic load balancer; none with half of them left, and none that hooks hold", async () => {
      const classic = {
        target_groups: [],
        load_balancers: [{ name: "old", listeners: [{ port: 80, instance_port: 8080 }] }],
        auto_scaling_groups: [{ ...group, registers_with: { load_balancers: ["old"] } }],
        functions: functions({ cluster_name: "main" }),
      };
      const leave =
        (count: number): Deed =>
        ({ elb }) =>
          elb.send(
            new DeregisterInstancesFromLoadBalancerCommand({
              LoadBalancerName: "old",
              Instances: ids.slice(0, count).map((InstanceId) => ({ InstanceId })),
            }),
          );
      expect(lost(await playBy(leave(4), { ...classic, ...calm }))).to.deep.equal([
        "the load balancer old had 0 of 4 left, by nothing",
      ]);
      expect(lost(await playBy(leave(2), { ...classic, ...calm }))).to.deep.equal([]);
      const timeline = [{ at_seconds: 1, terminate: { instance_ids: ids } }];
      expect(lost(await playBy(leave(4), { ...classic, timeline }))).to.deep.equal([]);
    });

    describe("what returns to a warm pool: by the read lag if a hook held it at the reads for that", () => {
      const returning = ids.slice(0, 2);
      const returns = (keys: object = {}) => ({
        auto_scaling_groups: [
          { ...group, instance_ids: returning, warm_pool: { state: "Running" }, ...keys },
        ],
        timeline: [
          { at_seconds: 1, scale_in: { group: "fleet", count: 2 } },
          { at_seconds: 30, complete_actions: { group: "fleet", hook: "drain" } },
        ],
      });
      const readsAt =
        (seconds: number, act: typeof pull): Deed =>
        async (clients, here, clock) => {
          await clock.sleep((seconds - 20) * 1_000);
          await readStates(clients);
          await clock.sleep((45 - seconds) * 1_000);
          for (const id of returning) await act(clients, here, id);
        };

      it("its targets", async () => {
        const what = "the target group static had 0 of 2 left";
        expect(lost(await playBy(readsAt(25, pull), returns()))).to.deep.equal([`${what}, by the read lag`]);
        expect(lost(await playBy(readsAt(35, pull), returns()))).to.deep.equal([`${what}, by nothing`]);
      });

      it("its tasks", async () => {
        const web = { name: "web", desired_count: 2, minimum_healthy_percent: 100 };
        const given = { ...returns({ registers_with: {} }), clusters: [{ name: "main", services: [web] }] };
        const what = "the service web had 0 of 2 left";
        expect(lost(await playBy(readsAt(25, stopTask), given))).to.deep.equal([`${what}, by the read lag`]);
        expect(lost(await playBy(readsAt(35, stopTask), given))).to.deep.equal([`${what}, by nothing`]);
      });
    });

    it("what a notice is about, by the policy that asks for its replacement", async () => {
      const web = { name: "web", desired_count: 4, minimum_healthy_percent: 100 };
      const given = { ...alone, clusters: [{ name: "main", services: [web] }], timeline: rebalance(victim) };
      const both: Deed = async (clients, here) => {
        await pull(clients, here, victim);
        await stopTask(clients, here, victim);
      };
      const of = async (keys: Record<string, unknown>) => lost(await playBy(both, { ...given, ...by(keys) }));
      const whats = ["the target group static had 0 of 1 left", "the service web had 3 of 4 left"];
      expect(await of({ on_rebalance: "replace" })).to.have.members(
        whats.map((what) => `${what}, by on_rebalance`),
      );
      expect(await of({})).to.have.members(whats.map((what) => `${what}, by nothing`));
    });

    describe("tasks that stop", () => {
      const service = (keys: object, task: object = {}) => ({
        clusters: [{ name: "main", services: [{ name: "web", desired_count: 4, task, ...keys }] }],
        auto_scaling_groups: [{ ...group, registers_with: {} }],
        target_groups: [{ name: "managed", deregistration_delay_seconds: 10 }],
        functions: functions({ cluster_name: "main" }),
      });
      const stop: Deed = (clients, here) => stopTask(clients, here, victim);

      it("one by StopTask, and its service is under its minimum", async () => {
        const outcome = await playBy(stop, { ...service({ minimum_healthy_percent: 100 }), ...calm });
        expect(lost(outcome)).to.deep.equal(["the service web had 3 of 4 left, by nothing"]);
      });

      it("none where the minimum leaves room, and none on an instance that a hook holds", async () => {
        const spare = service({ minimum_healthy_percent: 75 });
        expect(lost(await playBy(stop, { ...spare, ...calm }))).to.deep.equal([]);
        expect(lost(await playBy(stop, service({ minimum_healthy_percent: 100 })))).to.deep.equal([]);
      });

      const one = (minimum_healthy_percent: number) =>
        service(
          {
            desired_count: 1,
            minimum_healthy_percent,
            maximum_percent: minimum_healthy_percent === 0 ? 100 : 200,
            load_balancers: [{ target_group: "managed", container_port: 80 }],
          },
          { ports: [{ container_port: 80 }], start_seconds: 20 },
        );
      const drainBoth =
        (then?: (clients: Clients, here: World, id: string) => Promise<unknown>): Deed =>
        async (clients, here) => {
          const [task] = here.clusters.byName("main").tasks.values();
          const id = task?.containerInstance.instanceId ?? "";
          await setStatus(clients, here, id, "DRAINING");
          await then?.(clients, here, id);
        };

      it("those of an instance that is set DRAINING, and a target group has no healthy target", async () => {
        expect(lost(await playBy(drainBoth(), { ...one(0), ...calm }))).to.deep.equal([
          "the target group managed had 0 of 1 left, by nothing",
        ]);
      });

      it("none where ECS starts their replacements first", async () => {
        expect(lost(await playBy(drainBoth(), { ...one(100), ...calm }))).to.deep.equal([]);
      });

      it("none where it is ACTIVE again before that, and a person stops the task much later", async () => {
        const timeline = [{ at_seconds: 200, stop_tasks: { cluster: "main", family: "web" } }];
        const again = drainBoth((clients, here, id) => setStatus(clients, here, id, "ACTIVE"));
        const outcome = await playBy(again, { ...one(0), timeline });
        expect(lost(outcome)).to.deep.equal([]);
        const { lines } = outcome.simulation.world.story;
        expect(lines.some((line) => line.kind === "task" && line.status === "STOPPED")).to.equal(true);
      });

      it("none of an instance that a hook holds", async () => {
        const held = {
          ...one(0),
          auto_scaling_groups: [{ ...group, registers_with: {}, instance_ids: [victim] }],
        };
        expect(lost(await playBy(drain, held))).to.deep.equal([]);
      });

      it("those of an instance that is taken out of its cluster by force", async () => {
        const force: Deed = ({ ecs }, here) =>
          ecs.send(
            new DeregisterContainerInstanceCommand({
              cluster: "main",
              containerInstance: containerInstanceOf(here, victim)?.arn,
              force: true,
            }),
          );
        const full = service({ minimum_healthy_percent: 100 });
        expect(lost(await playBy(force, { ...full, ...calm }))).to.deep.equal([
          "the service web had 3 of 4 left, by nothing",
        ]);
        expect(lost(await playBy(force, full))).to.deep.equal([]);
      });
    });
  });
});
