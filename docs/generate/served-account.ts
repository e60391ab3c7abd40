// Serves a scenario with the functions in it, whose time stands still, and runs commands against it as processes of their own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fromSource } from "../../cli/served-functions.ts";
import { type RunningServer, serve } from "../../simulator/front/server.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** A command that takes so long hangs, in milliseconds. A busy machine makes each slow. */
const HANGS_MS = 300_000;

/** How a command ended. */
export type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** A simulated account with the functions in it. */
export type ServedAccount = RunningServer & {
  readonly advance: (seconds: number) => Promise<void>;
  /** The calls that clients of the port have made, such as `ecs:ListTasks`. */
  readonly calls: () => string[];
  /** Runs `asg-drain` with these words, as an operator of the account. */
  readonly run: (...words: string[]) => Promise<Ended>;
};

/** Serves a scenario given as an object, from its own start on. The functions' lines are not printed. */
export async function serveAccount(scenario: object): Promise<ServedAccount> {
  const checked = checkScenario(scenario, "test");
  const functions = checked.functions ? { functions: fromSource({ prints: false }) } : {};
  const startsAt = Date.parse(checked.starts_at);
  const server = await serve({ scenario: checked, port: 0, speed: 0, startsAt, ...functions });
  return {
    ...server,
    advance: async (seconds) => {
      await server.clock.advanceBySleeps(seconds * 1000);
      server.simulation.world.settle(server.clock);
    },
    calls: () =>
      server.simulation.calls.filter(({ caller }) => caller === "client").map(({ action }) => action),
    run: (...words) => asgDrain(words, { AWS_ENDPOINT_URL: server.url }),
  };
}

/** Runs the program as a process, with an environment of its own. */
export function asgDrain(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const env = {
    PATH,
    HOME,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
    ...environment,
  };
  const all = ["--import", "tsx", "cli/asg-drain.ts", ...words];
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      all,
      { cwd: PROJECT, env, timeout: HANGS_MS },
      (error, stdout, stderr) => {
        if (error && child.exitCode === null) reject(error);
        else resolve({ status: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}
