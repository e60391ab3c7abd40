// Protects the report page of real logs: when each drain was held, what it waited for, and how it ended.
import { expect } from "chai";
import { type DrainLine, isDrainLine, runOfLogs } from "../../../../cli/page/from-logs.ts";

const line = (at: string, message: string, more: Partial<DrainLine> = {}): DrainLine => ({
  time: `2026-01-05T09:${at}.000Z`,
  level: "INFO",
  message,
  function: "terminate",
  instance_id: "i-1",
  auto_scaling_group: "fleet",
  ...more,
});
const drain: DrainLine[] = [
  line("00:20", "termination received", { since: "2026-01-05T09:00:00.000Z" }),
  line("00:21", "waiting", {
    waiting_for: "2 targets draining in web, draining with classic, 3 tasks RUNNING",
  }),
  line("01:00", "heartbeat recorded"),
  line("01:20", "waiting", { waiting_for: "2 tasks STOPPING" }),
  line("02:20", "no progress", { level: "WARN", reason: "its percents" }),
  line("03:00", "lifecycle action completed", { result: "CONTINUE", outcome: "drained" }),
];

describe("the report page of logs", () => {
  it("has what each drain was held by, registered with and waited for", () => {
    const [row, ...more] = runOfLogs(drain, "logs").rows;
    expect(more).to.deep.equal([]);
    expect(row).to.include({ instanceId: "i-1", group: "fleet" });
    expect(row?.outcome).to.equal("lifecycle action completed: CONTINUE, drained");
    const bars = row?.bars.map(({ lane, label, state, from, to }) => [lane, label, state, from, to]);
    expect(bars).to.deep.equal([
      ["hook", "the hook", "held", 0, 180],
      ["registration", "web", "draining", 21, 80],
      ["registration", "classic", "draining", 21, 80],
      ["task", "3 tasks", "running", 21, 80],
      ["task", "2 tasks", "stopping", 80, 140],
      ["wait", "2 targets draining in web, draining with classic, 3 tasks RUNNING", "waiting", 21, 80],
      ["wait", "2 tasks STOPPING", "waiting", 80, 140],
      ["wait", "its percents", "stalled", 140, 180],
    ]);
    expect(row?.marks).to.deep.equal([
      { kind: "heartbeat", at: 60, says: "heartbeat" },
      { kind: "warning", at: 140, says: "no progress: its percents" },
      { kind: "completed", at: 180, says: "completed with CONTINUE" },
    ]);
  });

  it("tells a drain that was cut off, and one that is not over", () => {
    const cut = line("03:00", "lifecycle action completed", { result: "ABANDON", outcome: "cut off" });
    const { rows, summary } = runOfLogs(
      [
        ...drain.slice(0, -1),
        cut,
        line("01:00", "waiting", { instance_id: "i-2", waiting_for: "1 task RUNNING" }),
      ],
      "logs",
    );
    expect(rows.map(({ outcome }) => outcome)).to.deep.equal([
      "lifecycle action completed: ABANDON, cut off",
      "not over in these logs",
    ]);
    expect(rows[0]?.marks.at(-1)?.kind).to.equal("cut off");
    expect(summary).to.deep.equal([
      "2 terminations, 1 completed by the functions.",
      "1 cut off at a deadline.",
    ]);
  });

  it("has two rows for an instance that is drained again later, and one for lines that come soon after an end", () => {
    const again = { ...line("50:00", "termination received"), since: "2026-01-05T09:49:50.000Z" };
    expect(runOfLogs([...drain, line("04:00", "followed no further")], "logs").rows).to.have.length(1);
    const { rows } = runOfLogs(
      [...drain, again, line("51:00", "waiting", { waiting_for: "1 task RUNNING" })],
      "logs",
    );
    expect(rows.map(({ bars }) => bars.map(({ lane, from }) => `${lane} ${from}`))).to.deep.equal([
      [
        "hook 0",
        "registration 21",
        "registration 21",
        "task 21",
        "task 80",
        "wait 21",
        "wait 80",
        "wait 140",
      ],
      ["hook 2990", "task 3060", "wait 3060"],
    ]);
  });

  it("takes no other JSON for a log line", () => {
    expect(isDrainLine(drain[0])).to.equal(true);
    for (const each of [
      null,
      5,
      "text",
      {},
      { ...drain[0], time: "soon" },
      { ...drain[0], function: undefined },
    ])
      expect(isDrainLine(each), JSON.stringify(each)).to.equal(false);
  });
});
