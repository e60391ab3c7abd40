// Starts the simulated AWS as its own process, in real time, for functions that run in processes of their own.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PROJECT } from "./packaged.ts";

/** The part of the simulator's world that these tests look at. */
export type World = {
  readonly queues: readonly {
    name: string;
    visible: number;
    in_flight: number;
    delayed: number;
    waiting_receives: number;
  }[];
  readonly groups: readonly {
    name: string;
    instances: readonly {
      instance_id: string;
      state: string;
      actions: readonly { hook: string; ended?: string; result?: string }[];
    }[];
  }[];
  readonly clusters: readonly {
    tasks: readonly { service: string | null; instance_id: string; status: string }[];
  }[];
  readonly target_groups: readonly { name: string; targets: readonly { id: string; state: string }[] }[];
  readonly load_balancers: readonly Readonly<Record<string, unknown>>[];
  readonly events: readonly {
    readonly detail_type: string;
    readonly detail: { readonly instance_id: string };
  }[];
};

export type SimulatorProcess = {
  readonly url: string;
  readonly world: () => Promise<World>;
  /** The calls so far, such as `ecs:ListTasks`. */
  readonly calls: () => Promise<{ action: string; error?: string }[]>;
  readonly stop: () => Promise<void>;
};

/** Starts the simulator with a scenario. */
export async function startSimulator(scenario: unknown): Promise<SimulatorProcess> {
  const folder = await mkdtemp(join(tmpdir(), "simulator-"));
  const file = join(folder, "scenario.yaml");
  // Each JSON text is YAML as well.
  await writeFile(file, JSON.stringify(scenario));
  const options = ["--port", "0", "--scenario", file, "--speed", "1"];
  const child = spawn(process.execPath, ["--import", "tsx", "cli/simulator.ts", ...options], {
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await Promise.race([
    listening(createInterface({ input: child.stdout })),
    ended.then(() => Promise.reject(new Error("the simulator ended before it listened"))),
  ]);
  const get = async (path: string) => (await fetch(`${url}/_simulator/${path}`)).json();
  return {
    url,
    world: () => get("world") as Promise<World>,
    calls: async () => ((await get("calls")) as { calls: { action: string }[] }).calls,
    async stop() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function listening(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = /^listening (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error("the simulator printed no line `listening URL`");
}
