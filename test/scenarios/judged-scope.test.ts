// Protects what a drain is judged on: what deregister's input names, with the hook's own settings over it, as the functions
// read them.
import { CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import { expect } from "chai";
import { createClients } from "../../shared/aws/clients.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import type { Invoke } from "../../simulator/scenario/stage.ts";
import {
  brokenPromises,
  expectDrained,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  play,
  QUEUES,
} from "./fixture.ts";

const [victim] = instanceIds(1) as [string];
const listeners = [{ port: 80, instance_port: 9000 }];

function scenario(input: Record<string, unknown>, metadata: string | undefined, registered: string[]) {
  return {
    functions: functions({ discover: "named", ...input }),
    target_groups: [{ name: "static", deregistration_delay_seconds: 20 }, { name: "payments" }],
    load_balancers: ["classic", "second"].map((name) => ({ name, listeners })),
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: [victim],
        hooks: [metadata === undefined ? HOOK : { ...HOOK, metadata }],
        registers_with: {
          target_groups: ["static", "payments"]
            .filter((each) => registered.includes(each))
            .map((name) => ({ name })),
          load_balancers: ["classic", "second"].filter((each) => registered.includes(each)),
        },
      },
    ],
    timeline: [{ at_seconds: 1, terminate: { instance_ids: [victim] } }],
    ends_after_seconds: 900,
  };
}

/** An instance in a cluster, with a task of a service that is behind a target group. */
function inCluster(input: Record<string, unknown>) {
  return {
    functions: functions(input),
    target_groups: [{ name: "web" }],
    clusters: [
      {
        name: "shop",
        services: [
          {
            name: "web",
            desired_count: 1,
            load_balancers: [{ target_group: "web", container_port: 80 }],
            task: { ports: [{ container_port: 80, host_port: 8080 }] },
          },
        ],
      },
    ],
    auto_scaling_groups: [{ name: "fleet", instance_ids: [victim], cluster: "shop", hooks: [HOOK] }],
    timeline: [{ at_seconds: 1, terminate: { instance_ids: [victim] } }],
  };
}

/** What is left when the action is completed at once, by functions that do nothing else; and what that costs. */
async function leftAtOnce(given: Record<string, unknown>) {
  let done = false;
  const completing: Invoke = async (name, _event, { simulation }) => {
    if (done) return;
    done = true;
    const { autoScaling } = createClients(clientOptions(transport(simulation, name)));
    await autoScaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName: "fleet",
        LifecycleHookName: "drain",
        InstanceId: victim,
        LifecycleActionResult: "CONTINUE",
      }),
    );
  };
  const text = JSON.stringify({
    name: "scope",
    queues: QUEUES,
    ...given,
    ends_after_seconds: 60,
  });
  const { violations, damage } = await playScenario(parseScenario(text, "scope"), { invoke: completing });
  return {
    left: brokenPromises(violations).map((each) => each.what),
    allowedBy: [...new Set(damage.map((each) => each.allowedBy))],
  };
}

const all = ["static", "payments", "classic", "second"];
const inPayments = "registered in payments at port 80";
const inStatic = "registered in static at port 80";
const rows: [why: string, input: Record<string, unknown>, metadata: string | undefined, left: string[]][] = [
  ["no metadata: the input's", { target_groups: ["static"] }, undefined, [inStatic]],
  ["metadata that is no JSON: the input's", { target_groups: ["static"] }, "team web", [inStatic]],
  ["metadata that is no object: the input's", { target_groups: ["static"] }, "null", [inStatic]],
  ["metadata with other keys: the input's", { target_groups: ["static"] }, '{"team":"web"}', [inStatic]],
  [
    "target_groups replace the input's",
    { target_groups: ["static"] },
    '{"target_groups":["payments"]}',
    [inPayments],
  ],
  [
    "target_groups leave the load balancers as they are",
    { target_groups: ["static"], elb_name: "classic" },
    '{"target_groups":["payments"]}',
    [`${inPayments}, registered in classic`],
  ],
  ["no target group at all", { target_groups: ["static"] }, '{"target_groups":[]}', []],
  [
    "elb_name replaces elb_names too",
    { elb_names: ["classic"] },
    '{"elb_name":"second"}',
    ["registered in second"],
  ],
  [
    "elb_names replace elb_name too",
    { elb_name: "classic" },
    '{"elb_names":["second"]}',
    ["registered in second"],
  ],
];

