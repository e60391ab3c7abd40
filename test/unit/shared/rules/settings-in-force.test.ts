// Rule 18: which settings count.
// Protects drains from settings that anybody could have sent: those of the hook, as it was just read, stand over the input's.
import { expect } from "chai";
import { event } from "../../../../shared/model/blocker.ts";
import type { AutoScalingView } from "../../../../shared/model/observation.ts";
import { type DrainKeys, type DrainSettings, keysOf, settingsOf } from "../../../../shared/model/settings.ts";
import { isEdited, metadataProblems, settingsInForce } from "../../../../shared/rules/settings-in-force.ts";
import {
  clusterInstanceOf,
  hook,
  MINUTE,
  type Row,
  rows,
  SECOND,
  seen,
  service,
  task,
  termination,
} from "./builders.ts";

const INPUT: DrainKeys = { cluster_name: "input", drain_timeout_seconds: 600 };
/** What the message tells of deregister's input. */
const TOLD: DrainKeys = { cluster_name: "told", settle_seconds: 60, on_timeout: "abandon" };
/** What counted in the last pass. */
const BEFORE = settingsOf({ cluster_name: "before", drain_timeout_seconds: 70 });
const hooksWith = (metadata: unknown) => [
  hook({ name: "other", metadata: '{"drain_timeout_seconds": 90}' }),
  hook({ metadata: typeof metadata === "string" ? metadata : JSON.stringify(metadata) }),
];
const view = (metadata: unknown, owner: AutoScalingView["owner"] = "ours") => ({
  hooks: hooksWith(metadata),
  owner,
});

type Case = {
  readonly why: string;
  readonly hook: Pick<AutoScalingView, "hooks" | "owner">;
  readonly keys?: DrainKeys;
  readonly told?: DrainKeys;
  readonly expected: DrainSettings;
};

const unread = { hooks: undefined, owner: undefined };
const cases: readonly Case[] = [
  {
    why: "the input's where the hook says nothing, and no message counts",
    hook: view(undefined),
    keys: INPUT,
    expected: settingsOf(INPUT),
  },
  {
    why: "the hook's over the input's",
    hook: view({ drain_timeout_seconds: 900, stop_tasks: "none" }),
    keys: INPUT,
    expected: settingsOf({ ...INPUT, drain_timeout_seconds: 900, stop_tasks: "none" }),
  },
  {
    why: "an input that has a single setting",
    hook: view(undefined),
    keys: { poll_seconds: 9 },
    expected: settingsOf({ poll_seconds: 9 }),
  },
  { why: "the defaults where nobody says anything", hook: view(undefined), expected: settingsOf({}) },
  {
    why: "the input's over the message's",
    hook: view(undefined),
    keys: INPUT,
    told: TOLD,
    expected: settingsOf({ ...TOLD, ...INPUT }),
  },
  {
    why: "the message's where the input has none",
    hook: view(undefined),
    told: TOLD,
    expected: settingsOf(TOLD),
  },
  {
    why: "the hook's over the message's, where the input has none",
    hook: view({ on_timeout: "continue" }),
    told: TOLD,
    expected: settingsOf({ ...TOLD, on_timeout: "continue" }),
  },
  {
    why: "of a hook in which something is wrong: what is right, and the input's",
    hook: view({ drain_timeout_seconds: "900", stop_tasks: "none" }),
    keys: INPUT,
    expected: settingsOf({ ...INPUT, stop_tasks: "none" }),
  },
  { why: "as they were while the hook cannot be read", hook: unread, keys: INPUT, expected: BEFORE },
  {
    why: "as they were where the hook is another's",
    hook: view({ drain_timeout_seconds: 900 }, "another's"),
    keys: INPUT,
    told: TOLD,
    expected: BEFORE,
  },
  {
    why: "as they were where the hook is gone",
    hook: { hooks: [], owner: "gone" },
    keys: INPUT,
    told: TOLD,
    expected: BEFORE,
  },
];

