import type { Service } from "../../shared/aws/ecs-services.ts";
import { readInput } from "../../shared/model/settings.ts";
import { isDryRun } from "../../shared/run/dry-run-switch.ts";
import { type Reading, reading } from "../../shared/run/reading.ts";
import { Run } from "../../shared/run/run.ts";
import { type ScaledService, scaleManyInput, scaleTasksInput } from "./input.ts";
import type { ScalePorts } from "./ports.ts";

/**
 * One run of scale-tasks: sets each service's desired count to one task for each ACTIVE instance of its cluster, less
 * `n_count`, and never below `min_task_count`. Instances that drain do not count: their tasks are leaving. A service that
 * is right already is left alone, and so is one of which too little could be read.
 *
 * Throws an InputError before it calls anything, and a RunFailed once all is done when something of it failed.
 */
export async function scaleTasks(event: unknown, ports: ScalePorts): Promise<void> {
  const { services, dryRun } = readServices(event, ports);
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  if (services.length === 0) {
    ports.log.info("nothing to do", { reason: "the input names no service" });
    return;
  }
  const counts = new Map<string, Reading<number>>();
  let changed = 0;
  for (const service of services) {
    const cluster = service.cluster_name;
    const active = counts.get(cluster) ?? (await reading(run, () => ports.ecs.activeInstances(cluster)));
    counts.set(cluster, active);
    if (await scale(ports, run, service, active, dryRun)) changed += 1;
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
  ports: ScalePorts,
  run: Run<ScalePorts>,
  scaled: ScaledService,
  active: Reading<number>,
  dryRun: boolean,
): Promise<boolean> {
  const { cluster_name: cluster, service_name: name } = scaled;
  const fields = { cluster, service_name: name };
  const found = await reading(run, () => ports.ecs.service(cluster, name));
  if ("unread" in found || "unread" in active) {
    ports.log.warn("not scaled", { ...fields, reason: "the cluster or the service could not be read" });
    return false;
  }
  const service = found.value;
  const wrong = service ? whatIsWrong(service) : "there is no such service";
  if (!service || wrong !== undefined) {
    run.cannotUse(`${cluster}/${name}`, wrong ?? "");
    return false;
  }
  await warnOfOwnScaling(ports, run, cluster, name);
  // Tasks that run somewhere contradict a cluster without instances: what was read is not to be trusted.
  if (active.value === 0 && service.runningCount + service.pendingCount > 0) {
    ports.log.warn("not scaled", {
      ...fields,
      reason: "the cluster shows no ACTIVE instance, and yet the service has tasks",
    });
    return false;
  }
  const desired = Math.max(scaled.min_task_count, active.value - scaled.n_count);
  const counts = { ...fields, active_instances: active.value, desired_count: desired };
  if (service.desiredCount === desired) {
    ports.log.info("nothing to change", counts);
    return false;
  }
  const change = { ...counts, was: service.desiredCount };
  if (dryRun) {
    ports.log.info("dry run", { ...change, would: "set the desired count" });
    return false;
  }
  try {
    await ports.ecs.setDesiredCount(cluster, name, desired);
  } catch (error) {
    run.callFailed(error);
    return false;
  }
  ports.log.info("desired count set", change);
  return true;
}

function whatIsWrong({ status, daemon }: Service): string | undefined {
  if (daemon) return "it is a daemon service: ECS itself keeps one task of it on each instance";
  return status === "ACTIVE" ? undefined : `the service is ${status}`;
}

// Two that set the same number, each by its own rule, never come to rest.
async function warnOfOwnScaling(
  ports: ScalePorts,
  run: Run<ScalePorts>,
  cluster: string,
  service: string,
): Promise<void> {
  const target = await reading(run, () => ports.scaling.hasTarget(cluster, service));
  if (!("value" in target) || !target.value) return;
  ports.log.warn("service has a scaling target", {
    cluster,
    service_name: service,
    reason: "Application Auto Scaling sets its desired count too, and the two undo each other: remove one",
  });
}
