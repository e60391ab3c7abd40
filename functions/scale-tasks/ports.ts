import type { ScaleClients } from "../../shared/aws/clients.ts";
import { type ScalingPort, scalingPort } from "../../shared/aws/scaling.ts";
import { type ServiceScalePort, serviceScalePort } from "../../shared/aws/service-scale.ts";
import { createLog, type Log } from "../../shared/base/log.ts";

/** All of the outside that a run of scale-tasks touches. */
export type ScalePorts = {
  readonly now: () => number;
  readonly log: Log;
  /** The environment's variable DRYRUN. */
  readonly dryRunVariable: string | undefined;
  readonly ecs: ServiceScalePort;
  readonly scaling: ScalingPort;
};

/** The ports of one invocation. `outside` replaces the real clock and standard output, for runs that are not in Lambda. */
export function createScalePorts(
  { ecs, applicationAutoScaling }: ScaleClients,
  requestId: string,
  outside: { now?: () => number; write?: (line: string) => void; dryRunVariable?: string } = {},
): ScalePorts {
  return {
    now: outside.now ?? Date.now,
    log: createLog("scale-tasks", requestId, outside.write),
    dryRunVariable: outside.dryRunVariable ?? process.env.DRYRUN,
    ecs: serviceScalePort(ecs),
    scaling: scalingPort(applicationAutoScaling),
  };
}
