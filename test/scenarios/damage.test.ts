// Protects users from a judge that believes the functions: what is lost is counted from the world alone, each kind with a
// healthy twin that loses nothing, and each with what in the scenario allows it. Capacity and what is left behind: see damage-*.
import { RecordLifecycleActionHeartbeatCommand } from "@aws-sdk/client-auto-scaling";
import { StopTaskCommand } from "@aws-sdk/client-ecs";
import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { lossText } from "../../cli/loss-text.ts";
import type { Played } from "../../simulator/scenario/play.ts";
import {
  complete,
  type Deed,
  drain,
  group,
  idle,
  ids,
  kinds,
  named,
  other,
  playBy,
  pull,
  replace,
  victim,
  world,
} from "./damage-fixture.ts";
import { brokenPromises, functions, HOOK, play, QUEUES } from "./fixture.ts";

/** Another team has a hook beside ours. */
const twoHooks = [{ ...group, hooks: [HOOK, { name: "backup", heartbeat_timeout_seconds: 600 }] }];

describe("scenarios: damage", () => {
  it("a drain whose time suffices loses nothing, and the world is played on for 15 minutes after it", async () => {
    const outcome = await play({ ...world, functions: functions(named) });
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.damage).to.deep.equal([]);
    const ended =
      outcome.simulation.world.story.lines.findLast(({ kind }) => kind === "instance-ended")?.at ?? 0;
    expect(outcome.simulation.world.agenda.now).to.be.at.least(ended + 900_000);
    expect(outcome.endedAt, "the counts end with the termination").to.be.below(ended + 10_000);
    expect(Math.max(...outcome.invocations.map(({ startedAt }) => startedAt))).to.be.at.most(outcome.endedAt);
  });

  describe("unserved", () => {
    const edge = {
      name: "edge",
      desired_count: 4,
      minimum_healthy_percent: 50,
      maximum_percent: 100,
      task: { ports: [{ container_port: 8080, host_port: 8080 }], stop_seconds: 5 },
    };
    const clusters = [{ name: "main", services: [edge] }];

    it("a task gets SIGTERM before its target has drained", async () => {
      const outcome = await playBy(
        async (clients, here, clock) => {
          await pull(clients, here, victim);
          await drain(clients, here, clock);
        },
        { clusters },
      );
      const [damage] = outcome.damage;
      expect(damage).to.include({ kind: "unserved", instanceId: victim, allowedBy: undefined });
      expect(damage?.what).to.equal("static (port 8080) sent to a task of edge STOPPING after SIGTERM");
      expect((damage?.to ?? 0) - (damage?.from ?? 0)).to.be.within(50_000, 60_000);
      expect(outcome.violations.map(({ rule }) => rule)).to.include("no damage: unserved");
    });

    it("none where the target has drained first", async () => {
      const outcome = await playBy(
        async (clients, here, clock) => {
          await pull(clients, here, victim);
          await clock.sleep(61_000);
          await drain(clients, here, clock);
          await clock.sleep(20_000);
          await complete(clients);
        },
        { clusters },
      );
      expect(kinds(outcome)).to.deep.equal([]);
    });

    it("none where another task may listen at the port, or where the target group is not in use", async () => {
      const target_groups = [{ ...world.target_groups[0], in_use: false }];
      const tasks = [
        { cluster: "main", instance_ids: [victim], family: "host", task: { network_mode: "host" } },
      ];
      expect(kinds(await playBy(drain, { clusters }))).to.deep.equal(["unserved, by nothing"]);
      expect(kinds(await playBy(drain, { clusters, tasks }))).to.deep.equal([]);
      expect(kinds(await playBy(drain, { clusters, target_groups }))).to.deep.equal([]);
    });

    it("somebody kills an instance that is registered: by nobody here", async () => {
      const timeline = [{ at_seconds: 1, kill: { instance_ids: [victim] } }];
      expect(kinds(await play({ ...world, functions: functions(named), timeline }))).to.deep.equal([
        "unserved, by a person's act",
      ]);
    });

    it("EC2 takes an instance back, and nobody drains it", async () => {
      const timeline = [{ at_seconds: 1, interrupt_spot: { instance_ids: [victim] } }];
      const auto_scaling_groups = [{ ...group, spot: true }];
      const outcome = await playBy(idle, { timeline, auto_scaling_groups });
      expect(kinds(outcome)).to.include("unserved, by Spot interruption");
    });

    it("ECS's managed draining stops a task behind a registration of ours", async () => {
      const auto_scaling_groups = [{ ...group, managed_draining: true }];
      const outcome = await playBy(idle, { clusters, auto_scaling_groups });
      expect(kinds(outcome)).to.deep.equal(["unserved, by managed draining"]);
    });

    it("completing while it is registered, which nothing allows", async () => {
      expect(kinds(await playBy((clients) => complete(clients)))).to.deep.equal(["unserved, by nothing"]);
    });

    describe("a person registers it while a hook holds it, where nobody names that", () => {
      const late = { name: "late", port: 8080 };
      const registers = (at_seconds: number, load_balancer?: string) => ({
        at_seconds,
        register: {
          instance_ids: [victim],
          ...(load_balancer === undefined ? { target_group: "late" } : { load_balancer }),
        },
      });
      /** The functions are told what all has, at a second, and complete the action at 30 s. */
      const told =
        (seconds: number): Deed =>
        async (clients, { targetGroups }, clock) => {
          await clock.sleep((seconds - 20) * 1_000);
          const TargetGroupArn = targetGroups.byName("late")?.settings.arn;
          await clients.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
          await clients.elb.send(new DescribeLoadBalancersCommand({}));
          await clock.sleep((30 - seconds) * 1_000);
          await complete(clients);
        };
      const playTold = (deed: Deed, timeline: readonly object[], keys: Record<string, unknown> = {}) =>
        playBy(deed, {
          target_groups: [late],
          load_balancers: [{ name: "old", listeners: [{ port: 80, instance_port: 8080 }] }],
          auto_scaling_groups: [{ ...group, registers_with: {} }],
          timeline: [...world.timeline, ...timeline],
          functions: functions({ cluster_name: "main", ...keys }),
        });

      it("after the functions were told what the load balancer has: by that person", async () => {
        for (const where of [undefined, "old"]) {
          const outcome = await playTold(told(22), [registers(25, where)]);
          expect(kinds(outcome)).to.deep.equal(["unserved, by a person's act"]);
          expect(outcome.violations).to.deep.equal([]);
        }
      });

      it("before they were told, or where the input names it: by nothing", async () => {
        for (const outcome of [
          await playTold(told(26), [registers(25)]),
          await playTold(told(22), [registers(25)], { target_groups: ["late"] }),
        ]) {
          expect(kinds(outcome)).to.deep.equal(["unserved, by nothing"]);
          expect(brokenPromises(outcome.violations).map(({ what }) => what)).to.deep.equal([
            "registered in late at port 8080",
          ]);
        }
      });
    });

    describe("a classic load balancer", () => {
      const load_balancers = [
        { name: "old", listeners: [{ port: 80, instance_port: 8080 }], connection_draining_seconds: 60 },
      ];
      const auto_scaling_groups = [{ ...group, registers_with: { load_balancers: ["old"] } }];
      const classic = { target_groups: [], load_balancers, auto_scaling_groups };
      const byInput = (keys: Record<string, unknown>) =>
        play({ ...world, ...classic, functions: functions({ cluster_name: "main", ...keys }) });

      it("completing while it is registered, until health checks have failed", async () => {
        const outcome = await playBy((clients) => complete(clients), {
          ...classic,
          functions: functions({ cluster_name: "main" }),
        });
        expect(kinds(outcome)).to.deep.equal(["unserved, by nothing"]);
        const [damage] = outcome.damage;
        expect(damage?.what).to.equal("old sent to it after its end");
        expect((damage?.to ?? 0) - (damage?.from ?? 0)).to.equal(60_000);
      });

      it("one that nobody names, by discover", async () => {
        for (const discover of ["named", "warn"])
          expect(kinds(await byInput({ discover }))).to.deep.equal([`unserved, by discover: ${discover}`]);
      });

      it("somebody kills the instance: by nobody here", async () => {
        const timeline = [{ at_seconds: 1, kill: { instance_ids: [victim] } }];
        expect(kinds(await playBy(idle, { ...classic, timeline }))).to.include("unserved, by a person's act");
      });

      it("none where it has drained first: named, found, or attached to the group", async () => {
        expect(kinds(await byInput({ discover: "named", elb_name: "old" }))).to.deep.equal([]);
        expect(kinds(await byInput({}))).to.deep.equal([]);
        const attached = [{ ...group, registers_with: {}, load_balancers: ["old"] }];
        const outcome = await play({
          ...world,
          ...classic,
          auto_scaling_groups: attached,
          functions: functions({ cluster_name: "main", discover: "named" }),
        });
        expect(kinds(outcome)).to.deep.equal([]);
      });
    });

    it("an address that is a task's, whose task stops first", async () => {
      const own = { network_mode: "awsvpc", ports: [{ container_port: 8080 }], stop_seconds: 5 };
      const here = {
        clusters: [
          { name: "main", addresses: ["10.0.1.1", "10.0.1.2"], services: [{ name: "api", task: own }] },
        ],
        target_groups: [{ name: "static", port: 8080, target_type: "ip" }],
        auto_scaling_groups: [{ ...group, instance_ids: ids.slice(0, 1), registers_with: {} }],
      };
      const register = { at_seconds: 1, register: { addresses: ["10.0.1.1"], target_group: "static" } };
      const timeline = [register, ...world.timeline.map((each) => ({ ...each, at_seconds: 15 }))];
      const stop: Deed = ({ ecs }, { clusters: all }) => {
        const [task] = all.byName("main").tasks.keys();
        return ecs.send(new StopTaskCommand({ cluster: "main", task }));
      };
      expect(kinds(await playBy(stop, { ...here, timeline }))).to.include("unserved, by nothing");
    });
  });

  describe("cut", () => {
    const slow = {
      ...world,
      target_groups: [{ ...world.target_groups[0], deregistration_delay_seconds: 300 }],
    };
    const within = (seconds: number) => functions({ ...named, drain_timeout_seconds: seconds });

    it("a target that still drains at the deadline, for as long as it would have needed", async () => {
      const outcome = await play({ ...slow, functions: within(120) });
      expect(outcome.violations).to.deep.equal([]);
      expect(kinds(outcome)).to.deep.equal(["cut, by drain_timeout_seconds"]);
      const [{ from, to }] = outcome.damage as [Played["damage"][number]];
      expect((to - from) / 1000).to.be.within(160, 220);
    });

    it("none with enough time", async () => {
      expect(kinds(await play({ ...slow, functions: within(600) }))).to.deep.equal([]);
    });

    const job = { cluster: "main", family: "job", instance_ids: [victim] };
    const ofJob = (keys: object, task: object = {}) =>
      play({
        ...world,
        tasks: [{ ...job, task }],
        functions: functions({ ...named, drain_timeout_seconds: 120, ...keys }),
      });

    it("a task that nothing stops, by stop_tasks; none where it is stopped", async () => {
      expect(kinds(await ofJob({}))).to.deep.equal(["cut, by stop_tasks"]);
      expect(kinds(await ofJob({ stop_tasks: "all" }))).to.deep.equal([]);
    });

    it("a task that would have ended by itself, by drain_timeout_seconds", async () => {
      const outcome = await ofJob({}, { run_seconds: 900 });
      expect(kinds(outcome)).to.deep.equal(["cut, by drain_timeout_seconds"]);
    });

    it("a service's task in a cluster that is not named, or named wrongly, by clusters", async () => {
      const service = { name: "worker", desired_count: 4, task: {} };
      const auto_scaling_groups = [{ ...group, registers_with: {} }];
      for (const keys of [{}, { cluster_name: "mian" }, { cluster_name: "mian", discover: "named" }]) {
        const outcome = await play({
          ...world,
          auto_scaling_groups,
          clusters: [{ name: "main", services: [service] }],
          functions: functions({ ...keys, drain_timeout_seconds: 120 }),
        });
        expect(kinds(outcome)).to.deep.equal(["cut, by clusters"]);
        expect(lossText(outcome)).to.include("name it in cluster_names");
      }
    });

    it("a service's task that nothing lets go, by on_timeout", async () => {
      const stuck = { name: "web", desired_count: 4, maximum_percent: 100 };
      for (const keys of [{}, { stop_tasks: "all" }]) {
        const outcome = await play({
          ...world,
          clusters: [{ name: "main", services: [stuck] }],
          functions: functions({ ...named, drain_timeout_seconds: 120, ...keys }),
        });
        expect(kinds(outcome)).to.deep.equal(["cut, by on_timeout"]);
        expect(lossText(outcome)).to.match(/its service needs a higher maximumPercent.*$/);
      }
    });

    it("a daemon's task that waits for a service's, by on_timeout: it has a line of its own", async () => {
      const services = [
        { name: "agent", scheduling_strategy: "DAEMON" },
        { name: "web", desired_count: 4, maximum_percent: 100 },
      ];
      for (const [stop_tasks, text] of [
        ["none", "stop_tasks: daemon stops it once all else has left"],
        ["daemon", "it is stopped once all else has left"],
      ] as const) {
        const outcome = await play({
          ...world,
          clusters: [{ name: "main", services }],
          functions: functions({ ...named, drain_timeout_seconds: 120, stop_tasks }),
        });
        expect(lossText(outcome)).to.include("its service needs a higher maximumPercent");
        expect(lossText(outcome)).to.include(
          `1 by on_timeout: its time was over, and it was not leaving: ${text}`,
        );
      }
    });

    it("a task behind a silent agent, by on_timeout: no setting saves it", async () => {
      const outcome = await play({
        ...world,
        tasks: [job],
        timeline: [{ at_seconds: 0, disconnect_agent: { instance_ids: [victim] } }, ...world.timeline],
        functions: functions({ ...named, drain_timeout_seconds: 120, stop_tasks: "all" }),
      });
      expect(lossText(outcome)).to.match(/by on_timeout: .*: its agent is silent/);
    });

    it("none by nobody where a slow clock wrote down when the drain began", async () => {
      const { deregister, terminate } = functions({ ...named, drain_timeout_seconds: 120 });
      const slowly = { ...deregister, clock_skew_seconds: -30, event_source_mapping: {} };
      const outcome = await play({ ...slow, functions: { deregister: slowly, terminate } });
      expect(kinds(outcome)).to.deep.equal(["cut, by drain_timeout_seconds"]);
      expect(outcome.violations).to.deep.equal([]);
    });

    it("somebody completes the hook by hand, or its own timeout ends it", async () => {
      const tasks = [job];
      const byHand = [
        ...world.timeline,
        { at_seconds: 60, complete_actions: { group: "fleet", hook: "drain" } },
      ];
      expect(kinds(await playBy(idle, { tasks, timeline: byHand }))).to.include("cut, by a person's act");
      const auto_scaling_groups = [{ ...group, hooks: [{ ...HOOK, heartbeat_timeout_seconds: 60 }] }];
      expect(kinds(await playBy(idle, { tasks, auto_scaling_groups }))).to.include(
        "cut, by the hook's own timeout",
      );
      const { deregister, terminate } = functions({ ...named, dry_run: true });
      const dry = { deregister, terminate: { ...terminate, input: { ...terminate.input, dry_run: true } } };
      const outcome = await play({
        ...world,
        tasks,
        auto_scaling_groups,
        functions: dry,
        ends_after_seconds: 900,
      });
      expect(kinds(outcome)).to.include("cut, by dry_run");
    });
  });

  describe("cut, by another hook", () => {
    const auto_scaling_groups = [{ ...twoHooks[0], instance_ids: [victim], registers_with: {} }];
    const job = { cluster: "main", family: "job", task: {} };

    it("that ends with ABANDON, and ours with it; none where it ends with CONTINUE", async () => {
      const tasks = [{ ...job, instance_ids: [victim] }];
      const by = async (result: string) => {
        const ends = { at_seconds: 60, complete_actions: { group: "fleet", hook: "backup", result } };
        return kinds(await playBy(idle, { auto_scaling_groups, tasks, timeline: [...world.timeline, ends] }));
      };
      expect(await by("ABANDON")).to.deep.equal(["cut, by another hook"]);
      expect(await by("CONTINUE")).to.deep.equal([]);
    });

    it("that goes on holding it after ours, and a task comes then; by nothing if the task was there before", async () => {
      const comesAt = async (at_seconds: number) => {
        const timeline = [{ at_seconds, run_tasks: { cluster: "main" } }, ...world.timeline].sort(
          (a, b) => a.at_seconds - b.at_seconds,
        );
        return kinds(await playBy((clients) => complete(clients), { auto_scaling_groups, timeline }));
      };
      expect(await comesAt(100)).to.deep.equal(["cut, by another hook"]);
      expect(await comesAt(0)).to.deep.equal(["cut, by nothing"]);
    });
  });

  describe("others", () => {
    it("another's hook is completed, or kept alive", async () => {
      const outcome = await playBy((clients) => complete(clients, "backup"), {
        auto_scaling_groups: twoHooks,
      });
      expect(kinds(outcome)).to.include("others, by nothing");
      const heartbeat: Deed = ({ autoScaling }) =>
        autoScaling.send(
          new RecordLifecycleActionHeartbeatCommand({
            AutoScalingGroupName: "fleet",
            LifecycleHookName: "backup",
            InstanceId: victim,
          }),
        );
      expect(kinds(await playBy(heartbeat, { auto_scaling_groups: twoHooks }))).to.include(
        "others, by nothing",
      );
    });

    it("another instance's target is taken out; none where its own is", async () => {
      expect(kinds(await playBy((clients, here) => pull(clients, here, other)))).to.include(
        "others, by nothing",
      );
      expect(kinds(await playBy((clients, here) => pull(clients, here, victim)))).to.not.include(
        "others, by nothing",
      );
    });

    it("an instance is replaced that nobody asked for; none where the input asks for it", async () => {
      const timeline = [{ at_seconds: 1, recommend_rebalance: { instance_ids: [other] } }];
      const ofOther: Deed = (clients) => replace(clients, other);
      const asked = { timeline, functions: functions({ ...named, on_rebalance: "replace" }) };
      expect(kinds(await playBy(ofOther, { timeline }))).to.include("others, by nothing");
      expect(kinds(await playBy(ofOther, { ...asked }))).to.not.include("others, by nothing");
    });

    it("an instance is replaced weeks before its maintenance; none where the lead time has come", async () => {
      const replacing = { functions: functions({ ...named, on_maintenance: "replace" }) };
      const due = (starts_in_hours: number) => ({
        ...replacing,
        timeline: [{ at_seconds: 1, schedule_maintenance: { instance_ids: [other], starts_in_hours } }],
      });
      const ofOther: Deed = (clients) => replace(clients, other);
      expect(kinds(await playBy(ofOther, due(336)))).to.include("others, by nothing");
      expect(kinds(await playBy(ofOther, due(40)))).to.not.include("others, by nothing");
    });
  });

  describe("late", () => {
    const empty = { auto_scaling_groups: [{ ...group, registers_with: {} }] };
    const completing = (afterSeconds: number): Deed => {
      return async (clients, _here, clock) => {
        await clock.sleep(afterSeconds * 1000);
        await complete(clients);
      };
    };

    it("a hook that holds for minutes with nothing left, and none that ends with the second tick", async () => {
      const outcome = await playBy(completing(280), empty);
      expect(kinds(outcome)).to.deep.equal(["late, by nothing"]);
      expect(kinds(await playBy(completing(100), empty))).to.deep.equal([]);
    });

    it("one that settle_seconds asks for", async () => {
      const settling = { ...empty, functions: functions({ ...named, settle_seconds: 200 }) };
      expect(kinds(await playBy(completing(280), settling))).to.deep.equal(["late, by settle_seconds"]);
    });

    it("one whose hook has a wrong value in its metadata, until the deadline; by nothing where it is right", async () => {
      const told = (metadata: string) => ({
        auto_scaling_groups: [{ ...group, registers_with: {}, hooks: [{ ...HOOK, metadata }] }],
        functions: functions({ ...named, drain_timeout_seconds: 300 }),
      });
      const wrong = told('{"stop_tasks": "some"}');
      expect(kinds(await playBy(completing(280), wrong))).to.deep.equal(["late, by metadata"]);
      expect(kinds(await playBy(completing(700), wrong))).to.deep.equal(["late, by nothing"]);
      const right = told('{"stop_tasks": "all"}');
      expect(kinds(await playBy(completing(280), right))).to.deep.equal(["late, by nothing"]);
    });

    it("one that a fault has held up, until the drain must have caught up with it, and no longer", async () => {
      // Felt for four minutes and a sweep after its end, and then there is a search: until 90 + 540 + 66 s.
      const throttle = { actions: ["*"], for_seconds: 60, probability: 1 };
      const faulty = (at_seconds: number) => ({
        ...empty,
        timeline: [...world.timeline, { at_seconds, throttle }],
      });
      expect(kinds(await playBy(completing(660), faulty(30)))).to.deep.equal(["late, by an injected fault"]);
      expect(kinds(await playBy(completing(700), faulty(30)))).to.deep.equal(["late, by nothing"]);
      expect(kinds(await playBy(completing(660), faulty(500)))).to.deep.equal(["late, by nothing"]);
    });

    it("one whose hook is made another's while the drain catches up with a fault, and none that is so after that", async () => {
      const [hook] = group.hooks;
      const throttle = { actions: ["*"], for_seconds: 60, probability: 1 };
      const foreign = (at_seconds: number) => ({
        ...empty,
        queues: [...QUEUES, { name: "theirs" }],
        timeline: [
          ...world.timeline,
          { at_seconds: 30, throttle },
          { at_seconds, put_hook: { group: "fleet", hook: { ...hook, queue: "theirs" } } },
        ].sort((a, b) => a.at_seconds - b.at_seconds),
      });
      expect(kinds(await playBy(completing(860), foreign(600)))).to.include("late, by a person's act");
      expect(kinds(await playBy(completing(860), foreign(760)))).to.include("late, by nothing");
    });

    it("one in a cluster that may not be changed, until it leaves the cluster", async () => {
      const held = { ...empty, functions: functions({ drain_timeout_seconds: 300 }) };
      const leaving = { at_seconds: 160, deregister_container_instance: { instance_ids: [victim] } };
      const left = { ...held, timeline: [...world.timeline, leaving] };
      expect(kinds(await playBy(completing(280), held))).to.deep.equal(["late, by clusters"]);
      expect(kinds(await playBy(completing(280), left))).to.deep.equal(["late, by nothing"]);
      expect(kinds(await playBy(completing(180), left))).to.deep.equal(["late, by clusters"]);
    });

    it("none for two minutes while a Network Load Balancer may go on sending; one after that", async () => {
      const network = {
        target_groups: [{ ...world.target_groups[0], protocol: "TCP", deregistration_delay_seconds: 1 }],
      };
      const takingOut = (afterSeconds: number): Deed => {
        return async (clients, here, clock) => {
          await pull(clients, here, victim);
          await completing(afterSeconds)(clients, here, clock);
        };
      };
      expect(kinds(await playBy(takingOut(150), network))).to.deep.equal([]);
      expect(kinds(await playBy(takingOut(310), network))).to.deep.equal(["late, by nothing"]);
    });
  });
});
