import { unlessGone } from "../aws/call.ts";
import { STATUS_LIMIT } from "../aws/ecs.ts";
import { type BatchResult, forEachOf, groupBy, pieces } from "../base/batches.ts";
import { AwsCallError } from "../base/errors.ts";
import { logDone, stepText } from "../log-lines/step-text.ts";
import type { Decided, Done, Step, WithSteps } from "../model/decision.ts";
import { lostId } from "../model/logged.ts";
import { registrationText, type Target } from "../model/registration.ts";
import { INACTIVE } from "../model/tasks.ts";
import type { Termination } from "../model/termination.ts";
import type { Run } from "../run/run.ts";

/** How many targets go into one call; AWS documents no limit, and a group has 1,000 at the most by default. */
const TARGETS_A_CALL = 100;

/** A termination in a pass, with what was done. */
export type Carried = Decided & { readonly done: Done };

/** A step, and the place of its termination in the batch. */
type Item<S extends Step = Step> = {
  readonly index: number;
  readonly termination: Termination;
  readonly step: S;
};
type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;
type StatusStep = StepOf<"drain"> | StepOf<"activate">;

/** What became of a step. One that is lost can never be done. */
type Settled = { readonly index: number; readonly step: Step; readonly became: "done" | "failed" | "lost" };

/**
 * Carries out the steps for a batch of instances, many in each call. A step that fails is noted, and the others go on. The next
 * pass decides on it again. Throws only what is a fault of ours.
 */
export async function carryOut<T extends WithSteps>(
  run: Run,
  decided: readonly T[],
): Promise<(T & { readonly done: Done })[]> {
  const all = decided.flatMap(({ termination, decision }, index) =>
    decision.steps.map((step) => ({ index, termination, step })),
  );
  const of = <K extends Step["kind"]>(kind: K) =>
    all.filter((each): each is Item<StepOf<K>> => each.step.kind === kind);
  const { ecs } = run.ports;
  // In this order. Traffic goes first: a load balancer must not send requests to a task that ECS stops.
  const settled = [
    ...(await inBatches(run, perLoadBalancer(of("deregister")), deregister)),
    ...(await inBatches(run, perCluster(of("drain")), setStatus("DRAINING"))),
    ...(await oneByOne(run, of("stop task"), ({ step }) =>
      ecs.stopTask(step.cluster, step.task, "asg-drain: nothing else is left"),
    )),
    ...(await oneByOne(run, of("deregister container instance"), ({ step }) =>
      ecs.deregister(step.cluster, step.containerInstance, step.force),
    )),
    ...(await inBatches(run, perCluster(of("activate")), setStatus("ACTIVE"))),
    ...(await forEachOf(of("register"), (item) => giveBack(run, item))).flat(),
  ];
  const byIndex = groupBy(settled, ({ index }) => index);
  return decided.map((each, index) => {
    const own = byIndex.get(index) ?? [];
    const that = (what: Settled["became"]) =>
      own.flatMap(({ became, step }) => (became === what ? [step] : []));
    const logged = that("lost").flatMap((step) =>
      step.kind === "register" ? [lostId(step.registration)] : [],
    );
    return { ...each, done: { steps: that("done"), failed: that("failed").length > 0, logged } };
  });
}

function perLoadBalancer(items: readonly Item<StepOf<"deregister">>[]): Item<StepOf<"deregister">>[][] {
  const groups = groupBy(items, ({ step: { registration } }) => `${registration.kind} ${registration.id}`);
  return [...groups.values()].flatMap((group) => pieces(group, TARGETS_A_CALL));
}

function perCluster<S extends StatusStep>(items: readonly Item<S>[]): Item<S>[][] {
  return [...groupBy(items, ({ step }) => step.cluster).values()].flatMap((each) =>
    pieces(each, STATUS_LIMIT),
  );
}

// All of a batch are of one load balancer. Two hooks that hold one instance ask for the same target twice.
async function deregister(
  run: Run,
  batch: readonly Item<StepOf<"deregister">>[],
): Promise<BatchResult<Item<StepOf<"deregister">>>> {
  const targetOf = ({ step: { registration } }: Item<StepOf<"deregister">>): Target => ({
    id: registration.target,
    port: registration.port,
  });
  const textOf = ({ id, port }: Target) => `${id} ${port}`;
  const targets = new Map(batch.map(targetOf).map((each) => [textOf(each), each]));
  const { kind, id } = batch[0]?.step.registration ?? { kind: "", id: "" };
  const result = await portOf(run, kind).deregister(id, [...targets.values()]);
  return byItem(batch, result, textOf, (item) => textOf(targetOf(item)));
}

// What was taken from a load balancer that does not exist any more is lost. That is told once, and remembered.
async function giveBack(run: Run, item: Item<StepOf<"register">>): Promise<Settled[]> {
  const settled = await settle(run, [item], async () => {
    const isBack = await unlessGone(() => register(run, item).then(() => true));
    return { done: isBack ? [item] : [], failed: [] };
  });
  if (settled.length > 0) return settled;
  const { index, step, termination } = item;
  run.logAbout(termination).info("registrations not restored", {
    load_balancers: [registrationText(step.registration)],
    reason: "it does not exist any more",
  });
  return [{ index, step, became: "lost" }];
}

