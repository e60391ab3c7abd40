// Protects what people read of `status` and `explain`: within the terminal's width, with a mark beside each colour, and short.
import { expect } from "chai";
import type { Explanation } from "../../../cli/operator/explain.ts";
import { explanationText } from "../../../cli/operator/explain-text.ts";
import type { RegionStatus, TerminationStatus } from "../../../cli/operator/status.ts";
import { durationText, type Style, statusText } from "../../../cli/operator/status-text.ts";

const plain: Style = { width: 80, paint: (_, text) => text };
const painted: Style = { width: 80, paint: (format, text) => `<${format}>${text}</>` };

const termination: TerminationStatus = {
  instance_id: "i-0123456789abcdef0",
  auto_scaling_group: "web",
  lifecycle_hook_name: "drain",
  lifecycle_state: "Terminating:Wait",
  state: "draining",
  started_at: "2026-01-05T09:00:00.000Z",
  age_seconds: 900,
  deadline: "2026-01-05T10:00:00.000Z",
  left_seconds: 2_700,
  waiting_for: ["1 task RUNNING"],
  stalled_by: [],
  next: { what: "the next pass of the functions", at: "2026-01-05T09:15:05.000Z" },
};
const region: RegionStatus = {
  region: "eu-west-1",
  at: "2026-01-05T09:15:00.000Z",
  settings_from: "logs",
  groups: 2,
  terminations: [termination],
  unknown_groups: [],
  not_read: [],
};
const linesOf = (change: Partial<RegionStatus>, style = plain) =>
  statusText({ ...region, ...change }, style).split("\n");

describe("the text of a status", () => {
  it("tells the group in the title where there is one, and in a column where there are more", () => {
    const more = { ...termination, auto_scaling_group: "batch" };
    expect(linesOf({})[0]).to.match(/^web, eu-west-1: 1 terminating {2,}09:15:00 UTC$/);
    expect(linesOf({})[2]).to.not.include("GROUP");
    expect(linesOf({ terminations: [termination, more] })[0]).to.match(/^eu-west-1: 2 terminating/);
    expect(linesOf({ terminations: [termination, more] })[2]).to.include("GROUP");
  });

  it("shows how much of its time is used", () => {
    expect(linesOf({})[3]).to.include("15 min  45 min  ━━━━─────────────  1 task RUNNING");
    const unknown = { ...termination, age_seconds: null, left_seconds: null };
    expect(linesOf({ terminations: [unknown] })[3]).to.match(/^● {2}i-0123456789abcdef0 {2}\? {4}\? /);
  });

  it("stays within the width", () => {
    const long = { ...termination, waiting_for: ["x".repeat(100)] };
    const not_read = [{ call: "ecs:ListTasks", why: "y".repeat(100) }];
    const lines = linesOf({ terminations: [long], not_read });
    expect(lines.filter((line) => line.length > plain.width)).to.deep.equal([]);
    expect(lines[3]?.endsWith("…")).to.equal(true);
  });

  it("has a mark wherever it has a colour", () => {
    for (const [state, mark] of [
      ["stuck", "<red>✗</>"],
      ["draining", "<yellow>●</>"],
      ["ready", "<green>✓</>"],
    ] as const)
      expect(linesOf({ terminations: [{ ...termination, state }] }, painted)[3]).to.match(
        new RegExp(`^${mark}`),
      );
  });

  it("names the command that explains one that is stuck", () => {
    const stuck = { ...termination, state: "stuck" } as const;
    expect(linesOf({ terminations: [stuck] })).to.include("Why:       asg-drain explain i-0123456789abcdef0");
    expect(linesOf({}).join()).to.not.include("explain");
  });

  it("does not say that nothing is held where nothing could be read", () => {
    const nothing = { terminations: [], groups: 0 };
    expect(linesOf(nothing)[0]).to.include("nothing is held by a hook of ours");
    const unread = {
      ...nothing,
      not_read: [{ call: "autoscaling:DescribeAutoScalingGroups", why: "denied" }],
    };
    expect(linesOf(unread)[0]).to.include("no group could be read");
  });

  for (const [seconds, text] of [
    [0, "0 s"],
    [119, "119 s"],
    [120, "2 min"],
    [7_199, "119 min"],
    [7_200, "2 h 0 min"],
    [null, "?"],
  ] as const)
    it(`${seconds} seconds are ${text}`, () => {
      expect(durationText(seconds)).to.equal(text);
    });
});

describe("the text of an explanation", () => {
  const explanation: Explanation = {
    instance_id: "i-0123456789abcdef0",
    region: "eu-west-1",
    at: "2026-01-05T09:15:00.000Z",
    auto_scaling_group: "web",
    lifecycle_hook_name: "drain",
    lifecycle_state: "Terminating:Wait",
    state: "stuck",
    cause: {
      what: "Waits for 1 task",
      rule: { number: 10, link: "docs/rules.md#10" },
      ecs_says: "no\n room",
      free_by: "aws ...",
      effect: "it goes",
    },
    deadline: { at: "2026-01-05T10:00:00.000Z", left_seconds: 0, what: "it goes all the same" },
    story: Array.from({ length: 20 }, (_, i) => ({
      at: region.at,
      function: "terminate",
      what: `line ${i}`,
    })),
    calls: 20,
    not_read: [],
  };

  it("has the cause in five lines at the most, each with its own beginning", () => {
    const lines = explanationText(explanation, plain).split("\n");
    expect(lines.slice(0, lines.indexOf(""))).to.deep.equal([
      "✗ i-0123456789abcdef0: Waits for 1 task (rule 10, docs/rules.md#10).",
      'ECS:       "no room"',
      "Free it:   aws ...",
      "Then:      it goes.",
      "Deadline:  10:00:00 UTC, is over: it goes all the same.",
    ]);
  });

  it("shows the end of a long story", () => {
    const lines = explanationText(explanation, plain).split("\n");
    expect(lines.filter((line) => line.startsWith("  09:15:00"))).to.have.lengthOf(12);
    expect(lines.at(-2)).to.equal("  09:15:00  terminate   line 19");
  });
});
