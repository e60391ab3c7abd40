// Protects whoever copies a hook from a page: it is the template's hook, wherever a page shows one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parameterOf } from "../../deploy/release/parameters.ts";
import { PROJECT, packageWith, type Resource, resourceOf } from "./packaged.ts";

const COMMAND = "aws autoscaling put-lifecycle-hook";
/** What a block has that leaves as much as it can as it comes. */
const BLOCK = {
  region: "us-east-1",
  stage: "live",
  auto_scaling_group_name: "GROUP",
  heartbeat_timeout_seconds: Number(parameterOf("heartbeat_timeout_seconds").otherwise),
  deregister: {},
};
/** The template's property for each option of the command. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "auto-scaling-group-name": "AutoScalingGroupName",
  "lifecycle-hook-name": "LifecycleHookName",
  "lifecycle-transition": "LifecycleTransition",
  "heartbeat-timeout": "HeartbeatTimeout",
  "default-result": "DefaultResult",
};
/** What decides how a hook of ours behaves: a command that makes one has all of it. */
const NEEDED = ["lifecycle-transition", "heartbeat-timeout", "default-result"];
/** Hooks that are not the stack's, by their names on a page, with why they are called otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  drain: "The block of docs/intake.md names it in `lifecycle_events`, or its topic in `topics`.",
  "OLD-HOOK": "It is there already: what the command does not name stays as it is.",
};
const TARGETS = ["QUEUE-ARN", "TOPIC-ARN", "OLD-QUEUE-ARN"];
const ROLES = ["ROLE-ARN", "OLD-ROLE-ARN"];

type Options = Readonly<Record<string, string>>;

describe("the hooks that the pages show", () => {
  let hook: Resource["Properties"];
  before(async () => {
    hook = resourceOf((await packageWith(BLOCK)).resources, "AWS::AutoScaling::LifecycleHook").properties;
  });

  for (const [page, options] of commandsOfPages())
    it(`${page}: ${options["lifecycle-hook-name"]} to ${options["notification-target-arn"] ?? "nobody"}`, () =>
      expect(problemsOf(options, hook)).to.deep.equal([]));

  it("are all that a page, the README or an example writes", () => {
    const written = pages().map((page) => readPage(page).split(COMMAND).length - 1);
    expect(commandsOfPages()).to.have.lengthOf(written.reduce((sum, each) => sum + each, 0));
    expect(commandsOfPages().length).to.be.at.least(6);
  });

  it("have no name that nothing explains, and each explanation has its hook", () => {
    const names = new Set(commandsOfPages().map(([, options]) => options["lifecycle-hook-name"] ?? ""));
    expect([...names].sort()).to.deep.equal([hook.LifecycleHookName, ...Object.keys(OTHER_NAMES)].sort());
  });

  const right: Options = {
    "auto-scaling-group-name": "GROUP",
    "lifecycle-hook-name": "asg-drain-live",
    "lifecycle-transition": "autoscaling:EC2_INSTANCE_TERMINATING",
    "heartbeat-timeout": "3600",
    "default-result": "CONTINUE",
    "notification-target-arn": "QUEUE-ARN",
    "role-arn": "ROLE-ARN",
  };
  const { "role-arn": _, ...withoutRole } = right;
  const { "default-result": __, ...withoutResult } = right;
  for (const [why, wrong, problem] of [
    ["another default result", { ...right, "default-result": "ABANDON" }, "default-result"],
    ["another timeout", { ...right, "heartbeat-timeout": "300" }, "heartbeat-timeout"],
    [
      "the other transition",
      { ...right, "lifecycle-transition": "autoscaling:EC2_INSTANCE_LAUNCHING" },
      "lifecycle-transition",
    ],
    ["a name that nobody knows", { ...right, "lifecycle-hook-name": "mine" }, "lifecycle-hook-name"],
    ["no default result, which would be ABANDON", withoutResult, "default-result"],
    ["a target without a role", withoutRole, "role-arn"],
    ["an option that the hook has not", { ...right, "notification-target": "a" }, "notification-target"],
  ] as const)
    it(`would not be right with ${why}`, () => expect(problemsOf(wrong, hook)).to.deep.equal([problem]));
});

/** The options in which a command differs from the template's hook. */
function problemsOf(options: Options, hook: Resource["Properties"]): string[] {
  const name = options["lifecycle-hook-name"] ?? "";
  const isThere = name === "OLD-HOOK";
  const missing = NEEDED.filter((option) => !isThere && options[option] === undefined);
  const target = options["notification-target-arn"];
  const differing = Object.entries(options).filter(([option, value]) => {
    if (option === "lifecycle-hook-name" && Object.hasOwn(OTHER_NAMES, value)) return false;
    if (option === "notification-target-arn") return !TARGETS.includes(value);
    if (option === "role-arn") return !ROLES.includes(value);
    const property = PROPERTIES[option];
    return property === undefined || String(hook[property]) !== value;
  });
  const hasHalf = (target === undefined) !== (options["role-arn"] === undefined);
  return [...missing, ...differing.map(([option]) => option), ...(hasHalf ? ["role-arn"] : [])];
}

function commandsOfPages(): [page: string, options: Options][] {
  return pages().flatMap((page) =>
    [
      ...readPage(page)
        .replaceAll("\\\n", " ")
        .matchAll(new RegExp(`${COMMAND} (.*)`, "g")),
    ].map(([, words = ""]): [string, Options] => [page, optionsOf(words)]),
  );
}

function optionsOf(words: string): Options {
  return Object.fromEntries(
    [...words.matchAll(/--([\w-]+) +(\S+)/g)].map(([, name, value]) => [name, value]),
  );
}

function pages(): string[] {
  const below = ["docs", "examples"].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    ),
  );
  const files = ["README.md", "SECURITY.md", "CONTRIBUTING.md", ...below];
  return files.filter((name) => /\.(md|yml|yaml|json|sh)$/.test(name));
}

function readPage(page: string): string {
  return readFileSync(join(PROJECT, page), "utf8");
}