async function register(
  run: Run,
  { termination, step: { registration } }: Item<StepOf<"register">>,
): Promise<void> {
  const target = { id: registration.address ?? termination.instanceId, port: registration.port };
  await portOf(run, registration.kind).register(registration.id, [target]);
}

// A kind that only a later version knows can stand in its message.
function portOf(run: Run, kind: string) {
  const port = run.ports.loadBalancers.get(kind);
  if (port) return port;
  const cause = new Error(`this version knows no load balancers of the kind ${kind}`);
  throw new AwsCallError("elasticloadbalancing:*", "wrong", cause);
}

// Two hooks that hold one instance ask for the same container instance twice. One that has left its cluster meanwhile has no status.
function setStatus<S extends StatusStep>(status: "DRAINING" | "ACTIVE") {
  return async (run: Run, batch: readonly Item<S>[]): Promise<Called<Item<S>>> => {
    const arns = [...new Set(batch.map(({ step }) => step.containerInstance))];
    const result = await run.ports.ecs.setStatus(batch[0]?.step.cluster ?? "", arns, status);
    const { done, failed } = byItem(
      batch,
      result,
      (arn) => arn,
      ({ step }) => step.containerInstance,
    );
    const lost = failed.flatMap(({ item, reason }) => (reason === INACTIVE ? [item] : []));
    return { done, failed: failed.filter(({ item }) => !lost.includes(item)), lost };
  };
}

/** What became of a call's items. Those that are lost neither are done nor have failed. */
type Called<T> = BatchResult<T> & { readonly lost?: readonly T[] };
type CallBatch<T> = (run: Run, batch: readonly T[]) => Promise<Called<T>>;

async function inBatches<T extends Item>(
  run: Run,
  batches: readonly T[][],
  call: CallBatch<T>,
): Promise<Settled[]> {
  const settled = await forEachOf(batches, (batch) => settle(run, batch, call));
  return settled.flat();
}

// Each item is a call, and fails by itself.
async function oneByOne<T extends Item>(
  run: Run,
  items: readonly T[],
  call: (item: T) => Promise<void>,
): Promise<Settled[]> {
  const settled = await forEachOf(items, (item) =>
    settle(run, [item], async () => {
      await call(item);
      return { done: [item], failed: [] };
    }),
  );
  return settled.flat();
}

async function settle<T extends Item>(run: Run, batch: readonly T[], call: CallBatch<T>): Promise<Settled[]> {
  const result = await callFor(run, batch, call);
  for (const { termination, step } of result.done) {
    logDone(run.logAbout(termination), step);
    if (step.kind === "stop task") run.metrics.add("TasksStopped", 1, termination.group);
  }
  for (const { item, reason, cause } of result.failed) {
    run.stepFailed(item.termination, stepText(item.step), reason, cause);
  }
  return [
    ...result.done.map(({ index, step }) => ({ index, step, became: "done" as const })),
    ...(result.lost ?? []).map(({ index, step }) => ({ index, step, became: "lost" as const })),
    ...result.failed.map(({ item: { index, step } }) => ({ index, step, became: "failed" as const })),
  ];
}

// A call that fails as a whole fails each of its items. If AWS refuses the request, one item may be the reason. Each item is
// then sent by itself, so that the others need not wait for it.
async function callFor<T>(run: Run, batch: readonly T[], call: CallBatch<T>): Promise<Called<T>> {
  if (run.isOutOfTime) {
    const { why } = run.ranOutOfTime();
    return { done: [], failed: batch.map((item) => ({ item, reason: why })) };
  }
  try {
    return await call(run, batch);
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== "wrong") {
      const { call: action, why } = run.callFailed(error);
      const reason = action === undefined ? why : `${action}: ${why}`;
      return { done: [], failed: batch.map((item) => ({ item, reason })) };
    }
    if (batch.length === 1) {
      return { done: [], failed: batch.map((item) => ({ item, reason: error.message })) };
    }
  }
  const results = await forEachOf(batch, (item) => callFor(run, [item], call));
  return {
    done: results.flatMap((each) => each.done),
    failed: results.flatMap((each) => each.failed),
    lost: results.flatMap((each) => each.lost ?? []),
  };
}

// AWS's answers by id, for the items that asked: several may have asked for one.
function byItem<T, U>(
  batch: readonly T[],
  { failed }: BatchResult<U>,
  idOfAnswer: (answer: U) => string,
  idOfItem: (item: T) => string,
): BatchResult<T> {
  const failures = new Map(failed.map((each) => [idOfAnswer(each.item), each]));
  const failureOf = (item: T) => failures.get(idOfItem(item));
  return {
    done: batch.filter((item) => failureOf(item) === undefined),
    failed: batch.flatMap((item) => {
      const failure = failureOf(item);
      return failure ? [{ ...failure, item }] : [];
    }),
  };
}
