// Protects those who run the commands from a script: exit statuses, and a stdout that has the report and nothing else.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import sinon from "sinon";
import { type Report, reportSchema } from "../../cli/report.ts";
import { endWith } from "../../cli/usage.ts";
import { ScenarioError } from "../../simulator/scenario/read.ts";
import { functions, HOOK, QUEUES } from "../scenarios/fixture.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const ID = "i-0123456789abcdef0";
/** A command that takes so long hangs, in milliseconds. A busy machine makes each slow. */
const HANGS_MS = 300_000;

const quiet = {
  name: "quiet",
  queues: QUEUES,
  functions: functions({ target_groups: ["static"] }, [20, 18]),
  target_groups: [{ name: "static", deregistration_delay_seconds: 10 }],
  auto_scaling_groups: [{ name: "fleet", instance_ids: [ID], hooks: [HOOK] }],
  timeline: [
    { at_seconds: 5, terminate: { instance_ids: [ID] } },
    { at_seconds: 19, register: { instance_ids: [ID], target_group: "static" } },
  ],
};
const worker = { name: "worker", maximum_percent: 100 };
// A task that nothing lets go: the deadline cuts it off.
const cutOff = {
  ...quiet,
  name: "cut-off",
  functions: functions({ cluster_name: "main", drain_timeout_seconds: 120 }, [20, 18]),
  clusters: [{ name: "main", services: [worker] }],
  auto_scaling_groups: [{ name: "fleet", cluster: "main", instance_ids: [ID], hooks: [HOOK] }],
  timeline: quiet.timeline.slice(0, 1),
};
// A registration that shows only after the functions have made sure twice that there is none. A search would take longer.
const violating = {
  ...quiet,
  name: "violating",
  functions: functions({ target_groups: ["static"], discover: "named" }, [20, 18]),
  read_lag_seconds: 20,
};
const scenarios = {
  quiet,
  misnamed: { ...quiet, name: "misnamed", functions: functions({ target_groups: ["statik"] }, [20, 18]) },
  cutOff,
  violating,
  wrong: { ...quiet, queue: [], ends_after_seconds: -1 },
  unscheduled: { ...quiet, name: "unscheduled", functions: undefined },
  refused: { ...quiet, name: "refused", queues: [...QUEUES, { name: "a b" }] },
};

