// Protects the form of a log line: one JSON object, with the same names for the same things everywhere.
import { expect } from "chai";
import { createLog } from "../../../../shared/base/log.ts";
import { secondsBetween, timeText } from "../../../../shared/base/time-text.ts";

describe("a log line", () => {
  const written = (write: (log: ReturnType<typeof createLog>) => void) => {
    const lines: string[] = [];
    write(createLog("terminate", "request-1", (line) => lines.push(line)));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it("begins with its time, level, phrase and function; then comes what it says", () => {
    const [line] = written((log) => log.info("waiting", { instance_id: "i-1", held_seconds: 60 }));
    expect(Object.keys(line ?? {})).to.deep.equal([
      "time",
      "level",
      "message",
      "function",
      "request_id",
      "instance_id",
      "held_seconds",
    ]);
    const { time, ...rest } = line ?? {};
    expect(rest).to.deep.equal({
      level: "INFO",
      message: "waiting",
      function: "terminate",
      request_id: "request-1",
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

  it("has times as ISO texts, and durations as whole seconds", () => {
    expect(timeText(0)).to.equal("1970-01-01T00:00:00.000Z");
    expect([secondsBetween(1_000, 2_499), secondsBetween(1_000, 2_500)]).to.deep.equal([1, 2]);
  });
});
