// Protects `asg-drain run` as its container has it: one file that Node runs alone, that knows its own task, that ends after SIGTERM, and that
// says in one line what is wrong with its options.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { VERSION } from "../../shared/base/version.ts";
import { HOOK, instanceIds } from "../scenarios/fixture.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** A command that takes so long hangs, in milliseconds. A busy machine makes each slow. */
const HANGS_MS = 300_000;
const ids = instanceIds(2);

const scenario = {
  name: "task",
  clusters: [{ name: "main" }],
  auto_scaling_groups: [
    {
      name: "web",
      instance_ids: ids,
      cluster: "main",
      hooks: [{ ...HOOK, queue: undefined, name: "asg-drain-live" }],
    },
  ],
  tasks: [{ cluster: "main", family: "asg-drain", instance_ids: [ids[0]] }],
  queues: [],
};

describe("asg-drain", () => {
  let folder: string;
  let program: string;
  let simulator: ChildProcess;
  let metadata: Server;
  let environment: NodeJS.ProcessEnv;

  before(async function () {
    this.timeout(HANGS_MS);
    folder = mkdtempSync(join(tmpdir(), "asg-drain-"));
    execFileSync("npm", ["run", "--silent", "prepack"], { cwd: PROJECT });
    // Elsewhere, so that Node finds nothing of the project.
    program = join(folder, "asg-drain.mjs");
    copyFileSync(join(PROJECT, "bin", "asg-drain.mjs"), program);
    const file = join(folder, "task.yaml");
    writeFileSync(file, JSON.stringify(scenario));
    const words = ["--import", "tsx", "cli/simulator.ts", "--port", "0", "--scenario", file];
    simulator = spawn(process.execPath, words, { cwd: PROJECT, stdio: ["ignore", "pipe", "inherit"] });
    const [said] = (await once(simulator.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const { PATH = "" } = process.env;
    environment = {
      PATH,
      AWS_ENDPOINT_URL: String(said).replace("listening ", "").trim(),
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "simulated",
      AWS_SECRET_ACCESS_KEY: "simulated",
    };
    const answer = JSON.stringify({ Cluster: "main", TaskARN: await taskArn() });
    metadata = createServer((_, response) => {
      response.end(answer);
    });
    await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
  });

  after(() => {
    simulator.kill();
    metadata.close();
    rmSync(folder, { recursive: true });
  });

  // As an operator would find it.
  async function taskArn(): Promise<string> {
    const answer = await fetch(environment.AWS_ENDPOINT_URL ?? "", {
      method: "POST",
      headers: {
        "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListTasks",
        "Content-Type": "application/x-amz-json-1.1",
      },
      body: JSON.stringify({ cluster: "main" }),
    });
    const { taskArns } = (await answer.json()) as { taskArns: [string] };
    return taskArns[0];
  }

  const run = (...options: string[]) =>
    spawnSync(process.execPath, [program, ...options], {
      env: environment,
      encoding: "utf8",
      timeout: HANGS_MS,
    });

  // Runs until nothing is left to do, and is then told to end.
  async function untilIdle(words: readonly string[], more: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [program, ...words], {
      env: { ...environment, ...more },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      printed += piece;
      if (printed.includes('"nothing to do"')) child.kill("SIGTERM");
    }
    if (child.exitCode === null) await once(child, "exit");
    const lines = printed
      .trim()
      .split("\n")
      .map((line): Record<string, unknown> => JSON.parse(line));
    return { lines, ended: [child.exitCode, child.signalCode] };
  }

  it("finds its own task and instance, sweeps, and ends with 0 after SIGTERM, without another run", async () => {
    const { port } = metadata.address() as AddressInfo;
    const { lines, ended } = await untilIdle(["run", "--group", "web", "--cluster", "main"], {
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/1`,
    });
    expect(ended).to.deep.equal([0, null]);
    expect(lines.map(({ message }) => message)).to.deep.equal([
      "own instance found",
      "run started",
      "nothing to do",
    ]);
    expect(lines[0]).to.include({ instance_id: ids[0], cluster: "main", version: VERSION });
    expect(lines[2]).to.include({ swept: true, queue: "in-memory" });
  });

  const page = readFileSync(join(PROJECT, "docs", "as-a-task.md"), "utf8");
  for (const [why, words] of [
    ["by hand", /npm run asg-drain -- (run .*)$/m.exec(page)?.[1]?.split(" ")],
    ["in a task that is started for it", JSON.parse(/"command":(\[.*?\])/.exec(page)?.[1] ?? "null")],
  ] as const)
    it(`sweeps by the page's command: ${why}`, async () => {
      const named: Record<string, string> = { GROUP: "web", CLUSTER: "main", "web-a": "web" };
      const { lines, ended } = await untilIdle((words as string[]).map((each) => named[each] ?? each));
      expect(ended).to.deep.equal([0, null]);
      expect(lines.map(({ message }) => message)).to.deep.equal(["run started", "nothing to do"]);
      expect(lines[0]).to.deep.include({ auto_scaling_groups: ["web"] });
    });

  it("does not begin if ECS does not tell its task in words that it knows", () => {
    const wrong = { ...environment, ECS_CONTAINER_METADATA_URI_V4: `${environment.AWS_ENDPOINT_URL}/v4/1` };
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, "run", "--group", "web"], {
      env: wrong,
      encoding: "utf8",
      timeout: HANGS_MS,
    });
    expect([status, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.include("ECS_CONTAINER_METADATA_URI_V4: expected an answer of");
  });

  for (const [why, options, expected] of [
    ["no group", ["run"], "asg-drain run: expected --group, --group-tag or auto_scaling_groups in --input"],
    ["a slip in an option", ["run", "--group", "web", "--onec"], "Did you mean --once?"],
    [
      "a slip in a key",
      ["run", "--group", "web", "--input", '{"stop_task":"all"}'],
      "did you mean stop_tasks?",
    ],
    ["another command", ["drain"], "unknown command 'drain'"],
  ] as const)
    it(`ends with 2 where an option is wrong: ${why}`, () => {
      const { status, stdout, stderr } = run(...options);
      expect([status, stdout]).to.deep.equal([2, ""]);
      expect(stderr).to.include(expected);
    });

  it("says its version and its options", () => {
    expect(run("--version").stdout.trim()).to.equal(VERSION);
    expect(run("run", "--help").stdout).to.include("--once");
  });
});
