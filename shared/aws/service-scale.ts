import { type ECSClient, ListContainerInstancesCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import type { Service } from "../model/tasks.ts";
import { allItems } from "./answers.ts";
import { call, unlessGone } from "./call.ts";
import { describeServices } from "./ecs-services.ts";

/** What scale-tasks needs of ECS. All throw an AwsCallError. */
export type ServiceScalePort = {
  /** How many ACTIVE container instances a cluster has. Those that drain do not count. Undefined if there is no such cluster. */
  activeInstances: (cluster: string) => Promise<number | undefined>;
  /** A service; undefined when there is none of that name, or no such cluster. */
  service: (cluster: string, name: string) => Promise<Service | undefined>;
  /** Sets how many tasks a service is to run. */
  setDesiredCount: (cluster: string, service: string, desiredCount: number) => Promise<void>;
};

/** The part of ECS that scale-tasks needs, through the SDK. */
export function serviceScalePort(client: ECSClient): ServiceScalePort {
  return {
    // DescribeClusters would answer with one number, but counts the instances that drain.
    async activeInstances(cluster) {
      const which = { call, action: "ecs:ListContainerInstances", key: "containerInstanceArns" } as const;
      const arns = await unlessGone(() =>
        allItems(which, (nextToken) =>
          client.send(new ListContainerInstancesCommand({ cluster, status: "ACTIVE", nextToken })),
        ),
      );
      return arns?.length;
    },

    async service(cluster, name) {
      const found = await unlessGone(() => describeServices({ client, call }, cluster, [name]));
      return found?.find((service) => service.name === name);
    },

    async setDesiredCount(cluster, service, desiredCount) {
      await call("ecs:UpdateService", () =>
        client.send(new UpdateServiceCommand({ cluster, service, desiredCount })),
      );
    },
  };
}
