import { setTimeout as pause } from "node:timers/promises";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { call, pacedCall } from "../../shared/aws/call.ts";
import { type Clients, createClients } from "../../shared/aws/clients.ts";
import { ecsPort } from "../../shared/aws/ecs.ts";
import { loadBalancerPorts } from "../../shared/aws/load-balancers.ts";
import { createPace, discoveryBuckets, type Pace } from "../../shared/aws/pace.ts";
import type { Ports } from "../../shared/run/ports.ts";
import { OptionsError } from "../options-error.ts";
import { type LogsPort, logsPort } from "./logs.ts";

/** Which account and Region a command reads, as the options and the environment of the AWS CLI say it. */
export type Where = { readonly profile?: string | undefined; readonly region?: string | undefined };

/** An account in one Region, as a command reads it. */
export type Account = {
  readonly clients: Clients;
  /** ECS and load balancers, at a pace that leaves most of the account's calls to others. */
  readonly paced: Pick<Ports, "ecs" | "loadBalancers">;
  readonly logs: LogsPort;
  /** Makes one more client of the account. Its calls are counted too, and it is closed with the others. */
  readonly open: <T extends OpenClient>(Client: new (options: object) => T) => T;
  readonly region: string;
  /** The Regions that the account has enabled. Throws an AwsCallError. */
  readonly regions: () => Promise<string[]>;
  /** The time by AWS's clock, in milliseconds since 1970. Before the first answer, it is this machine's. */
  readonly now: () => number;
  /** By how much this machine's clock is ahead of AWS's, in milliseconds. Undefined before the first answer. */
  readonly ahead: () => number | undefined;
  /** How many calls were made, each try counted. */
  readonly calls: () => number;
  readonly close: () => void;
};

type Answer = { readonly response?: { readonly headers?: Readonly<Record<string, string>> } };
type Middleware = (next: (given: unknown) => Promise<Answer>) => (given: unknown) => Promise<Answer>;
type Stacked = { readonly middlewareStack: { add: (middleware: Middleware, options: object) => void } };
type OpenClient = { readonly middlewareStack: object; readonly destroy: () => void };

// A person waits for the answer.
const HANDLER = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** How many calls of discovery are made a second: half of what Elastic Load Balancing takes of an account. */
const DISCOVERIES_A_SECOND = 5;

/** For so long a time that AWS has told counts as the present, in milliseconds. Each answer tells a new one. */
const FRESH_MS = 5_000;

/** Does something with an account, and closes its clients after that. Throws an OptionsError where nothing says which Region. */
export async function withAccount<T>(where: Where, work: (account: Account) => Promise<T>): Promise<T> {
  const account = await openAccount(where);
  try {
    return await work(account);
  } finally {
    account.close();
  }
}

// Nothing is called yet.
async function openAccount({ profile, region }: Where): Promise<Account> {
  const options = {
    requestHandler: HANDLER,
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  };
  const clients = createClients(options);
  const logs = new CloudWatchLogsClient(options);
  const { completions, ...eight } = clients;
  const all: OpenClient[] = [];
  // AWS's clock, and when it was told by this machine's: each answer has a header with its time, in whole seconds.
  let told: { readonly aws: number; readonly here: number } | undefined;
  let calls = 0;
  const note: Middleware = (next) => async (given) => {
    calls += 1;
    const answer = await next(given);
    const at = Date.parse(answer.response?.headers?.date ?? "");
    if (Number.isFinite(at)) told = { aws: at, here: Date.now() };
    return answer;
  };
  const watch = <T extends OpenClient>(client: T): T => {
    // Each client types its stack for its own operations. All answers have headers.
    (client as unknown as Stacked).middlewareStack.add(note, { step: "deserialize", priority: "low" });
    all.push(client);
    return client;
  };
  for (const client of [...Object.values(eight), logs]) watch(client);
  return {
    clients,
    paced: {
      ecs: ecsPort(clients.ecs, pacedCall(createPace(Date.now, wait, Number.POSITIVE_INFINITY))),
      loadBalancers: loadBalancerPorts(clients, pacedCall(discoveryPace())),
    },
    logs: logsPort(logs),
    open: (Client) => watch(new Client(options)),
    region: await regionOf(clients, profile),
    regions: async () => {
      const { Regions = [] } = await call("ec2:DescribeRegions", () =>
        clients.ec2.send(new DescribeRegionsCommand({})),
      );
      return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
    },
    now: () => (told === undefined ? Date.now() : told.aws + Math.max(0, Date.now() - told.here - FRESH_MS)),
    ahead: () => (told === undefined ? undefined : told.here - told.aws),
    calls: () => calls,
    close: () => {
      for (const client of all) client.destroy();
    },
  };
}

// Where there is no such profile, there is no Region either.
async function regionOf(clients: Clients, profile = process.env.AWS_PROFILE): Promise<string> {
  try {
    return await clients.ec2.config.region();
  } catch {
    const of = profile === undefined ? "the profile" : `a profile ${profile}`;
    throw new OptionsError(`expected a Region, by --region, AWS_REGION or ${of}, found none`);
  }
}

async function wait(milliseconds: number): Promise<void> {
  await pause(milliseconds);
}

// By this machine's clock: AWS tells its own in whole seconds.
function discoveryPace(): Pace {
  return createPace(Date.now, wait, Number.POSITIVE_INFINITY, discoveryBuckets(DISCOVERIES_A_SECOND));
}
