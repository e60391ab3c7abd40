import type { ScenarioInput } from "../simulator/scenario/schema.ts";
import type { Fleet } from "./fleet.ts";
import { template } from "./template.ts";

/** The names of what one cluster has, with what the hook of its group says. */
type Names = {
  readonly group: string;
  readonly cluster: string;
  readonly classic: string;
  /** The target group that ECS's service fills, and the one that the instances register with. */
  readonly managed: string;
  readonly fixed: string;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
};

/** What the clusters of a fleet and all that is in them are called: as in the template, if it is deployed. */
export function namesOf(fleet: Fleet, clusters: number): Names[] {
  const { asDeployed = false, bare = false, drainTimeoutSeconds: timeout } = fleet;
  const { elb_name, cluster_name } = template.deregister;
  return Array.from({ length: clusters }, (_, i) => {
    const number = i === 0 ? "" : `-${i + 1}`;
    const name = asDeployed ? cluster_name : "fleet";
    const cluster = asDeployed ? `${name}${number}` : `${name}-${i + 1}`;
    const classic = asDeployed ? `${elb_name}${number}` : `${cluster}-classic`;
    const fixed = `${cluster}-static`;
    const named = {
      cluster_name: cluster,
      ...(bare ? {} : { elb_name: classic }),
      ...(bare || asDeployed ? {} : { target_groups: [fixed] }),
      ...(timeout === undefined ? {} : { drain_timeout_seconds: timeout }),
    };
    // The template's input names what its own group has. A group that a hook brings along is named by that.
    const isTold = asDeployed && i === 0;
    return {
      group: asDeployed ? `${template.group}${number}` : cluster,
      cluster,
      classic,
      fixed,
      managed: `${cluster}-web`,
      metadata: isTold ? undefined : named,
    };
  });
}

/** The functions with their schedules and inputs. */
export function functionsOf(fleet: Fleet, names: readonly Names[]): NonNullable<ScenarioInput["functions"]> {
  const { deregister, terminate } = fleet.ticks ?? { deregister: 20, terminate: 40 };
  const inputs = inputsOf(fleet, names);
  return {
    deregister: {
      input: inputs.deregister,
      first_after_seconds: deregister,
      timeout_seconds: template.timeoutSeconds.deregister,
      ...(fleet.atOnce ? { event_source_mapping: {} } : {}),
    },
    terminate: {
      input: inputs.terminate,
      first_after_seconds: terminate,
      timeout_seconds: template.timeoutSeconds.terminate,
    },
  };
}

function inputsOf(fleet: Fleet, names: readonly Names[]) {
  const groups = names.map(({ group }) => group);
  if (fleet.asDeployed) {
    // Without load balancers, nobody would name one.
    const { elb_name, ...bare } = template.deregister;
    const { elb_name: _, ...bareTerminate } = template.terminate;
    return {
      deregister: { ...(fleet.bare ? bare : { ...bare, elb_name }), ...fleet.input },
      terminate: {
        ...(fleet.bare ? bareTerminate : template.terminate),
        // Where there are more groups, the block at the template's top names them.
        auto_scaling_groups: groups,
        ...fleet.input,
      },
    };
  }
  const discover = fleet.unnamedGroups === undefined ? "named" : "all";
  const [, lifecycle, , monitor] = queuesOf(fleet);
  return {
    deregister: {
      lifecycle_queue_name: lifecycle.name,
      elb_monitor_queue_name: monitor.name,
      discover,
      ...fleet.input,
    },
    terminate: {
      queue_name: monitor.name,
      discover,
      ...(fleet.swept ? { lifecycle_queue_name: lifecycle.name, auto_scaling_groups: groups } : {}),
      ...fleet.input,
    },
  };
}

/** The queues, each after its dead-letter queue. */
export function queuesOf({ asDeployed = false }: Pick<Fleet, "asDeployed">) {
  const { lifecycle_queue_name, elb_monitor_queue_name } = template.deregister;
  const [lifecycle, monitor] = asDeployed
    ? [lifecycle_queue_name, elb_monitor_queue_name]
    : ["lifecycle", "monitor"];
  return [...withDeadLetters(lifecycle), ...withDeadLetters(monitor)] as const;
}

function withDeadLetters(name: string) {
  const deadLetters = `${name}-dead-letters`;
  return [
    { name: deadLetters, retention_seconds: 1_209_600 },
    {
      name,
      visibility_timeout_seconds: template.visibilityTimeoutSeconds,
      dead_letter_queue: deadLetters,
      max_receive_count: 240,
    },
  ] as const;
}
