import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { unzipSync } from "fflate";
import { VERSION } from "../shared/base/version.ts";
import type { FunctionsOptions } from "../simulator/front/served-functions.ts";
import { roleNamed } from "../simulator/kernel/account.ts";
import type { Clock } from "../simulator/kernel/clock.ts";
import { deployedName } from "../simulator/scenario/deployment.ts";
import { ScenarioError } from "../simulator/scenario/read.ts";
import { FUNCTIONS, type FunctionName, type Invoke } from "../simulator/scenario/stage.ts";
import { reportOf } from "./report.ts";
import { written } from "./served-functions.ts";

const RUNTIME = fileURLToPath(new URL("../cli/lambda-runtime.mjs", import.meta.url));
/** Where the handler is in a function's zip. */
const handlerIn = (name: FunctionName) => `functions/${name}/handler.cjs`;

/** A function's process, as Lambda keeps it: its environment does not change, and it serves one invocation at a time. */
type Sandbox = { readonly worker: Worker; readonly environment: string; clock: Clock };
type Answer = { readonly result?: unknown; readonly error?: string };

/**
 * The packaged functions of a folder, each in a thread of its own, with the environment that Lambda gives and clients that call
 * over HTTP. Throws a ScenarioError where a zip is missing or is none.
 *
 * @param speed simulated seconds in a real second
 */
export function fromPackage(folder: string, speed: number): FunctionsOptions {
  if (speed === 0)
    throw new ScenarioError(
      "--from-package: expected a --speed above 0: packaged functions have a clock of their own",
    );
  const unpacked = unpack(folder);
  process.once("exit", () => rmSync(unpacked, { recursive: true, force: true }));
  return {
    version: VERSION,
    reportOf,
    invokeWith: (log) => {
      const write = written(log);
      const idle = new Map<FunctionName, Sandbox[]>(FUNCTIONS.map((name) => [name, []]));
      let started = 0;

      const invoke: Invoke = async (name, event, where) => {
        const { invocation, clock, simulation } = where;
        const environment = JSON.stringify({
          INPUT: where.inputVariable,
          SENDER_ROLE_IDS: where.senderRoleIdsVariable,
        });
        const waiting = idle.get(name) ?? [];
        if (invocation.cold) for (const { worker } of waiting.splice(0)) void worker.terminate();
        const index = waiting.findIndex((each) => each.environment === environment);
        const sandbox = index < 0 ? start() : (waiting.splice(index, 1)[0] as Sandbox);
        sandbox.clock = clock;
        const { worker } = sandbox;
        const answered = new Promise<Answer>((resolve) => {
          worker.once("message", resolve);
          worker.once("error", (error) => resolve({ error: String(error) }));
        });
        worker.postMessage({ event, requestId: invocation.requestId });
        const ended = clock.sleep(invocation.remainingMilliseconds()).then(() => undefined);
        const answer = await Promise.race([answered, ended]);
        worker.removeAllListeners("message").removeAllListeners("error");
        if (answer === undefined) {
          // Lambda ends a process whose invocation has timed out.
          await worker.terminate();
          throw new Error("the invocation timed out");
        }
        waiting.push(sandbox);
        if (answer.error !== undefined) throw new Error(answer.error);
        return answer.result;

        function start(): Sandbox {
          started += 1;
          const accessKey = `ASIA${name}${started}`;
          const readSince = Number.POSITIVE_INFINITY;
          simulation.callers.set(accessKey, { name, principal: roleNamed(name), readSince });
          const made: Sandbox = {
            environment,
            clock,
            worker: new Worker(RUNTIME, {
              workerData: {
                path: join(unpacked, name, handlerIn(name)),
                name: deployedName(name),
                timeoutMilliseconds: invocation.remainingMilliseconds(),
                startsAt: clock.now(),
                realStart: Date.now(),
                speed,
              },
              env: { ...JSON.parse(environment), ...environmentOf(name, accessKey, simulation.origin) },
              execArgv: [],
              stdout: true,
              stderr: true,
            }),
          };
          for (const input of [made.worker.stdout, made.worker.stderr])
            createInterface({ input }).on("line", (line) => write(name, line, made.clock));
          return made;
        }
      };
      return invoke;
    },
  };
}

function environmentOf(name: FunctionName, accessKey: string, endpoint: string): Record<string, string> {
  return {
    AWS_REGION: "us-east-1",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: deployedName(name),
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: "simulated",
    AWS_SESSION_TOKEN: "simulated",
    AWS_ENDPOINT_URL: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}

// Outside of the project, so that whatever a bundle lacks cannot be found in the project's node_modules.
function unpack(folder: string): string {
  const zips = FUNCTIONS.map((name) => ({ name, files: filesIn(join(folder, `${name}.zip`)) }));
  const unpacked = mkdtempSync(join(tmpdir(), "asg-drain-zips-"));
  for (const { name, files } of zips) {
    for (const [path, content] of Object.entries(files)) {
      const to = join(unpacked, name, path);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, content);
    }
  }
  return unpacked;
}

function filesIn(zip: string): Record<string, Uint8Array> {
  try {
    return unzipSync(readFileSync(zip));
  } catch (cause) {
    const { code = "no zip" } = cause as NodeJS.ErrnoException;
    throw new ScenarioError(
      `--from-package: expected ${zip}, as npm run package makes it, found none (${code})`,
    );
  }
}