describe("the commands", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "commands-"));
    for (const [name, scenario] of Object.entries(scenarios))
      writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(scenario));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (command: string, ...options: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", `cli/${command}.ts`, ...options], {
      cwd: PROJECT,
      encoding: "utf8",
      timeout: HANGS_MS,
    });
  const file = (name: keyof typeof scenarios) => ["--scenario", join(folder, `${name}.yaml`)];
  const reportIn = (stdout: string): Report => {
    expect(stdout).to.match(/^[^\n]+\n$/);
    return reportSchema.parse(JSON.parse(stdout));
  };

  it("start --json: the report alone on stdout, the functions' log on stderr, and 0 when nothing was violated", () => {
    const { status, stdout, stderr } = run("start", ...file("quiet"), "--json");
    const { terminations, violations } = reportIn(stdout);
    expect(terminations.map(({ instance_id, result }) => [instance_id, result])).to.deep.equal([
      [ID, "CONTINUE"],
    ]);
    expect(violations).to.deep.equal([]);
    const log = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { message: string });
    expect(log.map(({ message }) => message)).to.include("lifecycle action completed");
    expect(status).to.equal(0);
  });

  it("start --json: the same, and 1, when something was violated", () => {
    const { status, stdout } = run("start", ...file("violating"), "--json");
    expect(reportIn(stdout).violations.map(({ instance_id, rule }) => [instance_id, rule])).to.deep.equal([
      [ID, "nothing is completed before it is ready"],
      [ID, "no damage: unserved"],
    ]);
    expect(status).to.equal(1);
  });

  it("start: a story for people, with the violations at its end, and 1", () => {
    const { status, stdout, stderr } = run("start", ...file("violating"));
    expect(stdout).to.match(/VIOLATIONS\n.*nothing is completed before it is ready: registered in static/);
    expect(stderr).to.equal("");
    expect(status).to.equal(1);
  });

  it("start --json: damage with what allows it, and 3, where a setting allows it", () => {
    const { status, stdout } = run("start", ...file("cutOff"), "--json");
    const { damage, violations } = reportIn(stdout);
    expect(violations).to.deep.equal([]);
    expect(damage.map(({ kind, instance_id, allowed_by }) => [kind, instance_id, allowed_by])).to.deep.equal([
      ["cut", ID, "on_timeout"],
    ]);
    expect(status).to.equal(3);
  });

  it("start: ends with what was lost, and with what would have saved it, and 3", () => {
    const { status, stdout } = run("start", ...file("cutOff"));
    expect(stdout).to.match(
      /\nLOST\n.* cut: it ended with a task of worker RUNNING\nALLOWED\n {2}1 by on_timeout: its time was over, and it was not leaving: its service needs a higher maximumPercent, more room in the cluster, or a lower desired count\n$/,
    );
    expect(status).to.equal(3);
  });

  it("a fault of the command itself ends with 70, and what cannot be played with 2", () => {
    const before = process.exitCode;
    const written = sinon.stub(process.stderr, "write");
    endWith(new TypeError("ours"));
    const own = process.exitCode;
    endWith(new ScenarioError("theirs"));
    const theirs = process.exitCode;
    written.restore();
    process.exitCode = before;
    expect([own, theirs]).to.deep.equal([70, 2]);
  });

  for (const fault of [
    'Promise.reject(new Error("ours"))',
    'process.nextTick(() => { throw new Error("ours"); })',
  ]) {
    it(`so does what nobody catches: ${fault}`, () => {
      const source = `import("./cli/usage.ts").then(({ endWithWhatNobodyCatches: end }) => { end(); ${fault}; })`;
      const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", source], {
        cwd: PROJECT,
        encoding: "utf8",
        timeout: HANGS_MS,
      });
      expect(stderr).to.include("Error: ours");
      expect(status).to.equal(70);
    });
  }

  it("start: an input that names what the file does not have is told, and played", () => {
    const { status, stdout, stderr } = run("start", ...file("misnamed"), "--json");
    expect(stderr).to.include(
      'warning: functions.deregister.input.target_groups: expected the name of a target group (static), found "statik"',
    );
    expect(reportIn(stdout).terminations).to.have.lengthOf(1);
    expect(status).to.equal(0);
  });

  it("start without a file: the example that the page shows, without a loss, and 0", () => {
    const { status, stdout } = run("start");
    expect(stdout).to.match(/\nNothing was lost\.\n$/);
    expect(status).to.equal(0);
  });

  it("start --seed: another seed gives another run, the same one the same", () => {
    const [first, second, other] = ["7", "7", "8"].map(
      (seed) => run("start", ...file("quiet"), "--json", "--seed", seed).stdout,
    );
    expect(second).to.equal(first);
    expect(other).to.not.equal(first);
  });

  it("start --help: how to get the JSON alone, what each status means, and 0", () => {
    const { status, stdout } = run("start", "--help");
    expect(stdout).to.include("npm start --silent -- --scenario FILE --json");
    expect(stdout).to.match(/0 {2}nothing was lost\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}70 /);
    expect(stdout).to.include("(default: examples/fleet.yaml)");
    expect(status).to.equal(0);
  });

  it("npm start --silent prints the report alone, as the pages and the help say", () => {
    const { stdout } = spawnSync("npm", ["start", "--silent", "--", ...file("quiet"), "--json"], {
      cwd: PROJECT,
      encoding: "utf8",
    });
    expect(reportIn(stdout).violations).to.deep.equal([]);
    for (const page of ["README.md", "docs/scenarios.md"])
      expect(readFileSync(join(PROJECT, page), "utf8"), page).to.include(
        "npm start --silent -- --scenario FILE --json",
      );
  });

  // As with `npm start | head -1`: the reader takes the first output, and closes the pipe.
  const runToClosedPipe = async (args: string[], stream: "stdout" | "stderr") => {
    const child = spawn(process.execPath, ["--import", "tsx", ...args], { cwd: PROJECT });
    let other = "";
    child[stream === "stdout" ? "stderr" : "stdout"].setEncoding("utf8").on("data", (text) => {
      other += text;
    });
    child[stream].once("data", () => child[stream].destroy());
    const [status] = await once(child, "close");
    return { status, other };
  };
  const piped: [what: string, args: () => string[], stream: "stdout" | "stderr", status: number][] = [
    ["start", () => ["cli/start.ts", ...file("violating")], "stdout", 1],
    ["start --json, whose log nobody reads", () => ["cli/start.ts", ...file("quiet"), "--json"], "stderr", 0],
    ["simulate", () => ["test/simulation/main.ts", "--seeds", "1", "--base", "1", "--quiet"], "stdout", 0],
  ];
  for (const [what, args, stream, expected] of piped) {
    it(`${what}: a pipe that its reader closes is no error, and changes no status`, async () => {
      const { status, other } = await runToClosedPipe(args(), stream);
      expect(other).to.not.include("EPIPE");
      if (stream === "stdout") expect(other).to.equal("");
      else expect(reportIn(other).violations).to.deep.equal([]);
      expect(status).to.equal(expected);
    });
  }

  const PORT = ["--port", "0"];
  const wrong: [what: string, command: string, options: () => string[], told: string][] = [
    ["an option that there is not", "start", () => ["--sed", "7"], "unknown option '--sed'"],
    ["an option without its value", "start", () => ["--scenario"], "argument missing"],
    ["a seed that is no number", "start", () => ["--seed", "x"], 'expected a whole number, found "x"'],
    ["an argument too many", "start", () => ["fleet.yaml"], "too many arguments"],
    [
      "a file that is not there",
      "start",
      () => ["--scenario", "no.yaml"],
      "no.yaml: expected a scenario file",
    ],
    [
      "a wrong scenario",
      "start",
      () => file("wrong"),
      "wrong.yaml: 2 problems\n  ends_after_seconds: expected",
    ],
    ["a scenario without functions", "start", () => file("unscheduled"), "unscheduled: functions: expected"],
    [
      "a scenario that AWS refuses",
      "start",
      () => file("refused"),
      "refused: queues[4]: InvalidParameterValue: ",
    ],
    ["no port", "simulator", () => file("quiet"), "required option '--port <number>' not specified"],
    [
      "a port that is none",
      "simulator",
      () => ["--port", "x", ...file("quiet")],
      "expected a port from 0 to 65535",
    ],
    [
      "a speed that is none",
      "simulator",
      () => [...PORT, "--speed", "x", ...file("quiet")],
      "expected a number",
    ],
    ["a wrong scenario", "simulator", () => [...PORT, ...file("wrong")], "wrong.yaml: 2 problems\n"],
    ["a scenario that AWS refuses", "simulator", () => [...PORT, ...file("refused")], "refused: queues[4]: "],
  ];
  for (const [what, command, options, told] of wrong) {
    it(`${command}: ${what} is told on stderr, and 2`, () => {
      const { status, stdout, stderr } = run(command, ...options());
      expect(stderr).to.include(told);
      expect(stderr).to.not.include("    at ");
      expect(stdout).to.equal("");
      expect(status).to.equal(2);
    });
  }
});
