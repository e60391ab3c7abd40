// Protects operators from what is gone and still counted: container instances in the way of a deployment, addresses to which
// a load balancer sends, instances in service that take no task any more.
import { expect } from "chai";
import {
  complete,
  type Deed,
  drain,
  group,
  idle,
  ids,
  kinds,
  named,
  playBy,
  pull,
  setStatus,
  told,
  victim,
  world,
} from "./damage-fixture.ts";
import { functions, play, QUEUES } from "./fixture.ts";

const left = told("left_behind");

describe("scenarios: damage, left behind", () => {
  const counted = "ECS still counts it in the cluster main, ACTIVE, with 0 tasks";
  const silent = { at_seconds: 1, disconnect_agent: { instance_ids: [victim] } };
  const kill = { at_seconds: 5, kill: { instance_ids: [victim] } };
  const auto_scaling_groups = [{ ...group, registers_with: {} }];

  it("a container instance that ECS counts for ever, since its agent was silent at the end", async () => {
    const outcome = await playBy(idle, { auto_scaling_groups, timeline: [silent, kill] });
    expect(left(outcome)).to.deep.equal([`${counted}, by nothing`]);
  });

  it("whoever released it: a person, the hook's own timeout", async () => {
    const [hook] = group.hooks;
    const short = { ...hook, heartbeat_timeout_seconds: 60 };
    const terminated = { at_seconds: 5, terminate: { instance_ids: [victim] } };
    const byHand = { at_seconds: 30, complete_actions: { group: "fleet", hook: "drain" } };
    const byTimeout = [{ ...group, registers_with: {}, hooks: [short] }];
    for (const more of [
      { auto_scaling_groups, timeline: [silent, terminated, byHand] },
      { auto_scaling_groups: byTimeout, timeline: [silent, terminated] },
    ])
      expect(kinds(await playBy(idle, more))).to.include("left_behind, by nothing");
  });

  it("in a cluster that may not be changed, or where the input says never to take it out", async () => {
    const timeline = [silent, kill];
    const by = async (keys: object) =>
      left(await playBy(idle, { auto_scaling_groups, timeline, functions: functions({ ...keys }) }));
    expect(await by({})).to.deep.equal([`${counted}, by clusters`]);
    for (const [deregister_container_instance, permit] of [
      ["never", "deregister_container_instance"],
      ["when_disconnected", "nothing"],
      ["always", "nothing"],
    ])
      expect(await by({ ...named, deregister_container_instance })).to.deep.equal([
        `${counted}, by ${permit}`,
      ]);
  });

  it("where the input said never at the end of its drain, or says it now; of sweeps, only what it says now counts", async () => {
    const swept = { auto_scaling_groups: ["fleet"], lifecycle_queue_name: "lifecycle" };
    const never = { deregister_container_instance: "never" };
    const not = { deregister_container_instance: "when_disconnected" };
    const by = async ([before, after]: readonly [object, object], terminateKeys: object = {}) => {
      const { deregister, terminate } = functions({ ...named, ...before });
      const input = { ...terminate.input, ...terminateKeys };
      return left(
        await playBy(idle, {
          auto_scaling_groups,
          functions: { deregister, terminate: { ...terminate, input } },
          timeline: [
            silent,
            { at_seconds: 5, terminate: { instance_ids: [victim] } },
            { at_seconds: 30, complete_actions: { group: "fleet", hook: "drain" } },
            { at_seconds: 100, change_input: { function: "deregister", input: after } },
          ],
        }),
      );
    };
    const allowed = [`${counted}, by deregister_container_instance`];
    expect(await by([never, not], not)).to.deep.equal(allowed);
    expect(await by([not, never])).to.deep.equal(allowed);
    expect(await by([not, not])).to.deep.equal([`${counted}, by nothing`]);
    expect(await by([never, not], { ...named, ...swept, ...not })).to.deep.equal([`${counted}, by nothing`]);
  });

  it("with the functions: nothing, and with never what the input asks for", async () => {
    const timeline = [silent, kill];
    const by = (keys: object) =>
      play({ ...world, auto_scaling_groups, timeline, functions: functions({ ...named, ...keys }) });
    expect(left(await by({}))).to.deep.equal([]);
    const never = await by({ deregister_container_instance: "never" });
    expect(left(never)).to.deep.equal([
      `${counted.replace("ACTIVE", "DRAINING")}, by deregister_container_instance`,
    ]);
    expect(never.violations).to.deep.equal([]);
  });

  it("none where it is followed, whoever released it", async () => {
    const byHand = { at_seconds: 100, complete_actions: { group: "fleet", hook: "drain" } };
    const terminated = { at_seconds: 5, terminate: { instance_ids: [victim] } };
    for (const timeline of [
      [silent, kill],
      [silent, terminated, byHand],
    ]) {
      const outcome = await play({ ...world, auto_scaling_groups, functions: functions(named), timeline });
      expect(kinds(outcome).filter((each) => each.startsWith("left_behind"))).to.deep.equal([]);
    }
  });

  it("one whose hook was made another's in the middle: a person's act, unless somebody sweeps", async () => {
    const [hook] = group.hooks;
    const { deregister, terminate } = functions({ ...named, drain_timeout_seconds: 7_000 });
    const swept = { auto_scaling_groups: ["fleet"], lifecycle_queue_name: "lifecycle" };
    const by = async (sweep_minutes: number) => {
      const input = { ...terminate.input, ...named, ...swept, sweep_minutes };
      return kinds(
        await play({
          ...world,
          auto_scaling_groups: [{ ...group, hooks: [{ ...hook, heartbeat_timeout_seconds: 600 }] }],
          tasks: [{ cluster: "main", instance_ids: [victim], family: "job", task: { stop_seconds: 9_000 } }],
          queues: [...QUEUES, { name: "theirs" }],
          functions: { deregister, terminate: { ...terminate, input } },
          timeline: [
            { at_seconds: 1, terminate: { instance_ids: [victim] } },
            { at_seconds: 100, put_hook: { group: "fleet", hook: { ...hook, queue: "theirs" } } },
            { at_seconds: 400, disconnect_agent: { instance_ids: [victim] } },
            // The group stays ours by a hook that never held the instance.
            { at_seconds: 650, put_hook: { group: "fleet", hook: { ...hook, name: "later" } } },
          ],
        }),
      ).filter((each) => each.startsWith("left_behind"));
    };
    expect(await by(0)).to.deep.equal(["left_behind, by a person's act"]);
    expect(await by(1)).to.not.include("left_behind, by a person's act");
  });

  it("none where the agent was connected", async () => {
    const outcome = await playBy(idle, { auto_scaling_groups, timeline: [kill] });
    expect(kinds(outcome).filter((each) => each.startsWith("left_behind"))).to.deep.equal([]);
  });

  describe("an instance that is in service again, and still DRAINING", () => {
    const timeline = [
      { at_seconds: 1, replace_root_volume: { instance_ids: [victim], agent: "same" } },
      { at_seconds: 60, complete_actions: { group: "fleet", hook: "drain" } },
    ];
    const what = (by: string) => `it is InService and still DRAINING in the cluster main, by ${by}`;

    it("by nothing where one of us did it, and by a person's act where a person did", async () => {
      const by = (caller?: string) => playBy(drain, { auto_scaling_groups, timeline }, caller);
      expect(left(await by())).to.deep.equal([`${what("deregister")}, by nothing`]);
      expect(left(await by("somebody"))).to.deep.equal([`${what("somebody")}, by a person's act`]);
    });

    it("none where it is ACTIVE again, by one of us or by a person", async () => {
      const again: Deed = async (clients, here, clock) => {
        await drain(clients, here, clock);
        await clock.sleep(150_000);
        await setStatus(clients, here, victim, "ACTIVE");
      };
      expect(left(await playBy(again, { auto_scaling_groups, timeline }))).to.deep.equal([]);
      const person = { at_seconds: 200, set_active: { instance_ids: [victim] } };
      const byHand = { auto_scaling_groups, timeline: [...timeline, person] };
      expect(left(await playBy(drain, byHand))).to.deep.equal([]);
    });

    it("none while a hook holds it", async () => {
      expect(left(await playBy(drain, { auto_scaling_groups }))).to.deep.equal([]);
    });

    it("none with the functions", async () => {
      const outcome = await play({ ...world, functions: functions(named), timeline: timeline.slice(0, 1) });
      const { lines } = outcome.simulation.world.story;
      const statuses = lines.flatMap((line) => (line.kind === "container-instance" ? [line.status] : []));
      expect(statuses).to.include("DRAINING");
      expect(outcome.damage).to.deep.equal([]);
    });
  });

  describe("an address that is registered still", () => {
    const target_groups = [{ ...world.target_groups[0], target_type: "ip" }];
    const addresses = { target_groups, auto_scaling_groups: [group] };
    const what = "10.0.0.11:8080 is still registered in static";
    const completing: Deed = (clients) => complete(clients);

    it("after its instance has ended, by nothing", async () => {
      const outcome = await playBy(completing, addresses);
      expect(left(outcome)).to.deep.equal([`${what}, by nothing`]);
      expect(outcome.violations.map(({ rule }) => rule)).to.include("no damage: left_behind");
    });

    it("none where it was taken out before, and none with the functions", async () => {
      const pulled: Deed = async (clients, here, clock) => {
        await pull(clients, here, "10.0.0.11");
        await clock.sleep(61_000);
        await complete(clients);
      };
      expect(left(await playBy(pulled, addresses))).to.deep.equal([]);
      expect((await play({ ...world, ...addresses, functions: functions(named) })).damage).to.deep.equal([]);
    });

    it("none where another instance has it by then", async () => {
      const last = ids.at(-1);
      const timeline = [
        { at_seconds: 1, terminate: { instance_ids: [last] } },
        { at_seconds: 30, assign_addresses: { instance_ids: [victim], addresses: ["10.0.0.14"] } },
      ];
      const ofLast: Deed = (clients) => complete(clients, "drain", last);
      const [ended] = timeline;
      expect(left(await playBy(ofLast, { ...addresses, timeline: [ended] }))).to.have.lengthOf(1);
      expect(left(await playBy(ofLast, { ...addresses, timeline }))).to.deep.equal([]);
    });

    it("by what allowed its instance to end: a person's act, or that nobody looks for it", async () => {
      const timeline = [{ at_seconds: 1, kill: { instance_ids: [victim] } }];
      expect(left(await playBy(idle, { ...addresses, timeline }))).to.deep.equal([
        `${what}, by a person's act`,
      ]);
      for (const discover of ["named", "warn"])
        expect(
          left(
            await playBy(completing, {
              ...addresses,
              functions: functions({ cluster_name: "main", discover }),
            }),
          ),
        ).to.deep.equal([`${what}, by discover: ${discover}`]);
    });
  });
});
