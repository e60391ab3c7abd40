import { LambdaPlatform } from "../../simulator/cloud/lambda.ts";
import { randomSource } from "../../simulator/kernel/random.ts";
import { inVirtualTime } from "../../simulator/kernel/virtual-time.ts";
import { simulate } from "../../simulator/scenario/stage.ts";
import { planTimeline } from "../../simulator/scenario/timeline.ts";
import type { Fleet } from "../fleet.ts";
import { endJobs } from "../jobs.ts";
import { sum } from "../numbers.ts";
import { scenarioOf } from "../world.ts";
import { type ListOrder, lagsAfterReady, listInOrder } from "./bare.ts";
import { type Peer, type PeerAws, type PeerEvent, peerAws, type RealFigure } from "./peer.ts";

/** How often the world is let move on, in milliseconds: nobody else looks at it while a peer sleeps. */
const TICK_MS = 100;
const LAMBDA_SECONDS = 900;
/** Lambda cuts a loop of a function and a topic off after so many rounds ("Use Lambda recursive loop detection"). */
const MOST_HOPS = 16;
/** How long SNS and EventBridge take to invoke a function. */
const DELIVERY_MS = 100;

/** Lambda invokes a function again that failed or timed out, after these times ("How Lambda handles errors and retries"). */
const RETRY_MS = [60_000, 120_000];

/** What a peer's drains took. */
export type PeerRun = {
  readonly calls: number;
  readonly lambdaSeconds: number;
  /** For each instance, in seconds from ready to completed; undefined where it was completed while tasks still ran. */
  readonly lags: readonly (number | undefined)[];
  /** How many lifecycle actions it never completed. */
  readonly lost: number;
};

/** What a peer meets. */
export type Conditions = {
  readonly order: ListOrder;
  /** How long each call takes, in seconds; as the functions' own where it is not given. */
  readonly callSeconds?: number;
};

/** How long a call took where a peer was measured, in seconds: what it did not sleep of its Lambda seconds. */
export function callSecondsOf({ lambdaSeconds, sleptSeconds, calls }: RealFigure): number {
  return (lambdaSeconds - sleptSeconds) / calls;
}

/** Lets a peer drain a fleet without load balancers, on the simulator and its virtual clock. */
export async function runPeer(
  peer: Peer,
  fleet: Fleet,
  { order, callSeconds }: Conditions,
): Promise<PeerRun> {
  const bare = { ...fleet, bare: true };
  const scenario = scenarioOf(bare);
  if (callSeconds !== undefined) {
    const callMs = Math.round(callSeconds * 1_000);
    scenario.latency_milliseconds = [callMs, callMs];
  }
  const startedAt = Date.parse(scenario.starts_at);
  return inVirtualTime(startedAt, randomSource(1)("Math.random"), async (clock) => {
    const simulation = simulate(scenario, clock, scenario.seed, "https://sqs.us-east-1.amazonaws.com");
    const { world } = simulation;
    listInOrder(simulation, order);
    endJobs(simulation, bare);
    planTimeline({ simulation }, scenario, startedAt, (error) => {
      throw error;
    });
    const lambda = new LambdaPlatform(clock, world.firings);
    const invocations: Promise<void>[] = [];
    const invoke = (event: PeerEvent) => {
      if (peer.kind !== "event" || event.hops >= MOST_HOPS) return;
      const run = async () => {
        for (const waitMs of [DELIVERY_MS, ...RETRY_MS]) {
          await clock.sleep(waitMs);
          const { outcome } = await lambda.invoke({
            name: peer.name,
            timeoutSeconds: LAMBDA_SECONDS,
            run: ({ alive }) => peer.handle(event, endingWith(aws, alive)),
          });
          if (outcome === "succeeded") return;
        }
      };
      invocations.push(run());
    };
    const aws = peerAws(simulation, clock, peer.name, {
      callMs: sum(scenario.latency_milliseconds) / 2,
      republish: invoke,
    });
    let completed = 0;
    let firstMessageAt: number | undefined;
    world.story.listen((line) => {
      if (line.kind === "action-started") {
        firstMessageAt ??= line.at;
        invoke({ ...line, cluster: line.group, hops: 0 });
      }
      if (line.kind === "action-ended" && line.by === peer.name) completed += 1;
    });
    const endsAt = startedAt + scenario.ends_after_seconds * 1_000;
    const isOver = () => completed >= fleet.terminations || clock.now() > endsAt;
    const schedules =
      peer.kind === "schedule"
        ? peer.functions.map((run, i) =>
            lambda.schedule(
              {
                name: peer.name,
                everySeconds: 60,
                firstAfterSeconds: 20 * (i + 1),
                timeoutSeconds: LAMBDA_SECONDS,
                run: () => run(aws),
              },
              () => !isOver(),
            ),
          )
        : [];
    while (!isOver()) {
      await clock.sleep(TICK_MS);
      world.settle(clock);
    }
    await Promise.all([...invocations, ...schedules]);
    const from = firstMessageAt ?? startedAt;
    const calls = simulation.calls.filter((each) => each.caller === peer.name && each.at >= from);
    const runs = lambda.records.filter((each) => each.endedAt > from);
    return {
      calls: calls.length,
      lambdaSeconds: sum(runs.map((each) => each.endedAt - each.startedAt)) / 1_000,
      lags: lagsAfterReady(world.story.lines),
      lost: fleet.terminations - completed,
    };
  });
}

// What Lambda has ended does not go on after its sleep.
function endingWith(aws: PeerAws, alive: () => boolean): PeerAws {
  return {
    ...aws,
    sleep: async (seconds) => {
      await aws.sleep(seconds);
      if (!alive()) await new Promise(() => {});
    },
  };
}