describe("scenarios: what a drain is judged on", () => {
  for (const [why, input, metadata, left] of rows) {
    it(why, async () => expect((await leftAtOnce(scenario(input, metadata, all))).left).to.deep.equal(left));
  }

  const there = "registered in web at port 8080, a task of web RUNNING";
  /** [why, the input, what is left, what allows what is lost] */
  const clusters: [string, Record<string, unknown>, string[], (string | undefined)[]][] = [
    [
      "the tasks of a cluster that is named",
      { discover: "named", cluster_names: ["shop"] },
      [there],
      [undefined],
    ],
    ["those of any cluster, where all are searched", { discover: "all" }, [there], [undefined]],
    ["none in a cluster that nobody named, and looks into", { discover: "named" }, [], ["discover: named"]],
    ["nor with warn", { discover: "warn" }, [], ["discover: warn"]],
  ];
  for (const [why, input, left, allowedBy] of clusters) {
    it(`${why}: what is lost is allowed by ${allowedBy[0] ?? "nothing"}`, async () =>
      expect(await leftAtOnce(inCluster(input))).to.deep.equal({ left, allowedBy }));
  }

  it("a drain with settings of its hook's own is ready when what they name is gone", async () => {
    const outcome = await play(
      scenario({ target_groups: ["payments"] }, '{"target_groups":["static"]}', ["static", "payments"]),
    );
    expectDrained(outcome, { count: 1 });
    expectQuiet(outcome);
    const [{ askedAt, targetsGoneAt }] = outcome.terminations as [(typeof outcome.terminations)[number]];
    // Deregister comes at 20 s, and the target group of the metadata drains for 20 s.
    expect((targetsGoneAt as number) - askedAt).to.be.within(35_000, 50_000);
  });

  it("what a sweep finds is judged by terminate's input alone, though deregister's has settings", async () => {
    const base = scenario({ elb_names: ["classic"] }, undefined, ["classic"]);
    const { deregister } = functions({ elb_names: ["classic"], settle_seconds: 300, discover: "named" });
    const outcome = await play({
      ...base,
      functions: {
        deregister,
        terminate: {
          input: {
            queue_name: "monitor",
            lifecycle_queue_name: "lifecycle",
            auto_scaling_groups: ["fleet"],
            sweep_minutes: 1,
          },
        },
      },
      faults_end_after_seconds: 10,
      timeline: [{ at_seconds: 0, lose_notifications: { for_seconds: 10 } }, ...base.timeline],
    });
    const [drained] = outcome.terminations;
    expect(((drained?.completedAt ?? 0) - outcome.startedAt) / 1_000).to.be.within(40, 299);
    expect(outcome.violations).to.deep.equal([]);
  });

  it("an instance that two hooks of ours hold is ready for each when what that one names is gone", async () => {
    const given = scenario({ target_groups: ["static"] }, undefined, ["static"]);
    const [group] = given.auto_scaling_groups;
    const second = { ...HOOK, name: "second", metadata: '{"target_groups":[]}' };
    const outcome = await play({ ...given, auto_scaling_groups: [{ ...group, hooks: [HOOK, second] }] });
    expect(outcome.violations).to.deep.equal([]);
    const [first, other] = outcome.terminations.map(({ askedAt, readyAt }) => (readyAt as number) - askedAt);
    expect(first).to.be.at.least(35_000);
    expect(other).to.equal(0);
  });
});

describe("scenarios: what a drain is judged on after its hook was edited", () => {
  const EDITED_AT = 60;
  /** What is left, by the judge, when the action is completed so many seconds after the edit. */
  async function leftAfter(seconds: number): Promise<string[]> {
    let done = false;
    const completing: Invoke = async (name, _event, { simulation }) => {
      const { now } = simulation.world.agenda;
      if (done || now < Date.parse("2026-01-05T09:00:00Z") + (EDITED_AT + seconds) * 1_000) return;
      done = true;
      const { autoScaling } = createClients(clientOptions(transport(simulation, name)));
      await autoScaling.send(
        new CompleteLifecycleActionCommand({
          AutoScalingGroupName: "fleet",
          LifecycleHookName: "drain",
          InstanceId: victim,
          LifecycleActionResult: "CONTINUE",
        }),
      );
    };
    const given = scenario({}, '{"target_groups":["static"]}', ["static", "payments"]);
    const edit = {
      at_seconds: EDITED_AT,
      put_hook: { group: "fleet", hook: { ...HOOK, metadata: '{"target_groups":["payments"]}' } },
    };
    const text = JSON.stringify({
      name: "edit",
      queues: QUEUES,
      ...given,
      timeline: [...given.timeline, edit],
    });
    const { violations } = await playScenario(parseScenario(text, "edit"), { invoke: completing });
    return brokenPromises(violations).map((each) => each.what);
  }

  it("for two ticks by what both allow, since a run may have read it before", async () => {
    expect(await leftAfter(30)).to.deep.equal([]);
  });

  it("then by the new settings alone", async () => {
    expect(await leftAfter(180)).to.deep.equal([inPayments]);
  });
});
