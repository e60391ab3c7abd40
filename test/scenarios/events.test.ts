// Protects those who wait for events on a bus: each drain is told of when it starts and how it ends, and what hangs is told once. And it
// protects the drains: no bus that fails or hangs delays one, or fails a run.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { EVENTS, eventSchema, FIELDS } from "../../docs/generate/events.ts";
import { arn } from "../../simulator/kernel/account.ts";
import {
  calls,
  expectDrained,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
  valuesOf,
} from "./fixture.ts";

const ids = instanceIds(4);
const [leaving, another] = ids as [string, string];
const ENDLESS = { stop_seconds: 200_000, stop_timeout_seconds: 200_000 };
const PUT = "events:PutEvents";
const terminated = (...instance_ids: string[]) => ({ at_seconds: 5, terminate: { instance_ids } });

type Keys = Record<string, unknown>;

/** Both functions tell the account's bus, unless the keys say otherwise. */
function fleet(
  timeline: readonly Keys[],
  { keys = {}, task = { stop_seconds: 20 }, ...more }: Record<string, object> = {},
) {
  const told = { event_bus: "default", ...keys };
  const { deregister, terminate } = functions({ cluster_name: "main", ...told });
  const { event_bus, dry_run } = told as Keys;
  const ofBoth = {
    ...(event_bus === undefined ? {} : { event_bus }),
    ...(dry_run === undefined ? {} : { dry_run }),
  };
  return {
    functions: { deregister, terminate: { ...terminate, input: { ...terminate.input, ...ofBoth } } },
    clusters: [{ name: "main", services: [{ name: "worker", desired_count: 4, task }] }],
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
    timeline,
    ...more,
  };
}

const eventsOf = ({ simulation, startedAt }: Outcome) =>
  simulation.world.eventBuses.events.map(({ bus, source, detailType, detail, at }) => {
    const event = { source, "detail-type": detailType, detail: JSON.parse(detail) };
    expect(eventSchema.safeParse(event).error, JSON.stringify(event)).to.equal(undefined);
    return { bus, type: detailType, seconds: (at - startedAt) / 1_000, ...event.detail };
  });
const typesOf = (outcome: Outcome, instanceId = leaving) =>
  eventsOf(outcome)
    .filter(({ instance_id }) => instance_id === instanceId)
    .map(({ type, outcome: ended }) => (ended === undefined ? type : `${type}: ${ended}`));
const failed = ({ invocations }: Outcome) => invocations.filter((each) => each.outcome !== "succeeded");

