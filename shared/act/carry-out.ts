import { STATUS_LIMIT } from "../aws/ecs.ts";
import { type BatchResult, forEachOf, groupBy, pieces } from "../base/batches.ts";
import { AwsCallError } from "../base/errors.ts";
import type { Termination } from "../model/termination.ts";
import type { Step } from "../rules/decision.ts";
import type { Run } from "../run/run.ts";
import { logDone, nameOf } from "./step-text.ts";

/** How many targets go into one call; AWS documents no limit, and a group has 1,000 at the most by default. */
const TARGETS_A_CALL = 100;

/** The steps that a look has decided on for one instance. */
export type Planned = { readonly termination: Termination; readonly steps: readonly Step[] };

/** What was done for one instance: the steps that took effect, whether others failed, and what was said of it. */
export type Done = { readonly steps: Step[]; failed: boolean; readonly logged?: readonly string[] };

type Of<K extends Step["kind"]> = {
  readonly termination: Termination;
  readonly step: Extract<Step, { kind: K }>;
};

type OfCluster = Of<"drain"> | Of<"activate">;

/**
 * Carries out steps for a batch of instances, in batches again. A step that fails is noted and does not keep the
 * others; the next look decides on it anew. Throws only what is a fault of ours.
 */
export async function act(run: Run, planned: readonly Planned[]): Promise<Map<Termination, Done>> {
  const done = new Map<Termination, Done>();
  for (const { termination } of planned) done.set(termination, { steps: [], failed: false });
  const all = planned.flatMap(({ termination, steps }) => steps.map((step) => ({ termination, step })));
  const of = <K extends Step["kind"]>(kind: K) =>
    all.filter((each): each is Of<K> => each.step.kind === kind);
  const carryOut = <K extends Step["kind"]>(
    batches: readonly Of<K>[][],
    call: (batch: readonly Of<K>[]) => Promise<BatchResult<Of<K>>>,
  ) => forEachOf(batches, (batch) => settle(run, batch, call, done));

  // Traffic goes first: what a load balancer still sends is not to meet a task that ECS stops.
  await carryOut(perLoadBalancer(of("deregister")), (batch) => deregister(run, batch));
  await carryOut(perCluster(of("drain")), (batch) => setStatus(run, batch, "DRAINING"));
  await carryOut(oneByOne(of("stop task")), (batch) =>
    each(batch, ({ step }) =>
      run.ports.ecs.stopTask(step.cluster, step.task, "asg-drain: nothing else is left"),
    ),
  );
  await carryOut(oneByOne(of("deregister container instance")), (batch) =>
    each(batch, ({ step }) => run.ports.ecs.deregister(step.cluster, step.containerInstance, step.force)),
  );
  await carryOut(perCluster(of("activate")), (batch) => setStatus(run, batch, "ACTIVE"));
  await carryOut(oneByOne(of("register")), (batch) => each(batch, (item) => register(run, item)));
  return done;
}

function oneByOne<T>(items: readonly T[]): T[][] {
  return pieces(items, 1);
}

function perLoadBalancer(items: readonly Of<"deregister">[]): Of<"deregister">[][] {
  const groups = groupBy(items, ({ step: { registration } }) => `${registration.kind} ${registration.id}`);
  return [...groups.values()].flatMap((group) => pieces(group, TARGETS_A_CALL));
}

function perCluster<T extends OfCluster>(items: readonly T[]): T[][] {
  return [...groupBy(items, ({ step }) => step.cluster).values()].flatMap((each) =>
    pieces(each, STATUS_LIMIT),
  );
}

// All of a batch are of one load balancer.
async function deregister(
  run: Run,
  batch: readonly Of<"deregister">[],
): Promise<BatchResult<Of<"deregister">>> {
  const { kind, id } = (batch[0] as Of<"deregister">).step.registration;
  if (kind === "target") {
    // Two hooks that hold one instance ask for the same target twice.
    const targets = new Map(
      batch.map(({ step: { registration } }) => [
        `${registration.target} ${registration.port}`,
        { id: registration.target, port: registration.port as number },
      ]),
    );
    await run.ports.targetGroups.deregister(id, [...targets.values()]);
    return { done: batch, failed: [] };
  }
  const instanceIds = [...new Set(batch.map(({ termination }) => termination.instanceId))];
  const result = await run.ports.classic.deregister(id, instanceIds);
  return byItem(batch, result, ({ termination }) => termination.instanceId);
}

async function register(run: Run, { termination, step }: Of<"register">): Promise<void> {
  const { registration } = step;
  if (registration.kind === "classic") {
    await run.ports.classic.register(registration.loadBalancer, [termination.instanceId]);
  } else {
    const target = { id: termination.instanceId, port: registration.port };
    await run.ports.targetGroups.register(registration.targetGroup, [target]);
  }
}

// Two hooks that hold one instance ask for the same container instance twice.
async function setStatus<T extends OfCluster>(
  run: Run,
  batch: readonly T[],
  status: "DRAINING" | "ACTIVE",
): Promise<BatchResult<T>> {
  const { cluster } = (batch[0] as T).step;
  const arns = [...new Set(batch.map(({ step }) => step.containerInstance))];
  const result = await run.ports.ecs.setStatus(cluster, arns, status);
  return byItem(batch, result, ({ step }) => step.containerInstance);
}

async function each<T>(batch: readonly T[], call: (item: T) => Promise<void>): Promise<BatchResult<T>> {
  for (const item of batch) await call(item);
  return { done: batch, failed: [] };
}

async function settle<T extends { readonly termination: Termination; readonly step: Step }>(
  run: Run,
  batch: readonly T[],
  call: (batch: readonly T[]) => Promise<BatchResult<T>>,
  done: ReadonlyMap<Termination, Done>,
): Promise<void> {
  const result = await callFor(run, batch, call);
  for (const { termination, step } of result.done) {
    done.get(termination)?.steps.push(step);
    logDone(run.log, termination.instanceId, step);
  }
  for (const { item, reason } of result.failed) {
    const own = done.get(item.termination);
    if (own) own.failed = true;
    run.stepFailed(item.termination.instanceId, nameOf(item.step), reason);
  }
}

// A call that fails as a whole fails each of its items. Where AWS refuses what was asked, one item may be the reason, and
// the others are not to wait for it: each then goes by itself.
async function callFor<T>(
  run: Run,
  batch: readonly T[],
  call: (batch: readonly T[]) => Promise<BatchResult<T>>,
): Promise<BatchResult<T>> {
  if (run.isOutOfTime) {
    const reason = run.ranOutOfTime();
    return { done: [], failed: batch.map((item) => ({ item, reason })) };
  }
  try {
    return await call(batch);
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== "wrong") {
      const reason = run.callFailed(error);
      return { done: [], failed: batch.map((item) => ({ item, reason })) };
    }
    if (batch.length === 1) {
      return { done: [], failed: batch.map((item) => ({ item, reason: error.message })) };
    }
  }
  const results = await forEachOf(batch, (item) => callFor(run, [item], call));
  return { done: results.flatMap((each) => each.done), failed: results.flatMap((each) => each.failed) };
}

function byItem<T>(
  batch: readonly T[],
  result: BatchResult<string>,
  idOf: (item: T) => string,
): BatchResult<T> {
  const reasons = new Map(result.failed.map(({ item, reason }) => [item, reason]));
  return {
    done: batch.filter((item) => !reasons.has(idOf(item))),
    failed: batch.flatMap((item) => {
      const reason = reasons.get(idOf(item));
      return reason === undefined ? [] : [{ item, reason }];
    }),
  };
}
