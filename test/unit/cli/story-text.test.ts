// Protects who watches a scenario: a line shows what is new in it, in words, and nothing that each line has.
import { expect } from "chai";
import { progressText } from "../../../cli/story-text.ts";
import { createLog, type Fields, type Phrase } from "../../../shared/base/log.ts";

const STARTED_AT = Date.parse("2026-01-05T09:00:00.000Z");
const ABOUT = {
  instance_id: "i-0123456789abcdef0",
  auto_scaling_group: "fleet",
  lifecycle_hook_name: "drain",
};

/** What is shown of the line that the functions' own log writes, 65 seconds after the start. */
function shown(level: "info" | "warn", phrase: Phrase, fields: Fields): string {
  const lines: string[] = [];
  createLog("terminate", "request-1", (line) => lines.push(line))[level](phrase, fields);
  const at = new Date(STARTED_AT + 65_000).toISOString();
  return lines
    .map((line) => progressText(JSON.stringify({ ...JSON.parse(line), time: at }), STARTED_AT))
    .join("");
}

describe("a log line while a scenario is played", () => {
  it("has no version, no former name, and nothing that its instance tells; sentences stand without their key", () => {
    const fields = {
      waiting_for: "2 tasks RUNNING",
      held_seconds: 46,
      next_pass_in: "the next run of terminate",
    };
    expect(shown("info", "waiting", { ...ABOUT, ...fields })).to.equal(
      "00:01:05  terminate   i-0123456789abcdef0  waiting: 2 tasks RUNNING  held_seconds=46  next_pass_in=the next run of terminate\n",
    );
  });

  it("has its phrase as it is now, and its level where that is not INFO", () => {
    expect(shown("warn", "termination dropped", { ...ABOUT, reason: "not terminating" })).to.equal(
      "00:01:05  terminate   i-0123456789abcdef0  WARN: termination dropped: not terminating\n",
    );
  });

  it("has lists of what was not answered, and of names, as JSON", () => {
    const unread = [{ what: "tasks", call: "ecs:ListTasks", why: "denied" }];
    expect(shown("info", "waiting", { ...ABOUT, cannot_read: unread, keys: ["a", "b"] })).to.equal(
      '00:01:05  terminate   i-0123456789abcdef0  waiting: cannot_read=[{"what":"tasks","call":"ecs:ListTasks","why":"denied"}]  keys=["a","b"]\n',
    );
  });

  it("names the group and the hook where it is about no instance", () => {
    const { auto_scaling_group, lifecycle_hook_name } = ABOUT;
    expect(shown("info", "short hook", { auto_scaling_group, lifecycle_hook_name })).to.equal(
      `00:01:05  terminate   ${" ".repeat(19)}  short hook: auto_scaling_group=fleet  lifecycle_hook_name=drain\n`,
    );
  });

  it("ends with its phrase where that says all", () => {
    expect(shown("info", "duplicate merged", ABOUT)).to.equal(
      "00:01:05  terminate   i-0123456789abcdef0  duplicate merged\n",
    );
  });
});
