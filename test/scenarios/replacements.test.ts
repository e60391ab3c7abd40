// Protects a group's capacity from notices: a storm of recommendations, a maintenance far ahead, a group of one, somebody else's
// group, a replacement that never serves, runs side by side, and those who step in by hand.
import { expect } from "chai";
import { calls, functions, HOOK, instanceIds, linesOf, type Outcome, play } from "./fixture.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TERMINATE = "autoscaling:TerminateInstanceInAutoScalingGroup";

/** A group of plain EC2 behind a static target group of its own. */
const group = (name: string, ids: readonly string[], more: Record<string, unknown> = {}) => ({
  name,
  instance_ids: ids,
  boot_seconds: 120,
  registers_with: { target_groups: [{ name }] },
  hooks: [HOOK],
  ...more,
});
const scenario = (
  keys: Record<string, unknown>,
  groups: readonly ReturnType<typeof group>[],
  timeline: readonly Record<string, unknown>[],
  more: Record<string, unknown> = {},
) => ({
  functions: functions({ target_groups: groups.map(({ name }) => name), ...keys }),
  event_rules: [{ queue: "lifecycle" }],
  target_groups: groups.map(({ name }) => ({ name, port: 8080, deregistration_delay_seconds: 30 })),
  auto_scaling_groups: groups,
  timeline,
  ends_after_seconds: 7200,
  ...more,
});
const rebalance = (at: number, ids: readonly string[]) => ({
  at_seconds: at,
  recommend_rebalance: { instance_ids: ids },
});

/** The instances that were replaced because of notices, with the minute of the scenario. */
const replaced = (outcome: Outcome) =>
  linesOf(outcome, "instance replaced").map(({ instance_id, time }) => ({
    id: instance_id as string,
    minute: Math.floor((Date.parse(time as string) - outcome.startedAt) / MINUTE),
  }));
/** How few of a group's instances were in service at any time after its first termination began. */
function fewestServing({ simulation, startedAt }: Outcome, name: string): number {
  const serving = new Set<string>();
  let fewest = Number.POSITIVE_INFINITY;
  for (const line of simulation.world.story.lines) {
    if (line.kind !== "instance" || line.group !== name) continue;
    if (line.state === "InService") serving.add(line.instanceId);
    else serving.delete(line.instanceId);
    if (line.at >= startedAt) fewest = Math.min(fewest, serving.size);
  }
  return fewest;
}
/** How few healthy targets a target group had, as the story tells of registrations. */
function fewestTargets({ simulation, startedAt }: Outcome, name: string): number {
  const registered = new Set<string>();
  let fewest = Number.POSITIVE_INFINITY;
  for (const line of simulation.world.story.lines) {
    if (line.kind !== "target" || line.targetGroup !== name) continue;
    if (line.state === "registered") registered.add(line.id);
    else registered.delete(line.id);
    if (line.at >= startedAt) fewest = Math.min(fewest, registered.size);
  }
  return fewest;
}
/** How few targets a target group had that were registered for so many seconds. */
function fewestHealthy({ simulation, startedAt }: Outcome, name: string, after: number): number {
  const since = new Map<string, number>();
  let fewest = Number.POSITIVE_INFINITY;
  for (const line of simulation.world.story.lines) {
    if (line.kind !== "target" || line.targetGroup !== name) continue;
    if (line.state === "registered") since.set(line.id, line.at);
    else since.delete(line.id);
    if (line.at < startedAt) continue;
    const healthy = [...since.values()].filter((at) => at < startedAt || at + after * 1000 <= line.at);
    fewest = Math.min(fewest, healthy.length);
  }
  return fewest;
}
function expectEmptyQueues(outcome: Outcome): void {
  for (const queue of outcome.simulation.world.queues.all)
    expect(queue.messages.size, queue.name).to.equal(0);
}

