// Starts packaged functions the way Lambda does: unpacked into a folder of their own, a process each, the environment that
// Lambda gives and no other, and one process for many invocations.
import { type ChildProcess, fork } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { roleIdOf } from "../../simulator/kernel/account.ts";
import type { Json, PackagedFunction } from "./packaged.ts";

/** A function that runs. */
export type RunningFunction = {
  /**
   * Invokes it once. Rejects with what the handler threw, or when its process ends. It is told how much time is left as on
   * Lambda, but is not killed afterwards: a busy machine would decide that.
   */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** What it wrote to standard output and error, line by line. */
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
};

type Message = { ready?: true; requestId?: string; result?: unknown; error?: string };

/** Starts a packaged function whose SDK clients find AWS at `endpoint`. */
export async function startFunction(packaged: PackagedFunction, endpoint: string): Promise<RunningFunction> {
  const folder = await unpack(packaged);
  const child = fork(fileURLToPath(new URL("bootstrap.mjs", import.meta.url)), [], {
    cwd: folder,
    // Nothing of this process's own: no loader of TypeScript, no environment.
    execArgv: [],
    env: environmentOf(packaged, folder, endpoint),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const died = () => new Error(`${packaged.functionName} ended:\n${lines.join("\n")}`);
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
  };
  await answer(child, died, ({ ready }) => ready === true).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  let invocations = 0;
  return {
    lines,
    async invoke(event) {
      invocations += 1;
      const requestId = `${packaged.functionName}-${invocations}`;
      const timeoutMilliseconds = packaged.timeoutSeconds * 1000;
      child.send({ event, requestId, timeoutMilliseconds });
      const { result, error } = await answer(child, died, (message) => message.requestId === requestId);
      if (error !== undefined) throw new Error(error);
      return result;
    },
    stop,
  };
}

function environmentOf(packaged: PackagedFunction, folder: string, endpoint: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(packaged.environment).map(([key, value]) => [key, textOf(value)])),
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: packaged.handler,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: packaged.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(packaged.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_ACCESS_KEY_ID: accessKeyOf(packaged.roleId),
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_SESSION_TOKEN: "test",
    TZ: ":UTC",
    AWS_ENDPOINT_URL: endpoint,
    // The SDK warns of the Node that it runs on; this test also runs on an older one than Lambda's.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}

/** The access key of a role of the template. The simulated AWS knows a role by it. */
export function accessKeyOf(roleId: string): string {
  return `ASIA${roleId}`;
}

// What CloudFormation makes of a variable.
function textOf(value: Json): string {
  if (typeof value === "string") return value;
  const { "Fn::Join": joined, "Fn::GetAtt": attribute } = value as {
    "Fn::Join"?: [string, Json[]];
    "Fn::GetAtt"?: [string, string];
  };
  if (joined) return joined[1].map(textOf).join(joined[0]);
  if (attribute?.[1] === "RoleId") return roleIdOf(accessKeyOf(attribute[0]));
  throw new Error(`cannot resolve ${JSON.stringify(value)}`);
}

async function unpack({ zip, name }: PackagedFunction): Promise<string> {
  // Outside of the project, so that whatever the bundle lacks cannot be found in the project's node_modules.
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  for (const [path, content] of Object.entries(unzipSync(zip))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

function answer(
  child: ChildProcess,
  died: () => Error,
  isIt: (message: Message) => boolean,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Message) => {
      if (isIt(message)) settle(() => resolve(message));
    };
    const onClose = () => settle(() => reject(died()));
    const settle = (then: () => void) => {
      child.off("message", onMessage);
      child.off("close", onClose);
      then();
    };
    child.on("message", onMessage);
    child.on("close", onClose);
  });
}
