import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SQSClient } from "@aws-sdk/client-sqs";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** A simulated AWS in a process of its own, whose time stands still, and the SDK's clients for it. */
export type SimulatedAws = {
  readonly applicationAutoScaling: ApplicationAutoScalingClient;
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly sqs: SQSClient;
  /** SQS for whoever has an access key. */
  readonly sqsOf: (accessKeyId: string) => SQSClient;
  /** A name that no other test of this process has. */
  readonly unusedName: (kind: string) => string;
  /** Moves the simulated time forward. */
  readonly advance: (seconds: number) => Promise<void>;
  /** How many long polls wait for a message of a queue now. */
  readonly waitingReceives: (queueUrl: string) => Promise<number>;
  readonly stop: () => Promise<void>;
};

/** Starts the simulator with a scenario, which may be left out where a test builds its world by API calls. */
export async function startSimulator(scenario: Record<string, unknown> = {}): Promise<SimulatedAws> {
  const folder = await mkdtemp(join(tmpdir(), "facts-"));
  const file = join(folder, "scenario.yaml");
  // Each JSON text is YAML as well.
  await writeFile(file, JSON.stringify({ name: "facts", ...scenario }));
  const options = ["--port", "0", "--scenario", file, "--speed", "0"];
  const simulator = spawn(process.execPath, ["--import", "tsx", "cli/simulator.ts", ...options], {
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => simulator.once("exit", () => resolve()));
  const end = async () => {
    // It has nothing to save, and one that hangs would not listen to a kinder signal.
    simulator.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
  };
  const url = await listening(createInterface({ input: simulator.stdout })).catch(async (error) => {
    await end();
    throw error;
  });
  // Without retries, so that each call of a test is one call of the simulator.
  const client = {
    endpoint: url,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "facts", secretAccessKey: "facts" },
  };
  const clients = {
    applicationAutoScaling: new ApplicationAutoScalingClient(client),
    autoScaling: new AutoScalingClient(client),
    ec2: new EC2Client(client),
    ecs: new ECSClient(client),
    elb: new ElasticLoadBalancingClient(client),
    elbv2: new ElasticLoadBalancingV2Client(client),
    sqs: new SQSClient(client),
  };
  const more: SQSClient[] = [];
  let names = 0;
  return {
    ...clients,
    sqsOf: (accessKeyId) => {
      const sqs = new SQSClient({ ...client, credentials: { ...client.credentials, accessKeyId } });
      more.push(sqs);
      return sqs;
    },
    unusedName: (kind) => {
      names += 1;
      return `${kind}-${names}`;
    },
    advance: (seconds) => advance(url, seconds),
    waitingReceives: (queueUrl) => waitingReceives(url, queueUrl),
    stop: async () => {
      for (const each of [...Object.values(clients), ...more]) each.destroy();
      await end();
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

async function advance(url: string, seconds: number): Promise<void> {
  const answer = await fetch(`${url}/_simulator/advance`, {
    method: "POST",
    body: JSON.stringify({ seconds }),
  });
  if (!answer.ok) throw new Error(`advancing the simulator failed: ${await answer.text()}`);
}

async function waitingReceives(url: string, queueUrl: string): Promise<number> {
  const answer = await fetch(`${url}/_simulator/world`);
  const { queues } = (await answer.json()) as { queues: { name: string; waiting_receives: number }[] };
  const queue = queues.find(({ name }) => queueUrl.endsWith(`/${name}`));
  if (queue === undefined) throw new Error(`the world has no queue ${queueUrl}`);
  return queue.waiting_receives;
}
