// Protects a scenario from ending while a termination is still to come: it would be reported as if there were none.
import { expect } from "chai";
import { expectDrained, functions, HOOK, instanceIds, play } from "./fixture.ts";

const ids = instanceIds(2);
const WARM = "i-0eeeeeeeeeeeeeeee";
const world = {
  functions: functions({ cluster_name: "main" }),
  target_groups: [{ name: "attached", deregistration_delay_seconds: 200 }],
  clusters: [{ name: "main", services: [{ name: "web", desired_count: 2 }] }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
};
const [group] = world.auto_scaling_groups;
const attached = [{ ...group, target_groups: ["attached"] }];

describe("scenarios: their end", () => {
  it("comes after an instance that first drains from the group's own target group", async () => {
    const outcome = await play({
      ...world,
      auto_scaling_groups: attached,
      // After the hook's test notification is gone: the queues are empty.
      timeline: [{ at_seconds: 100, terminate: { instance_ids: [ids[0]] } }],
    });
    expectDrained(outcome, { count: 1 });
    expect((outcome.terminations[0]?.askedAt as number) - outcome.startedAt).to.be.within(300_000, 302_000);
  });

  it("comes after an instance whose end its group has still to notice", async () => {
    const outcome = await play({
      ...world,
      timeline: [{ at_seconds: 100, kill: { instance_ids: [ids[0]] } }],
    });
    expect(outcome.terminations.map((each) => each.instanceId)).to.deep.equal([ids[0]]);
    expect(outcome.violations).to.deep.equal([]);
    expect((outcome.terminations[0]?.askedAt as number) - outcome.startedAt).to.equal(130_000);
  });

  const askedLater: [what: string, entry: Record<string, unknown>, seconds: number][] = [
    ["that somebody stops", { stop: { instance_ids: [ids[0]] } }, 30],
    ["whose interruption is announced", { interrupt_spot: { instance_ids: [ids[0]] } }, 150],
    ["of the warm pool that somebody ends", { kill: { instance_ids: [WARM] } }, 30],
  ];
  for (const [what, entry, seconds] of askedLater) {
    it(`comes after an instance ${what}`, async () => {
      const { terminations, startedAt } = await play({
        ...world,
        auto_scaling_groups: [{ ...group, spot: true, warm_pool: { instance_ids: [WARM] } }],
        timeline: [{ at_seconds: 100, ...entry }],
      });
      const asked = terminations.map(({ askedAt }) => (askedAt - startedAt) / 1000);
      expect(asked).to.deep.equal([100 + seconds]);
    });
  }

  it("comes after one that was to get a new root volume and has died, while another hook holds it and its message is lost", async () => {
    const backup = { name: "backup", heartbeat_timeout_seconds: 900, default_result: "CONTINUE" };
    const { startedAt, endedAt } = await play({
      ...world,
      auto_scaling_groups: [{ ...group, hooks: [HOOK, backup] }],
      timeline: [
        { at_seconds: 100, replace_root_volume: { instance_ids: [ids[0]] } },
        { at_seconds: 110, kill: { instance_ids: [ids[0]] } },
        { at_seconds: 400, remake_queue: { queue: "monitor" } },
      ],
    });
    // The other hook ends at 1,000 s, and then ours holds it again.
    expect((endedAt - startedAt) / 1_000).to.be.greaterThan(1_000);
  });

  it("comes after an instance that first leaves the group's own target group for a new root volume", async () => {
    const { terminations, startedAt } = await play({
      ...world,
      auto_scaling_groups: attached,
      timeline: [{ at_seconds: 100, replace_root_volume: { instance_ids: [ids[0]] } }],
    });
    expect((terminations[0]?.askedAt as number) - startedAt).to.equal(300_000);
  });

  describe("where EC2 has scheduled a stop", () => {
    const playStop = async (starts_in_hours: number) => {
      const { terminations, violations, startedAt, endedAt } = await play({
        ...world,
        timeline: [
          { at_seconds: 100, schedule_maintenance: { instance_ids: [ids[0]], starts_in_hours, told: false } },
        ],
      });
      const asked = terminations.map(({ askedAt }) => (askedAt - startedAt) / 1000);
      return { asked, violations, endedSeconds: (endedAt - startedAt) / 1000 };
    };

    it("comes after that, if the world is played on for longer", async () => {
      const { asked, violations } = await playStop(0.25);
      expect(asked).to.deep.equal([100 + 900 + 30]);
      expect(violations).to.deep.equal([]);
    });

    it("does not wait for a later one", async () => {
      expect((await playStop(0.3)).endedSeconds).to.be.at.most(110);
    });
  });

  it("comes after an instance that the last entry lets its group choose, at whatever fraction of a second", async () => {
    const outcome = await play({
      ...world,
      timeline: [{ at_seconds: 110.5, scale_in: { group: "fleet", count: 1 } }],
    });
    expectDrained(outcome, { count: 1 });
  });

  it("comes after a new instance that its group has no place for once it is in service", async () => {
    const boot = {
      name: "boot",
      transition: "launching",
      heartbeat_timeout_seconds: 60,
      default_result: "CONTINUE",
    };
    for (const at_seconds of [5, 5.2, 5.4, 5.6, 5.8]) {
      const outcome = await play({
        functions: functions({}),
        auto_scaling_groups: [{ name: "fleet", instance_ids: ids, hooks: [HOOK, boot] }],
        timeline: [
          { at_seconds, scale_out: { group: "fleet", count: 1 } },
          { at_seconds: 10, scale_in: { group: "fleet", count: ids.length + 1 } },
        ],
      });
      expectDrained(outcome, { count: ids.length + 1 });
    }
  });

  it("comes once a new instance is in service where nothing is terminated at all", async () => {
    const outcome = await play({
      ...world,
      timeline: [{ at_seconds: 100, scale_out: { group: "fleet", count: 1 } }],
    });
    expect(outcome.terminations).to.deep.equal([]);
    expect(outcome.endedAt - outcome.startedAt).to.be.within(130_000, 140_000);
  });
});
