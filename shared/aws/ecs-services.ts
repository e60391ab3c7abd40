import { DescribeServicesCommand, type Service as SdkService } from "@aws-sdk/client-ecs";
import { pieces } from "../base/batches.ts";
import type { LoadBalancerId } from "../model/load-balancer.ts";
import type { Service } from "../model/tasks.ts";
import type { Ecs } from "./ecs-lists.ts";

/** How many services DescribeServices takes. */
const SERVICES_LIMIT = 10;

/** Services by name; one that is gone is left out. Throws an AwsCallError. */
export async function describeServices(
  ecs: Ecs,
  cluster: string,
  names: readonly string[],
): Promise<Service[]> {
  const found: Service[] = [];
  for (const services of pieces(names, SERVICES_LIMIT)) {
    const page = await ecs.call("ecs:DescribeServices", () =>
      ecs.client.send(new DescribeServicesCommand({ cluster, services })),
    );
    found.push(...(page.services ?? []).map(readService));
  }
  return found;
}

function readService(service: SdkService): Service {
  const daemon = service.schedulingStrategy === "DAEMON";
  const { minimumHealthyPercent, maximumPercent } = service.deploymentConfiguration ?? {};
  return {
    name: service.serviceName as string,
    status: service.status ?? "",
    daemon,
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    minimumHealthyPercent: minimumHealthyPercent ?? (daemon ? 0 : 100),
    maximumPercent: maximumPercent ?? (daemon ? 100 : 200),
    events: (service.events ?? []).map((each) => ({
      at: each.createdAt?.getTime() ?? 0,
      message: each.message ?? "",
    })),
    loadBalancers: readLoadBalancers(service),
  };
}

// A blue/green deployment has a second target group, and task sets name load balancers of their own. ECS registers and
// deregisters in those too.
function readLoadBalancers({ loadBalancers = [], taskSets = [] }: SdkService): LoadBalancerId[] {
  const all = [...loadBalancers, ...taskSets.flatMap((each) => each.loadBalancers ?? [])];
  return all.flatMap(({ targetGroupArn, advancedConfiguration, loadBalancerName }) => [
    ...[targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((id) =>
      id ? [{ kind: "target" as const, id }] : [],
    ),
    ...(loadBalancerName ? [{ kind: "classic" as const, id: loadBalancerName }] : []),
  ]);
}
