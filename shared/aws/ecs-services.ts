import {
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  type LoadBalancer as SdkLoadBalancer,
  type Service as SdkService,
} from "@aws-sdk/client-ecs";
import { pieces, union } from "../base/batches.ts";
import type { LoadBalancerId } from "../model/load-balancer.ts";
import type { Service } from "../model/tasks.ts";
import { fieldOf, fieldsOf, undescribed } from "./answers.ts";
import type { Ecs } from "./ecs-lists.ts";

const SERVICES = "ecs:DescribeServices";
const REVISIONS = "ecs:DescribeServiceRevisions";

/** How many services DescribeServices takes. */
const SERVICES_LIMIT = 10;
/** How many revisions DescribeServiceRevisions takes. */
const REVISIONS_LIMIT = 20;

/**
 * Services by name; one that ECS does not know is left out. While a deployment changes a service's load balancers, ECS still serves
 * those of the old tasks. Only their revision names these. Throws an AwsCallError: an OddAnswer if any of them, or of their
 * revisions, is not described for another reason.
 */
export async function describeServices(
  ecs: Ecs,
  cluster: string,
  names: readonly string[],
): Promise<Service[]> {
  const found: SdkService[] = [];
  for (const services of pieces(names, SERVICES_LIMIT)) {
    const page = await ecs.call(SERVICES, () =>
      ecs.client.send(new DescribeServicesCommand({ cluster, services })),
    );
    const described = fieldOf(SERVICES, page, "services");
    const known = described.map((each) => fieldOf(SERVICES, each, "serviceName"));
    const lost = undescribed({ action: SERVICES, key: "services" }, services, known, page.failures);
    for (const each of lost) if (!each.isMissing) throw each;
    found.push(...described);
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
  if (currentServiceRevisions.length < 2) return [];
  return currentServiceRevisions.map((each) => fieldOf(SERVICES, each, "arn"));
}

async function describeRevisions(
  { call, client }: Ecs,
  arns: readonly string[],
): Promise<ReadonlyMap<string, readonly SdkLoadBalancer[]>> {
  const found = new Map<string, readonly SdkLoadBalancer[]>();
  for (const serviceRevisionArns of pieces(arns, REVISIONS_LIMIT)) {
    const answer = await call(REVISIONS, () =>
      client.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns })),
    );
    const described = fieldOf(REVISIONS, answer, "serviceRevisions");
    for (const each of described)
      found.set(fieldOf(REVISIONS, each, "serviceRevisionArn"), each.loadBalancers ?? []);
    const which = { action: REVISIONS, key: "serviceRevisions" };
    // AWS describes none that was created before October 25, 2024 (ECS API Reference, DescribeServiceRevisions).
    const lost = undescribed(which, serviceRevisionArns, [...found.keys()], answer.failures);
    for (const each of lost) if (!each.isMissing) throw each;
  }
  return found;
}

function readService(service: SdkService, ofRevisions: readonly SdkLoadBalancer[]): Service {
  const field = fieldsOf(SERVICES, service);
  const daemon = field("schedulingStrategy") === "DAEMON";
  const { minimumHealthyPercent, maximumPercent } = service.deploymentConfiguration ?? {};
  return {
    name: field("serviceName"),
    status: field("status"),
    daemon,
    desiredCount: field("desiredCount"),
    runningCount: field("runningCount"),
    pendingCount: field("pendingCount"),
    minimumHealthyPercent: minimumHealthyPercent ?? (daemon ? 0 : 100),
    maximumPercent: maximumPercent ?? (daemon ? 100 : 200),
    events: (service.events ?? []).map((each) => ({
      at: each.createdAt?.getTime() ?? 0,
      message: each.message ?? "",
    })),
    ...readLoadBalancers(field("loadBalancers"), service, ofRevisions),
  };
}

// A blue/green deployment has a second target group, and task sets name load balancers of their own. ECS registers and
// deregisters in those too.
function readLoadBalancers(
  own: readonly SdkLoadBalancer[],
  { taskSets = [] }: SdkService,
  ofRevisions: readonly SdkLoadBalancer[],
): Required<Pick<Service, "loadBalancers" | "registers">> {
  const all = [...own, ...taskSets.flatMap((each) => each.loadBalancers ?? []), ...ofRevisions];
  const targets = all.flatMap(({ targetGroupArn, advancedConfiguration, containerPort }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].flatMap((id) =>
      id ? [{ id, containerPort }] : [],
    ),
  );
  const ids = [
    ...targets.map(({ id }): LoadBalancerId => ({ kind: "target", id })),
    ...all.flatMap(({ loadBalancerName: id }): LoadBalancerId[] => (id ? [{ kind: "classic", id }] : [])),
  ];
  const registers = targets.flatMap(({ id, containerPort }) =>
    containerPort === undefined ? [] : [{ id, containerPort }],
  );
  return { loadBalancers: [...union([], ids)], registers: [...union([], registers)] };
}
