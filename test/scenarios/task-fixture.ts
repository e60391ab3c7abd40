// Plays `asg-drain run` in a task: the loop of the command in place of the functions, with a process for each task of the drainer.
import { inputOf } from "../../cli/run/input.ts";
import { type LoopEnd, loop } from "../../cli/run/loop.ts";
import type { OwnTask } from "../../cli/run/own-task.ts";
import { Task } from "../../cli/run/task.ts";
import { createClients } from "../../shared/aws/clients.ts";
import type { EcsPort } from "../../shared/aws/ecs.ts";
import { apart } from "../../shared/base/errors.ts";
import { createPorts } from "../../shared/run/ports.ts";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { roleNamed } from "../../simulator/kernel/account.ts";
import { type Played, playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import { functions, HOOK, instanceIds, type LogLine, QUEUES } from "./fixture.ts";

export const ids = instanceIds(5);
export const [own, second, third] = ids as [string, string, string];
export const DRAINER = "asg-drain";
const roleIdOf = (name: string) => roleNamed(name).id.replace(/:.*/, "");

const OURS = { cluster_name: "main", lifecycle_hook_names: ["asg-drain-live"] };

export const world = (more: Record<string, unknown> = {}) => ({
  name: "as a task",
  queues: QUEUES,
  // Nobody invokes them. The judge knows by them which hook is ours.
  functions: {
    deregister: functions(OURS).deregister,
    terminate: { ...functions({}).terminate, input: { queue_name: "monitor", ...OURS } },
  },
  clusters: [{ name: "main", services: [{ name: "web", desired_count: 5, task: { stop_seconds: 20 } }] }],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      // It notifies nobody: there is no queue.
      hooks: [{ ...HOOK, name: "asg-drain-live", queue: undefined }],
    },
  ],
  tasks: [{ cluster: "main", family: DRAINER, instance_ids: [own], task: { stop_seconds: 5 } }],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [own, second, third] } }],
  ...more,
});

export type TaskOutcome = Played & {
  readonly log: readonly LogLine[];
  /** How each process of the drainer ended. */
  readonly ends: readonly LoopEnd[];
};

/** Plays a scenario with the loop of the command in place of the functions. */
export async function played(scenario: Record<string, unknown>, drainer: Drainer = {}): Promise<TaskOutcome> {
  const log: LogLine[] = [];
  const ends: LoopEnd[] = [];
  const failures: unknown[] = [];
  const outcome = await playScenario(checkScenario(scenario, "as a task"), {
    invoke: async () => undefined,
    watch: (simulation) => {
      const write = (line: string) => log.push(JSON.parse(line));
      processes(simulation, write, drainer, ends).catch((error: unknown) => failures.push(error));
    },
  });
  if (failures.length > 0) throw failures[0];
  return { ...outcome, log, ends };
}

type Drainer = { readonly options?: object; readonly once?: boolean };

// A process for each task of the drainer that runs, one after the other. ECS stops one by SIGTERM.
async function processes(
  simulation: Simulation,
  write: (line: string) => void,
  { options = {}, once = true }: Drainer,
  ends: LoopEnd[],
): Promise<void> {
  const environment = {
    clients: createClients(clientOptions(transport(simulation, "terminate"))),
    queueUrls: new Map<string, string>(),
  };
  const sleep = (milliseconds: number) => simulation.sleep(milliseconds);
  const outside = { sleep, write, writeMetrics: () => {}, dryRunVariable: "", inputVariable: "" };
  const portsOf = (invocation: Parameters<typeof createPorts>[2]) =>
    createPorts("terminate", environment, invocation, {
      ...outside,
      senderRoleIdsVariable: roleIdOf("terminate"),
    });
  // Those of one invocation make calls for a minute and a half alone.
  const ecs = () => portsOf({ requestId: "ecs", remainingMilliseconds: () => 90_000 }).ecs;
  let runs = 0;
  for (let known: string | undefined; ; ) {
    const task = await nextTask(ecs, sleep, known);
    if (task === undefined) return;
    known = task.arn;
    const stop = new AbortController();
    void whenStopped(ecs, sleep, task, stop);
    const made = new Task({
      input: inputOf({ group: ["fleet"], cluster: ["main"], ...options }),
      own: task,
      portsOf,
      now: Date.now,
      sleep,
      newId: () => {
        runs += 1;
        return `run-${runs}`;
      },
    });
    const { signal } = stop;
    ends.push(await loop({ once, run: made.run, now: Date.now, sleep, signal }));
    if (once) return;
  }
}

// The drainer's task that runs. As ECS would tell its container, which starts with it.
async function nextTask(
  ecs: () => EcsPort,
  sleep: Sleep,
  known: string | undefined,
): Promise<OwnTask | undefined> {
  for (let tries = 0; tries < 60; tries += 1) {
    const on = await ecs().findContainerInstances("main", ids);
    const found = apart(await ecs().describeTasks("main", await ecs().listTasksToRun("main", on))).read.find(
      ({ arn, definition, status }) =>
        definition.includes(`/${DRAINER}:`) && status === "RUNNING" && arn !== known,
    );
    if (found !== undefined) return { cluster: "main", arn: found.arn };
    await sleep(5_000);
  }
  return undefined;
}

async function whenStopped(
  ecs: () => EcsPort,
  sleep: Sleep,
  { arn }: OwnTask,
  stop: AbortController,
): Promise<void> {
  for (;;) {
    const [task] = apart(await ecs().describeTasks("main", [arn])).read;
    if (task === undefined || !task.shouldRun) return stop.abort();
    await sleep(1_000);
  }
}

type Sleep = (milliseconds: number) => Promise<void>;
