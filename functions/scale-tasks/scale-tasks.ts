import type { Fields } from "../../shared/base/log.ts";
import { notScaledText } from "../../shared/log-lines/scaling-text.ts";
import type { ScaledService } from "../../shared/model/scaling.ts";
import { decideScaling } from "../../shared/rules/scale-tasks.ts";
import { isDryRun } from "../../shared/run/dry-run-switch.ts";
import { readInput } from "../../shared/run/input.ts";
import { type Reading, reading } from "../../shared/run/reading.ts";
import { Run } from "../../shared/run/run.ts";
import { scaleManyInput, scaleTasksInput } from "./input.ts";
import type { ScalePorts } from "./ports.ts";

/**
 * One run of scale-tasks. It sets each service's desired count to one task for each ACTIVE instance of its cluster, less
 * `n_count`, and never below `min_task_count`. It leaves a service alone whose count is right, or of which it could not read
 * enough.
 *
 * Throws an InputError before it calls anything, and a RunFailed at its end when something failed.
 */
export async function scaleTasks(event: unknown, ports: ScalePorts): Promise<void> {
  const { services, dryRun } = readServices(event, ports);
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  if (services.length === 0) {
    ports.log.info("nothing to do", { reason: "the input names no service" });
    return;
  }
  const counts = new Map<string, Reading<number | undefined>>();
  let changed = 0;
  for (const service of services) {
    const cluster = service.cluster_name;
    const active = counts.get(cluster) ?? (await reading(run, () => ports.ecs.activeInstances(cluster)));
    counts.set(cluster, active);
    if (await scale(run, service, active, dryRun)) changed += 1;
  }
  run.finish({ services: services.length, changed });
}

function readServices(event: unknown, ports: ScalePorts): { services: ScaledService[]; dryRun: boolean } {
  const isMany = typeof event === "object" && event !== null && "services" in event;
  if (isMany) {
    const { services, dry_run } = readInput(scaleManyInput, "scale-tasks", event, ports.log);
    return { services, dryRun: isDryRun(dry_run, ports) };
  }
  const { dry_run, ...service } = readInput(scaleTasksInput, "scale-tasks", event, ports.log);
  return { services: [service], dryRun: isDryRun(dry_run, ports) };
}

// Returns whether the desired count was changed.
async function scale(
  run: Run<ScalePorts>,
  scaled: ScaledService,
  active: Reading<number | undefined>,
  dryRun: boolean,
): Promise<boolean> {
  const { cluster_name: cluster, service_name: name } = scaled;
  const fields = { cluster, service_name: name };
  const found = await reading(run, () => run.ports.ecs.service(cluster, name));
  if ("unread" in found || "unread" in active) {
    run.log.warn("not scaled", { ...fields, reason: notScaledText({ why: "unread" }) });
    return false;
  }
  const decision = decideScaling(scaled, found.value, active.value);
  if (decision.kind === "cannot be used") {
    run.cannotUse(`${cluster}/${name}`, notScaledText(decision.reason));
    return false;
  }
  await warnOfOwnScaling(run, cluster, name);
  if (decision.kind === "not scaled") {
    run.log.warn("not scaled", { ...fields, reason: notScaledText(decision.reason) });
    return false;
  }
  const counts = { ...fields, active_instances: active.value, desired_count: decision.desired };
  if (decision.kind === "nothing to change") {
    run.log.info("nothing to change", counts);
    return false;
  }
  const change = { ...counts, was: decision.was };
  if (!dryRun) return setDesiredCount(run, scaled, decision.desired, change);
  run.log.info("dry run", { ...change, would: "set the desired count" });
  return false;
}

async function setDesiredCount(
  run: Run<ScalePorts>,
  { cluster_name, service_name }: ScaledService,
  desired: number,
  fields: Fields,
): Promise<boolean> {
  const answer = await reading(run, () => run.ports.ecs.setDesiredCount(cluster_name, service_name, desired));
  if ("unread" in answer) return false;
  run.log.info("desired count set", fields);
  return true;
}

// Application Auto Scaling may set the same number by its own rule. The two would keep overwriting each other.
async function warnOfOwnScaling(run: Run<ScalePorts>, cluster: string, service: string): Promise<void> {
  const target = await reading(run, () => run.ports.scaling.hasTarget(cluster, service));
  if (!("value" in target) || !target.value) return;
  run.log.warn("service has a scaling target", {
    cluster,
    service_name: service,
    reason: "Application Auto Scaling sets its desired count too, and the two undo each other: remove one",
  });
}
