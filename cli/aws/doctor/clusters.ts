import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  ListServicesCommand,
  type Service,
} from "@aws-sdk/client-ecs";
import { allItems, fieldsOf } from "../../../shared/aws/answers.ts";
import { call } from "../../../shared/aws/call.ts";
import { ecsPort } from "../../../shared/aws/ecs.ts";
import { describeTaskDefinition } from "../../../shared/aws/ecs-definitions.ts";
import { listClusterArns } from "../../../shared/aws/ecs-lists.ts";
import { pieces } from "../../../shared/base/batches.ts";
import type { ClusterShown, ProviderShown, ServiceShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";

const CLUSTERS = "ecs:DescribeClusters";
const SERVICES = "ecs:DescribeServices";
/** How many clusters and services a call takes. */
const CLUSTERS_LIMIT = 100;
const SERVICES_LIMIT = 10;

/** What the doctor reads of ECS. Each read throws an AwsCallError. */
export type ClusterReads = {
  /** The clusters of these names or ARNs that exist. */
  readonly named: (names: readonly string[]) => Promise<ClusterShown[]>;
  /** The ARNs of all clusters. */
  readonly all: () => Promise<string[]>;
  /** Whether one of these instances is in a cluster. */
  readonly hasAny: (cluster: string, instanceIds: readonly string[]) => Promise<boolean>;
  readonly services: (cluster: string) => Promise<ServiceShown[]>;
  /** The services of these names that exist. */
  readonly servicesNamed: (cluster: string, names: readonly string[]) => Promise<ServiceShown[]>;
  /** How long a task of a definition may take to stop, in seconds. */
  readonly stopSeconds: (definition: string) => Promise<number>;
  readonly providers: () => Promise<ProviderShown[]>;
};

/** ECS through the SDK. */
export function clusterReads({ clients: { ecs: client } }: Pick<Account, "clients">): ClusterReads {
  const servicesNamed = async (cluster: string, names: readonly string[]) => {
    const pages = [...pieces(names, SERVICES_LIMIT)].map((services) =>
      call(SERVICES, () => client.send(new DescribeServicesCommand({ cluster, services }))),
    );
    const described = (await Promise.all(pages)).flatMap(({ services = [] }) => services);
    return described.filter(({ status }) => status === "ACTIVE").map((each) => readService(cluster, each));
  };
  return {
    async named(names) {
      const pages = [...pieces(names, CLUSTERS_LIMIT)].map((clusters) =>
        call(CLUSTERS, () => client.send(new DescribeClustersCommand({ clusters, include: ["TAGS"] }))),
      );
      const described = (await Promise.all(pages)).flatMap(({ clusters = [] }) => clusters);
      return described
        .filter(({ status }) => status === "ACTIVE")
        .map((each) => {
          const field = fieldsOf(CLUSTERS, each);
          const tags = (each.tags ?? []).map(({ key = "", value = "" }) => ({ key, value }));
          return { name: field("clusterName"), arn: field("clusterArn"), tags };
        });
    },
    all: () => listClusterArns({ client, call }),
    async hasAny(cluster, instanceIds) {
      return (await ecsPort(client).findContainerInstances(cluster, instanceIds)).length > 0;
    },
    async services(cluster) {
      const arns = await allItems({ call, action: "ecs:ListServices", key: "serviceArns" }, (nextToken) =>
        client.send(new ListServicesCommand({ cluster, nextToken, maxResults: 100 })),
      );
      return servicesNamed(cluster, arns);
    },
    servicesNamed,
    async stopSeconds(definition) {
      return (await describeTaskDefinition({ call, client }, definition)).stopTimeout / 1_000;
    },
    async providers() {
      const all = await allItems(
        { call, action: "ecs:DescribeCapacityProviders", key: "capacityProviders" },
        (nextToken) => client.send(new DescribeCapacityProvidersCommand({ nextToken })),
      );
      return all.flatMap(({ name = "", autoScalingGroupProvider: of }) =>
        of === undefined
          ? []
          : [{ name, group: of.autoScalingGroupArn ?? "", drains: of.managedDraining === "ENABLED" }],
      );
    },
  };
}

function readService(cluster: string, each: Service): ServiceShown {
  const field = fieldsOf(SERVICES, each);
  const { minimumHealthyPercent = 100, maximumPercent = 200 } = each.deploymentConfiguration ?? {};
  return {
    cluster,
    name: field("serviceName"),
    isDaemon: each.schedulingStrategy === "DAEMON",
    isFargate: each.launchType === "FARGATE" || isOnFargate(each),
    desired: field("desiredCount"),
    minimum: minimumHealthyPercent,
    maximum: maximumPercent,
    definition: each.taskDefinition,
    targetGroups: (each.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []),
  };
}

// A service that names capacity providers has no launch type.
function isOnFargate({ capacityProviderStrategy: all = [] }: Service): boolean {
  return all.length > 0 && all.every(({ capacityProvider }) => capacityProvider?.startsWith("FARGATE"));
}
