// Protects the form of a log line: one JSON object, with the same names for the same things everywhere.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { createLog, FORMER_KEYS, FORMER_PHRASES, logWith, type Phrase } from "../../../../shared/base/log.ts";
import { VERSION } from "../../../../shared/base/version.ts";
import { keptLog } from "../fake-ports.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const written = (write: (log: ReturnType<typeof createLog>) => void) => {
  const lines: string[] = [];
  write(createLog("terminate", "request-1", (line) => lines.push(line)));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe("a log line", () => {
  it("begins with its time, level, phrase and function; then comes what it says", () => {
    const [line] = written((log) => log.info("waiting", { instance_id: "i-1", held_seconds: 60 }));
    expect(Object.keys(line ?? {})).to.deep.equal([
      "time",
      "level",
      "message",
      "function",
      "request_id",
      "version",
      "instance_id",
      "held_seconds",
    ]);
    const { time, ...rest } = line ?? {};
    expect(rest).to.deep.equal({
      level: "INFO",
      message: "waiting",
      function: "terminate",
      request_id: "request-1",
      version: VERSION,
      instance_id: "i-1",
      held_seconds: 60,
    });
    expect(time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("leaves out what is not known, and needs nothing besides its phrase", () => {
    const [one, other] = written((log) => {
      log.info("nothing to do", { queue: undefined });
      log.info("nothing to do");
    });
    expect(one).to.not.have.property("queue");
    expect(other).to.include({ message: "nothing to do" });
  });

  it("that would be too long is cut short: each text, and each list", () => {
    const long = "x".repeat(900_000);
    const keys = Array.from({ length: 21 }, () => long);
    const items = [{ what: long }];
    const [line] = written((log) =>
      log.error("message cannot be read", { reason: long, keys, items, count: 5, queue: "monitor" }),
    );
    expect(line).to.deep.include({
      reason: `${"x".repeat(2_000)}… (900000 characters)`,
      keys: [...Array.from({ length: 20 }, () => `${"x".repeat(200)}… (900000 characters)`), "and 1 more"],
      items: [`{"what":"${"x".repeat(191)}… (900011 characters)`],
      count: 5,
      queue: "monitor",
    });
  });

  it("of up to 16,000 characters is written whole", () => {
    const reason = "x".repeat(15_900);
    expect(written((log) => log.warn("call failed", { reason }))[0]?.reason).to.equal(reason);
  });

  it("has one of three levels", () => {
    const lines = written((log) => {
      log.info("waiting");
      log.warn("short hook");
      log.error("call failed");
    });
    expect(lines.map(({ level, message }) => [level, message])).to.deep.equal([
      ["INFO", "waiting"],
      ["WARN", "short hook"],
      ["ERROR", "call failed"],
    ]);
  });

  it("says which version of the program wrote it: the package's", () => {
    const lines = written((log) => {
      log.info("nothing to do");
      log.error("call failed", { action: "ecs:ListTasks" });
    });
    expect(lines.map((line) => line.version)).to.deep.equal([version, version]);
  });
});

describe("a name of a former release", () => {
  it("stands beside the new one, with the same value, for each key that was renamed", () => {
    const keys = Object.entries(FORMER_KEYS);
    expect(keys).to.deep.include.members([
      ["lifecycle_hook_name", "life_cycle_hook_name"],
      ["next_pass_at", "looks_again"],
      ["next_pass_in", "looks_again"],
      ["dropped", "let_go"],
    ]);
    for (const [key, former] of keys) {
      const [line] = written((log) => log.info("waiting", { [key]: "value" }));
      expect(line).to.include({ [key]: "value", [former]: "value" });
    }
  });

  it("stands in lines of every level, for what is none or zero too, and not for what is not known", () => {
    const lines = written((log) => {
      for (const write of [log.info, log.warn, log.error]) write("run finished", { dropped: 0 });
      log.info("run finished", { dropped: undefined });
    });
    expect(lines.map(({ let_go }) => let_go)).to.deep.equal([0, 0, 0, undefined]);
    expect(lines[3]).to.not.have.property("let_go");
  });

  it("stands in `formerly` for each phrase that was renamed", () => {
    const phrases = Object.entries(FORMER_PHRASES) as [Phrase, string][];
    expect(phrases).to.deep.include.members([
      ["termination dropped", "let go"],
      ["metadata ignored", "metadata not heeded"],
    ]);
    for (const [phrase, formerly] of phrases) {
      const [line] = written((log) => log.warn(phrase));
      expect(line).to.include({ message: phrase, formerly });
    }
  });

  it("stands in no line in which nothing was renamed", () => {
    const [line] = written((log) => log.info("waiting", { instance_id: "i-1" }));
    expect(line).to.not.have.any.keys("formerly", ...Object.values(FORMER_KEYS));
  });
});

describe("a log with fields of its own", () => {
  it("says them in each line, before what the line says, which goes first where both say it", () => {
    const { log, lines } = keptLog();
    const about = logWith(log, { instance_id: "i-1", queue: "monitor" });
    about.info("waiting", { waiting_for: "tasks" });
    about.warn("short hook", { queue: "lifecycle" });
    about.error("step failed");
    expect(lines).to.deep.equal([
      ["info", "waiting", { instance_id: "i-1", queue: "monitor", waiting_for: "tasks" }],
      ["warn", "short hook", { instance_id: "i-1", queue: "lifecycle" }],
      ["error", "step failed", { instance_id: "i-1", queue: "monitor" }],
    ]);
    expect(Object.keys(lines[0]?.[2] ?? {})).to.deep.equal(["instance_id", "queue", "waiting_for"]);
  });

  it("writes them under their former names too", () => {
    const [line] = written((log) => logWith(log, { lifecycle_hook_name: "drain" }).info("waiting"));
    expect(line).to.include({ lifecycle_hook_name: "drain", life_cycle_hook_name: "drain" });
  });
});
