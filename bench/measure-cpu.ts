import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { AutoScalingClient, DescribeAutoScalingInstancesCommand } from "@aws-sdk/client-auto-scaling";
import { HttpResponse } from "@smithy/core/protocols";
import { inProcess, type Through } from "../cli/in-process.ts";
import { LambdaPlatform } from "../simulator/cloud/lambda.ts";
import { clientOptions, type Transport } from "../simulator/cloud/transport.ts";
import { Firings } from "../simulator/kernel/firings.ts";
import { randomSource } from "../simulator/kernel/random.ts";
import { inVirtualTime } from "../simulator/kernel/virtual-time.ts";
import { type Played, playScenario } from "../simulator/scenario/play.ts";
import type { FunctionName } from "../simulator/scenario/stage.ts";
import type { Table } from "./figure.ts";
import { percentile, rounded, sum } from "./numbers.ts";
import { scenarioOf } from "./world.ts";

/** A small fleet, of which each call has a short answer, and a large one, whose answers are long. */
const SMALL = { terminations: 1, instances: 10 };
const LARGE = { terminations: 300, instances: 300 };
const REPLAYS = 9;
/** How many calls are sent over a real connection. */
const CALLS = 2_000;

/** An answer as it was given to one process, and how long it took in milliseconds. */
type Recorded = {
  readonly answer: ConstructorParameters<typeof HttpResponse>[0];
  readonly milliseconds: number;
};

/**
 * Measures what the list of CPU prices has, on this machine. The functions play a fleet, and all answers are recorded. Then they
 * run again, and get the recorded answers, so that nothing but their own work takes CPU. A real connection's share of a call is
 * measured by itself.
 */
export async function measureCpu(): Promise<Table> {
  const small = await replayed(SMALL);
  const large = await replayed(LARGE);
  const kilobyte =
    (large.milliseconds * small.calls - small.milliseconds * large.calls) /
    (large.kilobytes * small.calls - small.kilobytes * large.calls);
  const call = (small.milliseconds - small.kilobytes * kilobyte) / small.calls;
  const network = await networkShare();
  return {
    title: "CPU on this machine, in milliseconds",
    head: ["what", "ms"],
    rows: [
      ["a call, without its connection", String(rounded(call, 2))],
      ["signing a call, and its connection", String(rounded(network, 2))],
      ["a KB of an answer", String(rounded(kilobyte, 3))],
    ],
  };
}

async function replayed(fleet: { terminations: number; instances: number }) {
  const tapes: Recorded[][] = [];
  const played = await playScenario(scenarioOf(fleet), {
    invoke: inProcess(() => {}, { through: recorder(tapes) }),
  });
  const answers = tapes.flat();
  const times: number[] = [];
  for (let i = 0; i < REPLAYS; i++) {
    const before = process.cpuUsage();
    await replay(played, tapes);
    times.push(spent(before));
  }
  return {
    calls: answers.length,
    kilobytes: sum(answers.map(({ answer }) => (answer.body as Uint8Array).byteLength)) / 1_000,
    milliseconds: percentile(times, 0.5),
  };
}

function recorder(tapes: Recorded[][]): Through {
  return (inner, clock) => {
    const tape: Recorded[] = [];
    tapes.push(tape);
    return {
      ...inner,
      async handle(request) {
        const number = tape.length;
        tape.length += 1;
        const at = clock.now();
        const { response } = await inner.handle(request);
        const { statusCode, headers, body } = response;
        tape[number] = {
          answer: { statusCode, headers: { ...headers }, body },
          milliseconds: clock.now() - at,
        };
        return { response };
      },
    };
  };
}

function replay({ scenario, simulation, startedAt, invocations }: Played, tapes: readonly Recorded[][]) {
  const left = [...tapes];
  const through: Through = (inner, clock) => {
    const tape = [...(left.shift() ?? [])];
    return {
      ...inner,
      async handle() {
        const recorded = tape.shift();
        if (!recorded) throw new Error("bench: expected the calls that were recorded, found one more");
        await clock.sleep(recorded.milliseconds);
        return { response: new HttpResponse(recorded.answer) };
      },
    };
  };
  return inVirtualTime(startedAt, randomSource(1)("Math.random"), async (clock) => {
    const lambda = new LambdaPlatform(clock, new Firings());
    const invoke = inProcess(() => {}, { through });
    const inOrder = [...invocations].sort((a, b) => a.startedAt - b.startedAt);
    const all = inOrder.map(async (each) => {
      await clock.sleep(each.startedAt - clock.now());
      const name = each.name as Exclude<FunctionName, "scale-tasks">;
      const scheduled = scenario.functions?.[name];
      if (!scheduled) throw new Error(`bench: expected ${name} among the functions`);
      const { input, timeout_seconds: timeoutSeconds, sender_role_ids: senderRoleIdsVariable } = scheduled;
      const { outcome, error } = await lambda.invoke({
        name,
        timeoutSeconds,
        run: (invocation) => invoke(name, input, { simulation, clock, invocation, senderRoleIdsVariable }),
      });
      if (outcome !== "succeeded") throw new Error(`bench: a replayed run ${outcome}: ${error}`);
    });
    await Promise.all(all);
  });
}

// What a signed call over a connection takes more than one without either.
async function networkShare(): Promise<number> {
  const server = fork(new URL("answering.ts", import.meta.url), { execArgv: process.execArgv });
  try {
    const [{ port, body, headers }] = await once(server, "message");
    const { requestHandler: _, signer: __, ...options } = clientOptions(answering(body, headers));
    const real = await callCost(new AutoScalingClient({ ...options, endpoint: `http://127.0.0.1:${port}` }));
    const stubbed = await callCost(new AutoScalingClient(clientOptions(answering(body, headers))));
    return real - stubbed;
  } finally {
    await ended(server);
  }
}

async function callCost(client: AutoScalingClient): Promise<number> {
  const ask = () => client.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: ["i-1"] }));
  for (let i = 0; i < CALLS; i++) await ask();
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await ask();
  return spent(before) / CALLS;
}

function answering(body: string, headers: Record<string, string>): Transport {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async () => ({
      response: new HttpResponse({ statusCode: 200, headers: { ...headers }, body: Buffer.from(body) }),
    }),
    destroy: () => {},
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

async function ended(server: ChildProcess): Promise<void> {
  server.disconnect();
  await once(server, "exit");
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
