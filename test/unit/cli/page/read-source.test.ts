// Protects the report page's reading of files: which of the three it is, and one clear error for what is none of them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { readSource } from "../../../../cli/page/read-source.ts";
import { ScenarioError } from "../../../../simulator/scenario/read.ts";

const FLEET = fileURLToPath(new URL("../../../../examples/fleet.yaml", import.meta.url));
const LINE = {
  time: "2026-01-05T09:00:20.000Z",
  level: "INFO",
  message: "termination received",
  function: "deregister",
  instance_id: "i-1",
};
const REPORT = {
  terminations: [
    {
      instance_id: "i-1",
      group: "fleet",
      asked_at: "2026-01-05T09:00:00Z",
      targets_gone_at: "2026-01-05T09:01:00Z",
      tasks_gone_at: null,
      ready_at: "2026-01-05T09:01:00Z",
      completed_at: "2026-01-05T09:01:20Z",
      result: "CONTINUE",
      reason: "completed when nothing was left",
    },
  ],
  calls: { "ecs:ListTasks": 3 },
  lambda_seconds: 1,
  violations: [],
  damage: [
    {
      kind: "late",
      instance_id: "i-1",
      what: "held",
      from: "2026-01-05T09:01:00Z",
      to: "2026-01-05T09:01:20Z",
      seconds: 20,
      allowed_by: "settle_seconds",
    },
  ],
};

describe("what the report page is made from", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "page-"));
  });
  after(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    const path = join(folder, "file");
    writeFileSync(path, text);
    return readSource(path);
  };

  /** [what, the file's text] */
  const logs: [string, string][] = [
    ["one line", JSON.stringify(LINE)],
    ["lines, with others between them", `START RequestId: 1\n${JSON.stringify(LINE)}\n{"_aws": {}}\nEND`],
    ["what aws logs tail prints", `2026-01-05T09:00:20+00:00 2026/01/05/[1]ab ${JSON.stringify(LINE)}`],
    [
      "what aws logs filter-log-events prints",
      JSON.stringify({ events: [{ message: JSON.stringify(LINE) }, { message: "END" }] }),
    ],
    [
      "what aws logs filter-log-events prints of two groups, one after the other",
      `${JSON.stringify({ events: [{ message: JSON.stringify(LINE) }] }, null, 4)}\n${JSON.stringify({ events: [] }, null, 4)}\n`,
    ],
    ["a list of lines", JSON.stringify([LINE])],
  ];
  for (const [what, text] of logs)
    it(`log lines: ${what}`, async () => {
      const { title, rows } = await read(text);
      expect([title, rows.map(({ instanceId }) => instanceId)]).to.deep.equal([
        "Logs of the functions",
        ["i-1"],
      ]);
    });

  it("a judged report: how far each drain came, and what was lost", async () => {
    const { rows, losses, seconds, missing } = await read(JSON.stringify(REPORT));
    expect(rows[0]?.bars.map(({ lane, state, from, to }) => [lane, state, from, to])).to.deep.equal([
      ["hook", "held", 0, 80],
      ["registration", "all there", 0, 60],
      ["wait", "nothing left", 60, 80],
    ]);
    expect(losses.map(({ kind, from, to, allowedBy }) => [kind, from, to, allowedBy])).to.deep.equal([
      ["late", 60, 80, "settle_seconds"],
    ]);
    expect(seconds).to.equal(90);
    expect(missing).to.have.length(1);
  });

  it("a scenario: registrations, DRAINING, tasks and waits of each termination", async () => {
    const { title, rows, summary, curves } = await readSource(FLEET);
    expect(title).to.equal("fleet");
    expect(summary).to.deep.equal(["3 terminations, 3 completed by the functions.", "Nothing was lost."]);
    expect(rows).to.have.length(3);
    for (const { bars, marks } of rows) {
      const hook = bars.find(({ lane }) => lane === "hook");
      const draining = bars.find(({ lane }) => lane === "container instance");
      const named = (label: string, state: string) =>
        bars.find((each) => each.label === label && each.state === state);
      // The static registration is emptied before DRAINING, and the service's own after it.
      expect(named("edge-static, port 8080", "draining")?.to).to.be.at.most(draining?.from ?? 0);
      expect(
        bars.filter(({ label, state }) => label.startsWith("web, ") && state === "draining"),
      ).to.not.deep.equal([]);
      expect(bars.filter(({ lane, state }) => lane === "task" && state === "stopping")).to.not.deep.equal([]);
      expect(bars.filter(({ lane }) => lane === "wait")).to.not.deep.equal([]);
      expect(marks.map(({ kind, at }) => [kind, Math.round(at)])).to.deep.equal([
        ["completed", Math.round(hook?.to ?? 0)],
      ]);
    }
    const [held, inService] = curves;
    expect(Math.max(...(held?.points ?? []).map(([, count]) => count))).to.equal(3);
    expect(inService?.points.map(([, count]) => count)).to.include.members([8, 5]);
  });

  /** [what, the text, what the error says] */
  const wrong: [string, string, RegExp][] = [
    [
      "JSON of another kind",
      "[1, 2]",
      /expected a scenario \(YAML\), the report .* found JSON of another kind/,
    ],
    [
      "a report with a wrong value",
      JSON.stringify({ ...REPORT, lambda_seconds: "1" }),
      /lambda_seconds: expected number/,
    ],
    [
      "a report without terminations",
      JSON.stringify({ ...REPORT, terminations: [] }),
      /terminations: expected at least one, found none/,
    ],
    ["a scenario with a wrong key", "nane: fleet", /nane/],
    [
      "a scenario with a wrong key in a function's input",
      JSON.stringify({
        name: "typo",
        functions: {
          deregister: { input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor" } },
          terminate: { input: { queue_name: "monitor", sweep_minuets: 5 } },
        },
        queues: [{ name: "lifecycle" }, { name: "monitor" }],
      }),
      /functions\.terminate\.input\.sweep_minuets/,
    ],
    ["nothing", "", /file/],
  ];
  for (const [what, text, expected] of wrong)
    it(`${what}: an error that says so`, async () => {
      const error = await read(text).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(ScenarioError);
      expect((error as Error).message).to.match(expected);
    });

  it("no file: an error that says so", async () => {
    const error = await readSource(join(folder, "none")).catch((caught: unknown) => caught);
    expect((error as Error).message).to.match(/none: expected a scenario .* found no such file \(ENOENT\)/);
  });
});
