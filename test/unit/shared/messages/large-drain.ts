// A drain of a large instance: 50 services with 10,000 events, 200 tasks and 50 target groups, none of which ever leaves.
import { expect } from "chai";
import { logSteps } from "../../../../shared/act/dry-run.ts";
import { writeMemory } from "../../../../shared/messages/memory.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { type Decided, type Done, idOfWarning, type Step } from "../../../../shared/model/decision.ts";
import { isLogged } from "../../../../shared/model/logged.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { Observation } from "../../../../shared/model/observation.ts";
import type { Registration } from "../../../../shared/model/registration.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import type { Service, Task } from "../../../../shared/model/tasks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { rememberSteps } from "../../../../shared/rules/after-pass.ts";
import { decide } from "../../../../shared/rules/decide.ts";
import { untouchableRun } from "../fake-ports.ts";
import {
  clusterInstanceOf,
  MINUTE,
  observed,
  SINCE,
  service,
  target,
  task,
  termination,
} from "../rules/builders.ts";
import { INSTANCE } from "./drawn-memory.ts";

const ACCOUNT = "us-east-1:123456789012";
const GROUP = "shop-production-workers-20260105";
const COUNT = 50;
const TASKS = 200;
const EVENTS = 10_000;
const PASSES = 12;
/** 0, 1, 2 and so on. */
export const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const hex = (i: number, length: number) => (i * 2_654_435_761 + 1).toString(16).padStart(length, "f0");
const nameOf = (i: number) => `shop-checkout-${i}`;
const arnOf = (i: number) => `arn:aws:elasticloadbalancing:${ACCOUNT}:targetgroup/${nameOf(i)}/${hex(i, 16)}`;
const CONTAINER_INSTANCE = `arn:aws:ecs:${ACCOUNT}:container-instance/production/${hex(7, 32)}`;

type World = { status: string; registrations: Registration[]; readonly isManaged: boolean };

const servicesIn = ({ isManaged }: World, minute: number): Service[] =>
  numbers(COUNT).map((i) =>
    service(nameOf(i), {
      minimumHealthyPercent: 100,
      maximumPercent: 100,
      loadBalancers: isManaged ? [{ kind: "target", id: arnOf(i) }] : [],
      events: numbers(EVENTS / COUNT).map((each) => ({
        at: SINCE + minute * MINUTE,
        message: `(service ${nameOf(i)}) was unable to place a task because no container instance met all of its requirements (${minute}, ${each}).`,
      })),
    }),
  );
const TASK_LIST: Task[] = numbers(TASKS).map((i) =>
  task("RUNNING", {
    arn: `arn:aws:ecs:${ACCOUNT}:task/production/${hex(i, 32)}`,
    containerInstance: CONTAINER_INSTANCE,
    service: nameOf(i % COUNT),
  }),
);

function observationOf(world: World, minute: number, state: string): Observation {
  return observed({
    groupInstance: { group: GROUP, state },
    clusterInstances: [
      clusterInstanceOf(
        { arn: CONTAINER_INSTANCE, instanceId: INSTANCE, status: world.status, version: minute },
        TASK_LIST,
        servicesIn(world, minute),
      ),
    ],
    registrations: world.registrations,
    managed: world.isManaged ? numbers(COUNT).map((i) => ({ kind: "target", id: arnOf(i) })) : [],
    loadBalancers: numbers(COUNT).map((i) => ({
      asked: arnOf(i),
      found: { kind: "target", id: arnOf(i), name: nameOf(i), targetType: "instance", network: true },
    })),
    protections: TASK_LIST.map(({ arn }) => ({ task: arn, until: undefined })),
  });
}

function apply(world: World, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind === "drain") world.status = "DRAINING";
    if (step.kind !== "deregister") continue;
    world.registrations = world.registrations.map((each) =>
      each.id === step.registration.id ? { ...each, state: "draining" } : each,
    );
  }
}

/** What is different in a drain. */
export type Variant = {
  readonly isManaged?: boolean;
  readonly state?: string;
  readonly dryRun?: boolean;
  /** Whether the settings name all target groups by ARN. */
  readonly isNamed?: boolean;
};

/** A pass: what was remembered after it, its message, what is read of that, and the ids of the warnings that it gave. */
export type LargePass = {
  readonly memory: Memory;
  readonly body: string;
  readonly uncut: number;
  readonly read: Termination;
  readonly warnings: readonly string[];
};

/** The passes of a drain that does not come to an end: one a minute, each in a run of its own. */
export function passesOf({ isManaged = false, isNamed = true, ...variant }: Variant): LargePass[] {
  const world: World = { status: "ACTIVE", isManaged, registrations: registrationsIn(isManaged) };
  const settings = settingsOf({
    target_groups: isNamed ? numbers(COUNT).map(arnOf) : [],
    cluster_name: "production",
    drain_timeout_seconds: 172_800,
  });
  let current: Termination = { ...termination({}, { instanceId: INSTANCE, group: GROUP }), settings };
  return numbers(PASSES).map((minute) => {
    const pass = passOf(world, current, minute, variant);
    current = pass.read;
    return pass;
  });
}

function passOf(
  world: World,
  current: Termination,
  minute: number,
  { state = "Terminating:Wait", dryRun = false }: Variant,
): LargePass {
  const now = SINCE + minute * MINUTE;
  const observation = observationOf(world, minute, state);
  const decision = decide(current, observation, now);
  const decided: Decided = {
    index: 0,
    before: current,
    termination: current,
    observation,
    decision,
    decidedAt: now,
  };
  const done = dryRun ? dryRunOf(decided) : { steps: decision.steps, failed: false, logged: [] };
  apply(world, done.steps);
  const ids = [...decision.warnings.map(idOfWarning), ...done.logged];
  const memory = rememberSteps(decided, done, now);
  const body = formatMonitorMessage({ ...current, memory });
  const read = parseMonitorMessage(body, now);
  if (read.kind === "unreadable") throw new Error(read.reason);
  return {
    memory,
    body,
    uncut: Buffer.byteLength(JSON.stringify(writeMemory(memory))),
    read: read.termination,
    warnings: [...new Set(ids.filter((id) => !isLogged(current.memory, id)))],
  };
}

function dryRunOf(decided: Decided): Done {
  const [carried] = logSteps(untouchableRun().run, [decided]);
  return carried?.done ?? expect.fail("nothing was carried out");
}

function registrationsIn(isManaged: boolean): Registration[] {
  return numbers(COUNT).map((i) =>
    target({
      id: arnOf(i),
      name: nameOf(i),
      target: INSTANCE,
      managed: isManaged,
      services: isManaged ? [nameOf(i)] : [],
    }),
  );
}
