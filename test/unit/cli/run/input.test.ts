// Protects what the options of `asg-drain run` make of terminate's input, and that a wrong one gets one clear error.
import { expect } from "chai";
import { OptionsError } from "../../../../cli/options-error.ts";
import { type DrainOptions, inputOf, needsMemory } from "../../../../cli/run/input.ts";

/** [why, the options, the input] */
const right: [string, DrainOptions, Record<string, unknown>][] = [
  [
    "a group alone: the hook that the pages make, and a queue in memory",
    { group: ["web"] },
    { queue_name: "in-memory", auto_scaling_groups: ["web"], lifecycle_hook_names: ["asg-drain-live"] },
  ],
  [
    "all options",
    { group: ["a", "b"], groupTag: "drain=yes", hook: ["h"], cluster: ["c"], queue: "q", dryRun: true },
    {
      queue_name: "q",
      auto_scaling_groups: ["a", "b"],
      group_tag: "drain=yes",
      lifecycle_hook_names: ["h"],
      cluster_names: ["c"],
      dry_run: true,
    },
  ],
  [
    "an input of terminate's, with what the options add",
    {
      group: ["b"],
      hook: ["two"],
      input: JSON.stringify({
        queue_name: "q",
        auto_scaling_groups: ["a"],
        lifecycle_hook_names: ["one"],
        drain_timeout_seconds: 900,
        sweep_minutes: 5,
      }),
    },
    {
      queue_name: "q",
      auto_scaling_groups: ["a", "b"],
      lifecycle_hook_names: ["one", "two"],
      drain_timeout_seconds: 900,
    },
  ],
  [
    "an input that knows the hooks by a topic",
    {
      group: ["a"],
      input: JSON.stringify({ lifecycle_topic_arns: ["arn:aws:sns:us-east-1:123456789012:terminations"] }),
    },
    {
      queue_name: "in-memory",
      auto_scaling_groups: ["a"],
      lifecycle_topic_arns: ["arn:aws:sns:us-east-1:123456789012:terminations"],
    },
  ],
];

/** [why, the options, the error] */
const wrong: [string, DrainOptions, string][] = [
  ["no group", {}, "expected --group, --group-tag or auto_scaling_groups in --input, found none of them"],
  [
    "no JSON",
    { input: "group=web" },
    "--input: expected terminate's input as a JSON object, found group=web",
  ],
  ["a list", { input: "[]" }, "--input: expected terminate's input as a JSON object, found []"],
  [
    "a slip",
    { group: ["web"], input: '{"drain_timeout_secnds":900}' },
    "drain_timeout_secnds: unknown key; did you mean drain_timeout_seconds?",
  ],
  [
    "a wrong hook, and a wrong number",
    { group: ["web"], hook: ["a b"], input: '{"poll_seconds":0}' },
    'poll_seconds: expected a whole number of seconds from 1 to 60, found 0; lifecycle_hook_names[0]: expected the name of a lifecycle hook, found "a b"',
  ],
  [
    "a list that is one name",
    { group: ["web"], input: '{"auto_scaling_groups":1}' },
    "auto_scaling_groups[0]: expected the name of an Auto Scaling group, found 1",
  ],
];

describe("the options of asg-drain run", () => {
  for (const [why, options, expected] of right)
    it(`make terminate's input, which sweeps in each run: ${why}`, () => {
      const input = inputOf(options);
      expect(input).to.deep.equal({ ...expected, sweep_minutes: 1 });
      expect(needsMemory(input)).to.equal(expected.queue_name === "in-memory");
    });

  for (const [why, options, expected] of wrong)
    it(`are refused: ${why}`, () => {
      expect(() => inputOf(options)).to.throw(OptionsError, new RegExp(`^${escaped(expected)}$`));
    });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
