// Protects how a pass gets its settings: from the hooks that it has read anyway, once a group, and a wrong value fails each run.
import { expect } from "chai";
import type { DrainKeys } from "../../../../shared/model/settings.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { readSettings } from "../../../../shared/reconcile/settings-in-force.ts";
import { type Shown, showing } from "../observe/shown.ts";
import { hook, MINUTE, OURS, SECOND, SINCE, termination } from "../rules/builders.ts";
import { play, reads, target } from "./reconciling.ts";

const KEYS: DrainKeys = { target_groups: ["static"], discover: "named", drain_timeout_seconds: 600 };
const saying = (metadata: object): Shown => ({
  hooks: { fleet: [hook({ metadata: JSON.stringify(metadata) })] },
});
/** What a message told. */
const told = (settings: Partial<Termination["settings"]> = {}) =>
  termination({}, { settings: { clusterNames: [], targetGroups: ["static"], ...settings } });

describe("a pass", () => {
  it("goes by the hook's own settings over the input's, and hands them on: no call is made for them", async () => {
    const { after, asked } = await play(told({ drainTimeoutSeconds: 60 }), {
      shown: { ...target("draining"), ...saying({ drain_timeout_seconds: 900 }) },
      options: { keys: KEYS },
    });
    expect(after.settings).to.deep.equal(settingsOf({ ...KEYS, drain_timeout_seconds: 900 }));
    expect(asked).to.deep.equal(reads);
  });

  it("hands a message's settings on as they were told, whatever the hook or the input says over them", async () => {
    const before = told({ drainTimeoutSeconds: 1_200 });
    const { after } = await play(before, {
      shown: { ...target("draining"), ...saying({ drain_timeout_seconds: 900 }) },
      options: { keys: { poll_seconds: 9 } },
    });
    expect(after.settings).to.include({ drainTimeoutSeconds: 900, pollSeconds: 9, discover: "named" });
    expect(after.told).to.equal(before.told);
  });

  it("is at the deadline that the hook sets, whatever the message says", async () => {
    const began = SINCE - 10 * SECOND;
    const left = { ...target("registered"), terminating: { fleet: { "i-1": began } } };
    const late = { options: { keys: KEYS }, completions: ["completed" as const] };
    const shown = { ...left, ...saying({ drain_timeout_seconds: 60, on_timeout: "abandon" }) };
    const before = told({ drainTimeoutSeconds: 1_200 });
    const old = { ...before, since: began, memory: { ...before.memory, begunAt: began } };
    const { asked } = await play(old, { ...late, shown });
    expect(asked).to.include("complete i-1 with ABANDON");
    expect(asked, "the group's retention matters then").to.include("autoScaling.retains fleet");
  });

  it("takes steps by a message's settings for an instance in service only if EC2 shows that it takes it back", async () => {
    const interrupted = { ...told(), hook: undefined, noticedAt: SINCE };
    const inService = {
      ...target("registered"),
      groupInstances: { "i-1": { group: "fleet", state: "InService" } },
      hooks: { fleet: [hook()] },
    };
    const unproven = await play(interrupted, { shown: inService });
    expect(unproven.asked.filter((each) => each.startsWith("deregister"))).to.deep.equal([]);
    expect(unproven.after.memory.blockers).to.not.deep.equal([]);
    const spotStatuses = { "i-1": "marked-for-termination" };
    const proven = await play(interrupted, { shown: { ...inService, spotStatuses } });
    expect(proven.asked).to.include("deregister i-1 from arn:static");
  });

  it("fails the run where a value in the hook's metadata is wrong, and says which", async () => {
    const { run, lines, after } = await play(told(), {
      shown: { ...target("draining"), ...saying({ drain_timeout_seconds: "900", poll_seconds: 9 }) },
      options: { keys: KEYS },
    });
    expect(run.hasFailures).to.equal(true);
    expect(lines.filter(([level]) => level === "error")).to.deep.equal([
      [
        "error",
        "cannot be used",
        {
          name: "fleet/drain",
          reason:
            'NotificationMetadata.drain_timeout_seconds: expected a whole number of seconds from 60 to 172800, found "900"',
        },
      ],
    ]);
    expect(after.settings).to.deep.equal(settingsOf({ ...KEYS, poll_seconds: 9 }));
  });
});

describe("settings that are read without a pass", () => {
  const records = (...groups: string[]) =>
    groups.map((group, n) => ({ n, termination: termination({}, { group, instanceId: `i-${n}` }) }));

  it("are those of each one's own hook, a call a group", async () => {
    const { run, asked } = showing({
      hooks: {
        fleet: [hook({ metadata: '{"poll_seconds": 9}' })],
        other: [hook()],
        theirs: [hook({ target: undefined, metadata: '{"poll_seconds": 8}' })],
      },
    });
    const options = { ours: OURS, keys: KEYS };
    const read = await readSettings(run, records("fleet", "other", "fleet", "theirs"), options);
    expect(read.map(({ n, termination: { settings } }) => [n, settings.pollSeconds])).to.deep.equal([
      [0, 9],
      [1, 5],
      [2, 9],
      [3, 5],
    ]);
    expect(read.map(({ hooksUnread }) => hooksUnread)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(asked).to.have.lengthOf(3);
  });

  it("stay as they were where the hooks cannot be read, and say so", async () => {
    const { run } = showing({ fails: { "autoScaling.terminatingHooks": "denied" } });
    const [before] = records("fleet");
    const [read] = await readSettings(run, records("fleet"), { ours: OURS, keys: KEYS });
    expect(read?.termination).to.deep.equal(before?.termination);
    expect(read?.hooksUnread).to.deep.equal({ call: "autoScaling.terminatingHooks", why: "denied" });
    expect(run.hasFailures).to.equal(true);
    expect(run.now()).to.equal(SINCE + MINUTE);
  });
});
