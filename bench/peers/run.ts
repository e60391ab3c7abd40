import { LambdaPlatform } from "../../simulator/lambda.ts";
import { randomSource } from "../../simulator/random.ts";
import { simulate } from "../../simulator/scenario/play.ts";
import { planTimeline } from "../../simulator/scenario/timeline.ts";
import type { Simulation } from "../../simulator/simulation.ts";
import { inVirtualTime } from "../../simulator/virtual-time.ts";
import { sum } from "../measure.ts";
import { type Fleet, scenarioOf } from "../world.ts";
import { type Peer, type PeerEvent, peerAws } from "./peer.ts";

/** How often the world is let move on, in milliseconds: nobody else looks at it while a peer sleeps. */
const TICK_MS = 100;
const LAMBDA_SECONDS = 900;
/** How long SNS and EventBridge take to invoke a function. */
const DELIVERY_MS = 100;

/** What a peer's drains took. */
export type PeerRun = { readonly calls: number; readonly lambdaSeconds: number; readonly lagSeconds: number };

/** Stops the tasks of each instance some seconds after it is set DRAINING, all at once and without a last phase. */
export function stopsTasksAfter(simulation: Simulation, seconds: number): void {
  const { world } = simulation;
  world.story.listen((line) => {
    if (line.kind !== "container-instance" || line.status !== "DRAINING") return;
    world.agenda.in(seconds * 1_000, () => {
      const cluster = world.clusters.byName(line.cluster);
      for (const task of [...cluster.tasks.values()]) {
        if (task.containerInstance.instanceId === line.instanceId) {
          world.clusters.tasks.stop(task, "UserInitiated", "its work is done");
        }
      }
    });
  });
}

/** Lets a peer drain a fleet without load balancers, on the simulator and its virtual clock. Throws where it loses one. */
export async function runPeer(peer: Peer, fleet: Fleet): Promise<PeerRun> {
  const scenario = scenarioOf({ ...fleet, bare: true });
  const startedAt = Date.parse(scenario.starts_at);
  return inVirtualTime(startedAt, randomSource(1)("Math.random"), async (clock) => {
    const simulation = simulate(scenario, clock, scenario.seed, "https://sqs.us-east-1.amazonaws.com");
    const { world } = simulation;
    stopsTasksAfter(simulation, 60);
    planTimeline(simulation, scenario, startedAt, (error) => {
      throw error;
    });
    const lambda = new LambdaPlatform(clock, world.firings);
    const invocations: Promise<void>[] = [];
    const invoke = (event: PeerEvent) => {
      if (peer.kind !== "event") return;
      const run = async () => {
        await clock.sleep(DELIVERY_MS);
        await lambda.invoke({
          name: peer.name,
          timeoutSeconds: LAMBDA_SECONDS,
          run: () => peer.handle(event, aws),
        });
      };
      invocations.push(run());
    };
    const aws = peerAws(simulation, clock, peer.name, invoke);
    const readyAt = new Map<string, number>();
    const lags: number[] = [];
    let firstMessageAt: number | undefined;
    world.story.listen((line) => {
      if (line.kind === "action-started") {
        firstMessageAt ??= line.at;
        invoke({ ...line, cluster: line.group, hops: 0 });
      }
      if (line.kind === "task" && line.gone) readyAt.set(line.instanceId, line.at);
      if (line.kind === "action-ended" && line.by === peer.name) {
        lags.push((line.at - (readyAt.get(line.instanceId) ?? line.at)) / 1_000);
      }
    });
    const isOver = () => lags.length >= fleet.terminations;
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
    const endsAt = startedAt + scenario.ends_after_seconds * 1_000;
    while (!isOver()) {
      if (clock.now() > endsAt) {
        const failed = lambda.records.find((each) => each.outcome === "failed");
        throw new Error(`${peer.name}: lost a termination; ${failed?.error ?? "no run failed"}`);
      }
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
      lagSeconds: Math.max(...lags),
    };
  });
}
