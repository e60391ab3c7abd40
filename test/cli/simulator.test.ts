// Protects the simulator as a command with the functions in it: they run on their schedules, their lines can be read, the judge answers, and a
// signal ends it all.
import { type ChildProcessWithoutNullStreams, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { expect } from "chai";
import { reportSchema } from "../../cli/report.ts";
import { HOOK, instanceIds, QUEUES } from "../scenarios/fixture.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const HANGS_MS = 300_000;
const ids = instanceIds(2) as [string, string];

const scenario = {
  name: "served",
  functions: {
    deregister: {
      input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", cluster_name: "main" },
      event_source_mapping: {},
    },
    terminate: { input: { queue_name: "monitor" } },
    scale_tasks: {
      input: { cluster_name: "main", service_name: "web", min_task_count: 0, n_count: 0 },
    },
  },
  queues: QUEUES,
  clusters: [{ name: "main", services: [{ name: "web", desired_count: 2, task: { stop_seconds: 2 } }] }],
  auto_scaling_groups: [{ name: "web", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
};

/** A simulator in a process of its own. */
type Served = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly url: string;
  readonly stderr: () => string;
  readonly ask: (path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  /** Sends a signal, and returns how the process ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<unknown[]>;
};

describe("the simulator with functions", function () {
  this.timeout(HANGS_MS);
  let folder: string;
  let file: string;
  let packaged: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "served-"));
    file = join(folder, "served.yaml");
    await writeFile(file, JSON.stringify(scenario));
    packaged = join(PROJECT, ".serverless");
    const { PATH = "", HOME = "" } = process.env;
    await promisify(execFile)("npm", ["run", "package"], { cwd: PROJECT, env: { PATH, HOME } });
  });
  after(() => rm(folder, { recursive: true }));

  const children: ChildProcessWithoutNullStreams[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  async function start(...options: string[]): Promise<Served> {
    const words = ["--import", "tsx", "cli/simulator.ts", "--port", "0", "--scenario", file, ...options];
    const child = spawn(process.execPath, words, { cwd: PROJECT });
    children.push(child);
    const ended = once(child, "exit");
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const url = line.replace("listening ", "");
    return {
      child,
      url,
      stderr: () => stderr,
      ask: async (path, body) => {
        const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
        const answer = await fetch(`${url}/_simulator/${path}`, init);
        return { status: answer.status, body: await answer.json() };
      },
      end: (signal) => {
        child.kill(signal);
        return ended;
      },
    };
  }

  const report = async ({ ask }: Served) => reportSchema.parse((await ask("report")).body);

  /** Lets an instance be terminated, and waits until its lifecycle action is completed. */
  async function drained(served: Served, pause: () => Promise<unknown>) {
    const posted = await served.ask("timeline", { terminate: { instance_ids: [ids[0]] } });
    expect(posted).to.deep.include({ status: 200 });
    for (let i = 0; i < 600; i++) {
      const { terminations } = await report(served);
      if (terminations[0]?.completed_at) return report(served);
      await pause();
    }
    throw new Error(`nothing was completed:\n${served.stderr()}`);
  }

  const linesOf = async ({ url }: Served, name: string, filterPattern: string) => {
    const client = new CloudWatchLogsClient({
      endpoint: url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const logGroupName = `/aws/lambda/asg-drain-live-${name}`;
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName, filterPattern }));
    client.destroy();
    return events.map(({ message = "", timestamp = 0 }) => ({ ...JSON.parse(message), timestamp }));
  };

  it("time stands still but for advance, which the functions follow minute by minute", async () => {
    const served = await start("--with-functions", "--speed", "0");
    const { terminations, violations, damage, calls } = await drained(served, () =>
      served.ask("advance", { seconds: 10 }),
    );
    expect(terminations).to.have.lengthOf(1);
    expect(terminations[0]).to.include({ instance_id: ids[0], result: "CONTINUE" });
    expect([violations, damage]).to.deep.equal([[], []]);
    expect(calls).to.include({ "autoscaling:CompleteLifecycleAction": 1 });
    const [line] = await linesOf(
      served,
      "terminate",
      `{ $.instance_id = "${ids[0]}" && $.outcome = drained }`,
    );
    expect(line).to.include({ message: "lifecycle action completed", function: "terminate" });
    expect(new Date(line.timestamp).toISOString()).to.equal(line.time);
    expect(line.time).to.equal(terminations[0]?.completed_at);
    // The mapping invoked it within seconds, before its first tick.
    const [received] = await linesOf(served, "deregister", '"termination received"');
    expect(received.timestamp - Date.parse(String(terminations[0]?.asked_at))).to.be.below(5_000);
    expect(await linesOf(served, "scale-tasks", "")).to.not.deep.equal([]);
    const written = served.stderr().split("\n").filter(Boolean);
    expect(written.every((each) => each.startsWith("{"))).to.equal(true);
    expect(served.stderr()).to.include('"message":"lifecycle action completed"');
    expect(await served.end("SIGTERM")).to.deep.equal([0, null]);
  });

  it("from the packaged zips, with a clock that runs fast", async () => {
    const before = temporary();
    const served = await start("--from-package", packaged, "--speed", "60");
    const { terminations, violations, calls } = await drained(
      served,
      () => new Promise((go) => setTimeout(go, 100)),
    );
    expect(terminations[0]).to.include({ instance_id: ids[0], result: "CONTINUE" });
    expect(violations).to.deep.equal([]);
    expect(calls).to.include({ "autoscaling:CompleteLifecycleAction": 1 });
    const [line] = await linesOf(served, "terminate", '{ $.message = "lifecycle action completed" }');
    expect(line).to.include({ instance_id: ids[0] });
    expect(Math.abs(Date.parse(line.time) - Date.parse(String(terminations[0]?.completed_at)))).to.be.below(
      60_000,
    );
    expect(await served.end("SIGINT")).to.deep.equal([0, null]);
    expect(temporary(), "what was unpacked").to.deep.equal(before);
  });

  // The folders that zips are unpacked into.
  const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith("asg-drain-zips-"));

  it("a pipe that its reader closes is no error", async () => {
    const served = await start("--with-functions", "--speed", "600");
    served.child.stdout.destroy();
    served.child.stderr.destroy();
    await new Promise((go) => setTimeout(go, 1_000));
    expect((await served.ask("world")).status).to.equal(200);
    expect(await served.end("SIGTERM")).to.deep.equal([0, null]);
  });

  it("an entry that is wrong, or that AWS refuses, is told and changes nothing", async () => {
    const served = await start("--with-functions", "--speed", "0");
    const post = (body: unknown) => served.ask("timeline", body);
    const wrong = await post({ terminate: { instance_ids: ["i-00000000000000009"] } });
    expect(wrong.status).to.equal(400);
    expect((wrong.body as { error: string }).error).to.include(
      "terminate.instance_ids[0]: expected the id of an instance",
    );
    const unknown = (await post({ termnate: {} })).body as { error: string };
    expect(unknown.error).to.include(
      "\n  termnate: unknown key; did you mean terminate?\n  it: expected exactly one of",
    );
    expect((await post([])).status).to.equal(400);
    expect((await report(served)).terminations).to.deep.equal([]);
    await served.end("SIGTERM");
  });

  it("without functions there is no report", async () => {
    const served = await start();
    expect((await served.ask("report")).status).to.equal(404);
    await served.end("SIGTERM");
  });

  const refused: [
    what: string,
    change: (given: typeof scenario) => unknown,
    options: string[],
    told: string,
  ][] = [
    [
      "an unknown key of an input",
      (given) => ({
        ...given,
        functions: { ...given.functions, terminate: { input: { queue_name: "monitor", stop_task: "all" } } },
      }),
      ["--with-functions"],
      "functions.terminate.input.stop_task: unknown key; did you mean stop_tasks?",
    ],
    [
      "no functions",
      (given) => ({ ...given, functions: undefined }),
      ["--with-functions"],
      "functions: expected deregister and terminate",
    ],
    [
      "a folder without zips",
      (given) => given,
      ["--from-package", "nowhere"],
      "expected nowhere/deregister.zip, as npm run package makes it",
    ],
    [
      "packaged functions where time stands still",
      (given) => given,
      ["--from-package", ".serverless", "--speed", "0"],
      "expected a --speed above 0",
    ],
  ];
  for (const [what, change, options, told] of refused) {
    it(`${what} is told on stderr, and 2; the scenario is read from standard input`, () => {
      const words = ["--import", "tsx", "cli/simulator.ts", "--port", "0", "--scenario", "-", ...options];
      const input = JSON.stringify(change(scenario));
      const { status, stdout, stderr } = spawnSync(process.execPath, words, {
        cwd: PROJECT,
        input,
        encoding: "utf8",
        timeout: HANGS_MS,
      });
      expect(stderr).to.include(told);
      expect([status, stdout]).to.deep.equal([2, ""]);
    });
  }
});