describe("the settings that count", () => {
  for (const { why, hook, keys, told, expected } of cases)
    it(`are ${why}`, () =>
      expect(settingsInForce({ ...termination(), told, settings: BEFORE }, hook, keys)).to.deep.equal(
        expected,
      ));

  it("begin anew in each pass: what the hook has said before, and says no more, does not count", () => {
    const said = settingsInForce(termination(), view({ drain_timeout_seconds: 900 }), INPUT);
    const before = { ...termination(), told: undefined, settings: said };
    expect(settingsInForce(before, view({}), INPUT)).to.deep.equal(settingsOf(INPUT));
    expect(keysOf(said)).to.include({ drain_timeout_seconds: 900 });
  });
});

describe("what is wrong in a hook's metadata", () => {
  const WRONG = { stop_tasks: "nonee" };
  it("is told of our own hook alone", () => {
    expect(metadataProblems(termination(), view(WRONG))).to.deep.equal([
      'NotificationMetadata.stop_tasks: expected one of "none", "daemon", "all", found "nonee"; did you mean "none"?',
    ]);
    for (const other of [view(WRONG, "another's"), unread, view({ stop_tasks: "none" }), view("team web")])
      expect(metadataProblems(termination(), other)).to.deep.equal([]);
  });

  const hooks = hooksWith(WRONG);
  const [empty, daemon] = [
    clusterInstanceOf({ status: "DRAINING" }),
    clusterInstanceOf(
      { status: "DRAINING" },
      [task("RUNNING", { service: "agent" })],
      [service("agent", { daemon: true })],
    ),
  ];
  const drained: Partial<Row> = { memory: { ...seen, drainingAt: 0 }, now: 10 * MINUTE };
  rows("rule 18: which settings count", [
    {
      why: "while something is wrong, an instance with nothing left waits",
      ...drained,
      observed: { hooks, clusterInstances: [empty] },
      expected: ["wait"],
      because: [event("hook corrected")],
    },
    {
      why: "it settles meanwhile",
      ...drained,
      settings: { settleSeconds: 30 },
      observed: { hooks, clusterInstances: [empty] },
      expected: ["wait"],
      because: [event("settled")],
    },
    {
      why: "at its deadline it is completed",
      ...drained,
      settings: { drainTimeoutSeconds: 600 },
      observed: { hooks, clusterInstances: [empty] },
      expected: ["complete"],
    },
    {
      why: "no task is stopped: it may be one that is to be kept",
      ...drained,
      observed: { hooks, clusterInstances: [daemon] },
      expected: ["wait"],
    },
    {
      why: "all else is done",
      memory: { ...seen, drainingAt: 0 },
      observed: { hooks, clusterInstances: [clusterInstanceOf({}, [task("RUNNING")], [service("web")])] },
      now: SECOND,
      expected: ["wait", "drain"],
    },
    {
      why: "once it is corrected, the instance is completed",
      ...drained,
      observed: { hooks: hooksWith({ stop_tasks: "none" }), clusterInstances: [empty] },
      expected: ["complete"],
    },
  ]);
});

describe("an edit of the hook's metadata", () => {
  const before = { hooks: hooksWith({ drain_timeout_seconds: 600 }) };
  it("is any change of our own", () => {
    expect(isEdited(termination(), before, { hooks: hooksWith({ drain_timeout_seconds: 601 }) })).to.equal(
      true,
    );
    expect(isEdited(termination(), before, { hooks: hooksWith(undefined) })).to.equal(true);
    expect(isEdited(termination(), before, { hooks: [] })).to.equal(true);
  });
  it("is none of another hook's", () => {
    const [other, own] = before.hooks;
    expect(
      isEdited(termination(), before, { hooks: [hook({ ...other, metadata: "{}" }), hook(own)] }),
    ).to.equal(false);
  });
});
