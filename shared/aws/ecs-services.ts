import {
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  type LoadBalancer as SdkLoadBalancer,
  type Service as SdkService,
} from "@aws-sdk/client-ecs";
import { pieces, union } from "../base/batches.ts";
import type { LoadBalancerId } from "../model/load-balancer.ts";
import type { Service } from "../model/tasks.ts";
import type { Ecs } from "./ecs-lists.ts";

/** How many services DescribeServices takes. */
const SERVICES_LIMIT = 10;
/** How many revisions DescribeServiceRevisions takes. */
const REVISIONS_LIMIT = 20;

/**
 * Services by name; one that is gone is left out. While a deployment changes a service's load balancers, ECS still serves those
 * of the old tasks. Only their revision names these. Throws an AwsCallError.
 */
export async function describeServices(
  ecs: Ecs,
  cluster: string,
  names: readonly string[],
): Promise<Service[]> {
  const found: SdkService[] = [];
  for (const services of pieces(names, SERVICES_LIMIT)) {
    const page = await ecs.call("ecs:DescribeServices", () =>
      ecs.client.send(new DescribeServicesCommand({ cluster, services })),
    );
    found.push(...(page.services ?? []));
  }
  const revisions = await describeRevisions(ecs, found.flatMap(revisionsOf));
  return found.map((each) =>
    readService(
      each,
      revisionsOf(each).flatMap((arn) => revisions.get(arn) ?? []),
    ),
  );
}

// The revisions that have tasks, if there are several. The newest names what the service itself does.
function revisionsOf({ currentServiceRevisions = [] }: SdkService): string[] {
  return currentServiceRevisions.length < 2 ? [] : currentServiceRevisions.flatMap(({ arn }) => arn ?? []);
}

async function describeRevisions(
  { call, client }: Ecs,
  arns: readonly string[],
): Promise<ReadonlyMap<string, readonly SdkLoadBalancer[]>> {
  const found = new Map<string, readonly SdkLoadBalancer[]>();
  for (const serviceRevisionArns of pieces(arns, REVISIONS_LIMIT)) {
    const { serviceRevisions = [] } = await call("ecs:DescribeServiceRevisions", () =>
      client.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns })),
    );
    for (const { serviceRevisionArn = "", loadBalancers = [] } of serviceRevisions)
      found.set(serviceRevisionArn, loadBalancers);
  }
  return found;
}

function readService(service: SdkService, ofRevisions: readonly SdkLoadBalancer[]): Service {
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
    loadBalancers: readLoadBalancers(service, ofRevisions),
  };
}

// A blue/green deployment has a second target group, and task sets name load balancers of their own. ECS registers and
// deregisters in those too.
function readLoadBalancers(
  { loadBalancers = [], taskSets = [] }: SdkService,
  ofRevisions: readonly SdkLoadBalancer[],
): LoadBalancerId[] {
  const all = [...loadBalancers, ...taskSets.flatMap((each) => each.loadBalancers ?? []), ...ofRevisions];
  const ids = all.flatMap(({ targetGroupArn, advancedConfiguration, loadBalancerName }) => [
    ...[targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((id) =>
      id ? [{ kind: "target" as const, id }] : [],
    ),
    ...(loadBalancerName ? [{ kind: "classic" as const, id: loadBalancerName }] : []),
  ]);
  return [...union([], ids)];
}
