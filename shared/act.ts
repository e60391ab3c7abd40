import { DRAINING_LIMIT } from "./aws/ecs.ts";
import { type BatchResult, forEachOf, groupBy, pieces } from "./batches.ts";
import type { Step } from "./decide.ts";
import { AwsCallError } from "./errors.ts";
import type { Ports } from "./ports.ts";
import type { Run } from "./run.ts";
import type { Termination } from "./termination.ts";

/** How many targets go into one call; AWS documents no limit, and a group has 1,000 at the most by default. */
const TARGETS_A_CALL = 100;

/** The steps that a look has decided on for one instance. */
export type Planned = { readonly termination: Termination; readonly steps: readonly Step[] };

/** What was done for one instance. */
export type Done = { drained: boolean; deregistered: boolean; failed: boolean };

type Deregister = Extract<Step, { kind: "deregister" }> & { readonly termination: Termination };
type Drain = Extract<Step, { kind: "drain" }> & { readonly termination: Termination };

/**
 * Carries out steps for a batch of instances, in batches again. A step that fails is noted in the run and does not keep
 * the others; the next look decides on it anew. Throws only what is no AwsCallError: a fault of ours.
 */
export async function act(
  ports: Ports,
  run: Run,
  planned: readonly Planned[],
): Promise<Map<Termination, Done>> {
  const done = new Map<Termination, Done>();
  for (const { termination } of planned)
    done.set(termination, { drained: false, deregistered: false, failed: false });
  const steps = planned.flatMap(({ termination, steps }) => steps.map((step) => ({ ...step, termination })));
  const deregisters = steps.filter((step): step is Deregister => step.kind === "deregister");
  const drains = steps.filter((step): step is Drain => step.kind === "drain");

  await deregisterAll(ports, run, deregisters, done);
  await drainAll(ports, run, drains, done);
  return done;
}

async function deregisterAll(
  ports: Ports,
  run: Run,
  steps: readonly Deregister[],
  done: ReadonlyMap<Termination, Done>,
): Promise<void> {
  const groups = groupBy(steps, ({ registration }) => `${registration.kind} ${registration.id}`);
  const batches = [...groups.values()].flatMap((group) => pieces(group, TARGETS_A_CALL));
  await forEachOf(batches, async (batch) => {
    const result = await settle(run, batch, (some) => deregister(ports, some));
    for (const { registration, orphaned, termination } of result.done) {
      setDone(done, termination, { deregistered: true });
      const fields = {
        instance_id: termination.instanceId,
        load_balancer: registration.name,
        ...(registration.port === undefined ? {} : { port: registration.port }),
      };
      if (orphaned) ports.log.warn("orphaned target deregistered", fields);
      else ports.log.info("deregistered", fields);
    }
    for (const { item, reason } of result.failed) {
      setDone(done, item.termination, { failed: true });
      run.stepFailed(item.termination.instanceId, `deregistration from ${item.registration.name}`, reason);
    }
  });
}

// All of a batch are of one load balancer.
async function deregister(ports: Ports, batch: readonly Deregister[]): Promise<BatchResult<Deregister>> {
  const { kind, id } = (batch[0] as Deregister).registration;
  if (kind === "target") {
    await ports.targetGroups.deregister(
      id,
      batch.map(({ registration, termination }) => ({
        id: termination.instanceId,
        port: registration.port as number,
      })),
    );
    return { done: batch, failed: [] };
  }
  const result = await ports.classic.deregister(id, [
    ...new Set(batch.map(({ termination }) => termination.instanceId)),
  ]);
  return byItem(batch, result, ({ termination }) => termination.instanceId);
}

async function drainAll(
  ports: Ports,
  run: Run,
  steps: readonly Drain[],
  done: ReadonlyMap<Termination, Done>,
): Promise<void> {
  const clusters = groupBy(steps, (step) => step.cluster);
  const batches = [...clusters.values()].flatMap((each) => pieces(each, DRAINING_LIMIT));
  await forEachOf(batches, async (batch) => {
    const result = await settle(run, batch, (some) => drain(ports, some));
    for (const { cluster, termination } of result.done) {
      setDone(done, termination, { drained: true });
      ports.log.info("set DRAINING", { instance_id: termination.instanceId, cluster });
    }
    for (const { item, reason } of result.failed) {
      setDone(done, item.termination, { failed: true });
      run.stepFailed(item.termination.instanceId, "DRAINING", reason);
    }
  });
}

// Two hooks that hold one instance ask for the same container instance twice.
async function drain(ports: Ports, batch: readonly Drain[]): Promise<BatchResult<Drain>> {
  const { cluster } = batch[0] as Drain;
  const result = await ports.ecs.setDraining(cluster, [
    ...new Set(batch.map((step) => step.containerInstance)),
  ]);
  return byItem(batch, result, (step) => step.containerInstance);
}

// A call that fails as a whole fails each of its items. Where AWS refuses what was asked, one item may be the reason, and
// the others are not to wait for it: each then goes by itself.
async function settle<T>(
  run: Run,
  batch: readonly T[],
  call: (batch: readonly T[]) => Promise<BatchResult<T>>,
): Promise<BatchResult<T>> {
  try {
    return await call(batch);
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== "wrong") {
      const reason = run.callFailed(error);
      return { done: [], failed: batch.map((item) => ({ item, reason })) };
    }
    if (batch.length === 1)
      return { done: [], failed: batch.map((item) => ({ item, reason: error.message })) };
  }
  const results = await forEachOf(batch, (item) => settle(run, [item], call));
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

function setDone(
  done: ReadonlyMap<Termination, Done>,
  termination: Termination,
  change: { [K in keyof Done]?: boolean },
): void {
  Object.assign(done.get(termination) ?? {}, change);
}