describe("scenarios: events on a bus", () => {
  it("a drain starts and is completed: an event each, at its time, and a call only in runs that have one", async () => {
    const outcome = await play(fleet([terminated(leaving, another)]));
    for (const id of [leaving, another])
      expect(typesOf(outcome, id)).to.deep.equal(["drain started", "drain completed: drained"]);
    const [started, , completed] = eventsOf(outcome);
    expect(started).to.include({
      bus: "default",
      auto_scaling_group: "fleet",
      lifecycle_hook_name: "drain",
      deployment: "asg-drain",
    });
    expect(Date.parse(started?.held_since)).to.equal(outcome.terminations[0]?.askedAt);
    expect(completed?.held_seconds).to.be.within(completed?.seconds - 7, completed?.seconds - 4);
    expect(completed?.reason).to.match(/^drained/);
    expect(calls(outcome, PUT), "one when both began, one when both ended").to.equal(2);
    expectDrained(outcome, { count: 2 });
  });

  it("no bus, no call", async () => {
    const outcome = await play(fleet([terminated(leaving)], { keys: { event_bus: undefined as never } }));
    expect(outcome.simulation.world.eventBuses.events).to.deep.equal([]);
    expect(calls(outcome, PUT)).to.equal(0);
  });

  it("one that hangs is told once to be half over and once to be stalled, and then what was cut off", async () => {
    const outcome = await play(
      fleet([terminated(leaving)], { keys: { drain_timeout_seconds: 3_000 }, task: ENDLESS }),
    );
    expect(typesOf(outcome)).to.deep.equal([
      "drain started",
      "drain stalled",
      "drain half over",
      "drain cut off: cut off",
    ]);
    const [, stalled, half, cut] = eventsOf(outcome);
    expect(stalled?.seconds).to.be.within(900, 1_100);
    expect(stalled?.waiting_for).to.equal("1 task STOPPING");
    expect(half).to.include({ waiting_for: "1 task STOPPING" });
    expect(cut).to.include({ left: "1 task STOPPING", setting: "drain_timeout_seconds" });
    expect(Date.parse(half?.drain_deadline) - outcome.startedAt).to.be.within(3_000_000, 3_060_000);
    expect(calls(outcome, PUT)).to.equal(4);
  });

  it("an instance that dies is told as dead, and one whose hook is deleted as dropped", async () => {
    const outcome = await play(
      fleet(
        [
          terminated(leaving, another),
          { at_seconds: 90, stop: { instance_ids: [leaving] } },
          { at_seconds: 400, delete_hook: { group: "fleet", hook: HOOK.name } },
        ],
        { task: { stop_seconds: 1_000, stop_timeout_seconds: 1_200 } },
      ),
    );
    expect(typesOf(outcome, leaving)).to.deep.equal(["drain started", "drain completed: dead"]);
    expect(typesOf(outcome, another).at(0)).to.equal("drain started");
    expect(typesOf(outcome, another).at(-1)).to.match(/^drain (completed: dropped|cut off: cut off)$/);
    expect(typesOf(outcome, another)).to.have.lengthOf(2);
  });

  it("one that another hook still holds is told once", async () => {
    const other = { name: "other", heartbeat_timeout_seconds: 600, default_result: "CONTINUE" };
    const outcome = await play(
      fleet([terminated(leaving)], {
        auto_scaling_groups: [
          { name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK, other] },
        ] as never,
      }),
    );
    expect(linesOf(outcome, "waiting").some(({ waiting_for }) => /other/.test(String(waiting_for)))).to.equal(
      true,
    );
    expect(typesOf(outcome)).to.deep.equal(["drain started", "drain completed: drained"]);
  });

  it("many at once go ten a call", async () => {
    const many = instanceIds(30);
    const outcome = await play(
      fleet([terminated(...many.slice(0, 25))], {
        auto_scaling_groups: [{ name: "fleet", instance_ids: many, cluster: "main", hooks: [HOOK] }] as never,
      }),
    );
    expect(outcome.simulation.world.eventBuses.events).to.have.lengthOf(50);
    expect(calls(outcome, PUT)).to.be.within(6, 8);
  });

  it("a bus with a name or an ARN is the one that is told", async () => {
    for (const event_bus of ["drains", arn("events", "event-bus/drains")]) {
      const outcome = await play(fleet([terminated(leaving)], { keys: { event_bus } }));
      expect(new Set(eventsOf(outcome).map(({ bus }) => bus))).to.deep.equal(new Set([event_bus]));
    }
  });

  it("a dry run tells nobody", async () => {
    const outcome = await play(
      fleet([terminated(leaving)], { keys: { dry_run: true }, ends_after_seconds: 900 as never }),
    );
    expect(calls(outcome, PUT)).to.equal(0);
  });

  const onlyBus = (fault: string) => ({ at_seconds: 1, [fault]: { actions: [PUT], for_seconds: 3_600 } });
  for (const [what, fault] of [
    ["refuses", "deny"],
    ["throttles", "throttle"],
    ["fails", "fail"],
    ["does not answer", "lose_answers"],
  ] as const) {
    it(`a bus that ${what} delays no drain and fails no run: it is a warning, and counts as a failed call`, async () => {
      const [quiet, troubled] = [
        await play(fleet([terminated(leaving)])),
        await play(fleet([terminated(leaving), onlyBus(fault)])),
      ];
      expectDrained(troubled, { count: 1 });
      expect(failed(troubled)).to.deep.equal([]);
      const completed = ({ terminations: [first], startedAt }: Outcome) =>
        Number(first?.completedAt) - startedAt;
      expect(completed(troubled)).to.be.within(completed(quiet) - 1_500, completed(quiet) + 1_500);
      const [line] = linesOf(troubled, "events not put");
      expect(line).to.include({ level: "WARN", event_bus: "default", events: 1 });
      if (fault === "deny") expect(line?.missing_permission).to.equal(PUT);
      const metric = fault === "throttle" ? "CallsThrottled" : "CallsFailed";
      expect(valuesOf(troubled, metric).map(({ value }) => value)).to.deep.equal([1, 1]);
    });
  }

  it("a run that dies before its end is repeated, and so is what it had to tell", async () => {
    for (const at_await of [5, 10, 20, 30, 40]) {
      const killed = { at_seconds: 1, kill_invocation: { function: "deregister", at_await } };
      const outcome = await play(fleet([terminated(leaving), killed]));
      expect(new Set(typesOf(outcome)), String(at_await)).to.include.members(["drain started"]);
      expect(typesOf(outcome).at(-1), String(at_await)).to.match(/^drain completed: /);
    }
  });
});

describe("the example of a rule", () => {
  it("names events that there are, and fields that they have", () => {
    const text = readFileSync(new URL("../../examples/events/slack.yml", import.meta.url), "utf8");
    const { Resources } = parse(text.replace(/!\w+ /g, ""));
    const { EventPattern, Targets } = Resources.Rule.Properties;
    expect(EventPattern.source).to.deep.equal(["asg-drain"]);
    expect(Object.keys(EVENTS)).to.include.members(EventPattern["detail-type"]);
    const { InputPathsMap, InputTemplate } = Targets[0].InputTransformer;
    const paths = Object.values(InputPathsMap as Record<string, string>);
    const names = paths.flatMap((path) => /^\$\.detail\.(\w+)$/.exec(path)?.[1] ?? []);
    expect(paths.filter((path) => !path.startsWith("$.detail."))).to.deep.equal(["$.detail-type"]);
    expect(Object.keys(FIELDS)).to.include.members(names);
    const used = [...InputTemplate.matchAll(/<(\w+)>/g)].map(([, name]) => name);
    expect(used).to.have.members(Object.keys(InputPathsMap));
    expect(() => JSON.parse(InputTemplate)).to.not.throw();
  });
});