describe("scenarios: replacements", () => {
  it("a storm in several groups: in each one after the other, the lowest id first", async () => {
    const ids = instanceIds(9);
    const [a, b, c] = [ids.slice(0, 4), ids.slice(4, 7), ids.slice(7)];
    const outcome = await play(
      scenario(
        { on_rebalance: "replace" },
        [group("a", a), group("b", b), group("c", c)],
        [rebalance(5, [...a.slice(1), ...b]), rebalance(15, [a[0] as string, ...c])],
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(replaced(outcome).length).to.equal(9);
    for (const [name, own] of [
      ["a", a],
      ["b", b],
      ["c", c],
    ] as const) {
      const order = replaced(outcome).filter(({ id }) => own.includes(id));
      expect(order.map(({ id }) => id)).to.deep.equal([...own]);
      expect(fewestServing(outcome, name), name).to.equal(own.length - 1);
      expect(fewestTargets(outcome, name), name).to.equal(own.length - 1);
    }
    expectEmptyQueues(outcome);
    expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  });

  it("replace_at_once: as many at once, and never all of them", async () => {
    const ids = instanceIds(6);
    const [big, small] = [ids.slice(0, 4), ids.slice(4)];
    const outcome = await play(
      scenario(
        { on_rebalance: "replace", replace_at_once: 3 },
        [group("big", big), group("small", small)],
        [rebalance(5, ids)],
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(replaced(outcome).map(({ id }) => id)).to.have.members(ids);
    expect(fewestServing(outcome, "big")).to.equal(1);
    expect(fewestServing(outcome, "small")).to.equal(1);
  });

  it("a maintenance of a group of one: told, and not done unless the input says so", async () => {
    const [only] = instanceIds(1) as [string];
    const of = (keys: Record<string, unknown>) =>
      play(
        scenario(
          { on_maintenance: "replace", maintenance_lead_hours: 400, ...keys },
          [group("one", [only])],
          [{ at_seconds: 5, schedule_maintenance: { instance_ids: [only] } }],
        ),
      );
    const kept = await of({});
    expect(calls(kept, TERMINATE)).to.equal(0);
    const [warning] = linesOf(kept, "instance not replaced", only);
    expect(warning).to.include({ level: "WARN" });
    expect(warning?.reason).to.include("replace_last");
    expectEmptyQueues(kept);
    const gone = await of({ replace_last: true });
    expect(replaced(gone).map(({ id }) => id)).to.deep.equal([only]);
    expect(gone.violations).to.deep.equal([]);
  });

  it("a maintenance weeks ahead waits in no message, and goes when its lead has come", async () => {
    const ids = instanceIds(3);
    const [first, second] = ids as [string, string];
    const outcome = await play(
      scenario(
        { on_maintenance: "replace", maintenance_lead_hours: 1 },
        [group("web", ids)],
        [
          {
            at_seconds: 5,
            schedule_maintenance: {
              instance_ids: [first, second],
              starts_in_hours: 4,
              code: "AWS_EC2_INSTANCE_STOP_SCHEDULED",
            },
          },
          // Something happens until then, or the scenario would be over.
          { at_seconds: 3 * 3600 + 600, scale_out: { group: "web", count: 1 } },
        ],
        { ends_after_seconds: 4 * 3600 },
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "notice waits", first)[0]?.waiting_for).to.include("its time");
    const [one, two] = replaced(outcome) as [{ id: string; minute: number }, { id: string; minute: number }];
    expect([one.id, two.id]).to.deep.equal([first, second]);
    expect(one.minute).to.be.within(180, 245);
    expect(two.minute).to.be.above(one.minute + 2);
    expect(fewestServing(outcome, "web")).to.equal(2);
    // Nothing waits in a queue for three hours.
    const early = outcome.simulation.calls.filter(
      ({ action, at }) =>
        action === "sqs:SendMessageBatch" &&
        at < outcome.startedAt + 2 * HOUR &&
        at > outcome.startedAt + MINUTE,
    );
    expect(early).to.deep.equal([]);
  });

  it("what EC2 has canceled, or what nobody of ours is, is not replaced", async () => {
    const ids = instanceIds(4);
    const [canceled, stranger] = [ids[0], ids[2]] as [string, string];
    const outcome = await play(
      scenario(
        {
          on_maintenance: "replace",
          on_rebalance: "replace",
          on_spot_interruption: "drain",
          maintenance_lead_hours: 1,
        },
        [
          group("web", ids.slice(0, 2)),
          group("theirs", ids.slice(2), {
            spot: true,
            hooks: [{ ...HOOK, queue: "theirs", name: "their-hook" }],
          }),
        ],
        [
          {
            at_seconds: 5,
            schedule_maintenance: { instance_ids: [canceled, stranger], starts_in_hours: 2, told: false },
          },
          { at_seconds: 10, cancel_maintenance: { instance_ids: [canceled] } },
          rebalance(15, [stranger]),
          { at_seconds: 3900, interrupt_spot: { instance_ids: [stranger] } },
        ],
        { queues: [{ name: "theirs" }, { name: "lifecycle" }, { name: "monitor" }] },
      ),
    );
    expect(calls(outcome, TERMINATE)).to.equal(0);
    expect(linesOf(outcome, "deregistered")).to.deep.equal([]);
    const reasons = linesOf(outcome, "notice ignored", stranger).map(({ notice, reason }) => [
      notice,
      reason,
    ]);
    const none = "the group theirs has no terminating hook of ours";
    expect(reasons).to.deep.equal([
      ["rebalance", none],
      ["spot interruption", none],
    ]);
    expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  });

  it("Capacity Rebalancing: Auto Scaling replaces the instance, and launches before it terminates", async () => {
    const ids = instanceIds(3);
    const outcome = await play(
      scenario(
        { on_rebalance: "replace" },
        [group("web", ids, { capacity_rebalance: true })],
        [rebalance(5, ids.slice(0, 2))],
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(calls(outcome, TERMINATE)).to.equal(0);
    expect(linesOf(outcome, "notice ignored")).to.have.lengthOf(2);
    expect(outcome.terminations.map(({ instanceId }) => instanceId)).to.have.members(ids.slice(0, 2));
    expect(fewestServing(outcome, "web")).to.equal(3);
  });

  it("a replacement that never serves: the others stay, and in the end the log says so", async () => {
    const ids = instanceIds(3);
    // Nobody completes it. Its timeout abandons the launch every two hours, and Auto Scaling tries again.
    const launching = { name: "launch", transition: "launching", heartbeat_timeout_seconds: 7200 };
    const outcome = await play(
      scenario(
        { on_rebalance: "replace" },
        [group("web", ids)],
        [{ at_seconds: 1, put_hook: { group: "web", hook: launching } }, rebalance(5, ids)],
        { ends_after_seconds: 16_000 },
      ),
    );
    const [first, ...others] = replaced(outcome);
    expect(first?.id).to.equal(ids[0]);
    expect(others).to.deep.equal([]);
    const given = linesOf(outcome, "instance not replaced");
    expect(given.map(({ instance_id }) => instance_id)).to.have.members(ids.slice(1));
    for (const { level, reason } of given) {
      expect(level).to.equal("WARN");
      expect(reason).to.include("four hours");
    }
    expect(linesOf(outcome, "notice waits"), "a line each, not a line a minute").to.have.lengthOf(2);
    expectEmptyQueues(outcome);
  });

  const healthyAfter = (healthy_after_seconds: number) => ({
    target_groups: [{ name: "slow", port: 8080, deregistration_delay_seconds: 30, healthy_after_seconds }],
  });
  const ways: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ["a target group that deregister's input names", {}, {}],
    [
      "one that nobody names",
      {},
      { functions: functions({ on_rebalance: "replace", target_groups: undefined }) },
    ],
    [
      "one that terminate's input names, where nothing else is searched",
      {},
      {
        functions: {
          ...functions({ on_rebalance: "replace", target_groups: ["slow"], discover: "named" }),
          terminate: { input: { queue_name: "monitor", target_groups: ["slow"], discover: "named" } },
        },
      },
    ],
    ["addresses", {}, { targetType: "ip" }],
    ["one that Auto Scaling fills", { registers_with: undefined, target_groups: ["slow"] }, {}],
  ];
  for (const [what, more, { targetType, ...world }] of ways)
    it(`targets that take five minutes to be healthy: the next waits for them, in ${what}`, async () => {
      const ids = instanceIds(4);
      const { target_groups } = healthyAfter(300);
      const outcome = await play(
        scenario({ on_rebalance: "replace" }, [group("slow", ids, more)], [rebalance(400, ids)], {
          target_groups: target_groups.map((each) => ({
            ...each,
            ...(targetType === undefined ? {} : { target_type: targetType }),
          })),
          ...world,
        }),
      );
      expect(outcome.violations).to.deep.equal([]);
      const order = replaced(outcome);
      expect(order.map(({ id }) => id)).to.deep.equal([...ids]);
      for (const [i, { minute }] of order.entries())
        expect(minute - (order[i - 1]?.minute ?? -99), `${i}`).to.be.greaterThan(7);
      expect(fewestHealthy(outcome, "slow", 300)).to.equal(3);
      const waits = linesOf(outcome, "notice waits").map(({ waiting_for }) => waiting_for as string);
      expect(waits.join("\n")).to.match(/load balancers of the group slow do not send to i-\w+ yet/);
      expectEmptyQueues(outcome);
    });

  it("a target that is not healthy after four hours: the others stay, and in the end the log says so", async () => {
    const ids = instanceIds(3);
    const outcome = await play(
      scenario({ on_rebalance: "replace" }, [group("slow", ids)], [rebalance(15_100, ids)], {
        ...healthyAfter(15_000),
        ends_after_seconds: 30_000,
      }),
    );
    expect(replaced(outcome).map(({ id }) => id)).to.deep.equal(ids.slice(0, 1));
    const warnings = linesOf(outcome, "instance not replaced");
    expect(warnings.map(({ reason }) => reason)).to.deep.equal(
      Array(2).fill("it has waited for four hours, last for targets that are not healthy"),
    );
    expectEmptyQueues(outcome);
  });

  it("runs side by side choose one instance", async () => {
    const ids = instanceIds(5);
    const beside = ["deregister", "terminate"].flatMap((name) =>
      [20, 40, 41, 100, 101].map((at) => ({ at_seconds: at, invoke: { function: name } })),
    );
    const timeline = [
      { at_seconds: 2, schedule_maintenance: { instance_ids: ids.slice(2), starts_in_hours: 10 } },
      rebalance(5, ids.slice(0, 2)),
      rebalance(18, ids.slice(2, 4)),
      ...beside,
    ];
    const outcome = await play(
      scenario({ on_rebalance: "replace", on_maintenance: "replace" }, [group("web", ids)], timeline, {
        read_lag_seconds: 5,
      }),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(replaced(outcome).map(({ id }) => id)).to.deep.equal(ids);
    expect(fewestServing(outcome, "web")).to.equal(4);
  });

  it("messages that come twice, and runs that die, replace no more", async () => {
    const ids = instanceIds(4);
    for (const atCall of [3, 4, 5, 6, 7, 8]) {
      const outcome = await play(
        scenario({ on_rebalance: "replace" }, [group("web", ids)], [rebalance(5, ids)], { duplicates: 0.5 }),
        { crash: { name: "terminate", atCall } },
      );
      expect(outcome.violations, `at call ${atCall}`).to.deep.equal([]);
      expect(new Set(replaced(outcome).map(({ id }) => id)).size).to.be.at.least(3);
      expect(fewestServing(outcome, "web"), `at call ${atCall}`).to.equal(3);
      expectEmptyQueues(outcome);
    }
  });

  it("a denied call ends it after a few runs", async () => {
    const ids = instanceIds(2);
    const outcome = await play(
      scenario(
        { on_rebalance: "replace" },
        [group("web", ids)],
        [{ at_seconds: 1, deny: { actions: [TERMINATE], for_seconds: 7200 } }, rebalance(5, ids.slice(0, 1))],
      ),
    );
    const failed = outcome.invocations.filter((each) => each.outcome === "failed");
    expect(failed).to.have.lengthOf(3);
    expect(linesOf(outcome, "instance not replaced", ids[0])[0]?.reason).to.include(TERMINATE);
    expectEmptyQueues(outcome);
  });

  it("suspended processes: it waits until they are resumed", async () => {
    const ids = instanceIds(2);
    const outcome = await play(
      scenario(
        { on_rebalance: "replace" },
        [group("web", ids)],
        [
          { at_seconds: 1, suspend_processes: { group: "web", processes: ["Launch"] } },
          rebalance(5, ids.slice(0, 1)),
          { at_seconds: 1000, resume_processes: { group: "web", processes: ["Launch"] } },
        ],
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(linesOf(outcome, "notice waits", ids[0])[0]).to.include({ level: "WARN" });
    expect(replaced(outcome)[0]?.minute).to.be.within(16, 18);
    expect(fewestServing(outcome, "web")).to.equal(1);
  });

  it("an instance refresh goes first, and the two together take no more than one at a time", async () => {
    const ids = instanceIds(3);
    const outcome = await play(
      scenario(
        { on_rebalance: "replace" },
        [group("web", ids)],
        [{ at_seconds: 1, instance_refresh: { group: "web" } }, rebalance(5, ids)],
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(fewestServing(outcome, "web")).to.equal(2);
    expect(outcome.terminations.map(({ instanceId }) => instanceId)).to.have.members(ids);
  });

  it("a protected instance is replaced too, one in Standby or detached is not", async () => {
    const ids = instanceIds(4);
    const [shielded, aside, detached] = ids as [string, string, string];
    const outcome = await play(
      scenario(
        { on_rebalance: "replace" },
        [group("web", ids)],
        [
          { at_seconds: 1, protect_from_scale_in: { instance_ids: [shielded] } },
          { at_seconds: 1, enter_standby: { instance_ids: [aside] } },
          { at_seconds: 1, detach: { instance_ids: [detached] } },
          rebalance(10, [shielded, aside, detached]),
        ],
      ),
    );
    expect(outcome.violations).to.deep.equal([]);
    expect(replaced(outcome).map(({ id }) => id)).to.deep.equal([shielded]);
    const reasons = linesOf(outcome, "notice ignored").map(({ instance_id, reason }) => [
      instance_id,
      reason,
    ]);
    expect(reasons).to.have.deep.members([
      [aside, "the instance is Standby"],
      [detached, "no Auto Scaling group has the instance"],
    ]);
  });
});

describe("scenarios: forged notices", () => {
  const ids = instanceIds(4);
  const batch = (more: Record<string, unknown> = {}) =>
    JSON.stringify({
      notices: ids.map((instance_id) => ({
        instance_id,
        notice: "rebalance",
        time: "2026-01-05T09:00:00.000Z",
      })),
      replace_at_once: 1_000,
      replace_last: true,
      lifecycle_queue_name: "lifecycle",
      ...more,
    });
  /** Sends it to the monitor queue. Terminate's input has these keys, and its environment names the roles or does not. */
  const playForged = (
    body: string,
    { unset = false, sent_by = undefined as string | undefined, keys = {} } = {},
    more: Record<string, unknown> = {},
  ) => {
    const { deregister, terminate } = functions({ target_groups: ["fleet"] });
    const variable = unset ? { sender_role_ids: "" } : {};
    return play({
      ...scenario(
        {},
        [group("fleet", ids, more)],
        [{ at_seconds: 5, send: { queue: "monitor", body, ...(sent_by === undefined ? {} : { sent_by }) } }],
        { ends_after_seconds: 400 },
      ),
      functions: {
        deregister: { ...deregister, ...variable },
        terminate: { ...terminate, ...variable, input: { ...terminate.input, ...keys } },
      },
    });
  };

  it("of a stranger are dropped with a warning", async () => {
    const outcome = await playForged(batch());
    expect(calls(outcome, TERMINATE)).to.equal(0);
    const [warning, ...more] = linesOf(outcome, "notices of another sender ignored");
    expect(warning).to.deep.include({ level: "WARN", notices: 4, instances: ids });
    expect(more).to.deep.equal([]);
    expectEmptyQueues(outcome);
  });

  /** [terminate's input, whether the roles are known, how few serve at the least] */
  for (const [keys, unset, fewest] of [
    [{}, true, 3],
    [{ on_rebalance: "replace" }, true, 3],
    [{ on_rebalance: "replace", replace_at_once: 2 }, true, 2],
    [{ on_rebalance: "replace", replace_at_once: 2 }, false, 2],
    [{ on_rebalance: "replace" }, false, 3],
  ] as const) {
    const who = unset ? "anybody's" : "a role of ours's";
    it(`${who} replace no more at once than terminate's own input says: ${JSON.stringify(keys)}`, async () => {
      const outcome = await playForged(batch(), { keys, unset, ...(unset ? {} : { sent_by: "deregister" }) });
      expect(fewestServing(outcome, "fleet")).to.equal(fewest);
      expect(calls(outcome, TERMINATE)).to.be.at.least(1);
    });
  }

  it("replace nothing where only the message says that the hook is ours", async () => {
    const others = { hooks: [{ ...HOOK, name: "theirs", queue: "lifecycle-dead-letters" }] };
    const forged = batch({ lifecycle_hook_names: ["theirs"] });
    const keys = { lifecycle_queue_name: "lifecycle" };
    const outcome = await playForged(forged, { unset: true, keys }, others);
    expect(calls(outcome, TERMINATE)).to.equal(0);
  });
});
