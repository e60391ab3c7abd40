import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { fieldOf } from "./answers.ts";
import { call } from "./call.ts";

/** What scale-tasks needs of Application Auto Scaling. Throws an AwsCallError. */
export type ScalingPort = {
  /** Whether an ECS service has a scaling target of its own, which sets its desired count. */
  hasTarget: (cluster: string, service: string) => Promise<boolean>;
};

/** Application Auto Scaling through the SDK. */
export function scalingPort(client: ApplicationAutoScalingClient): ScalingPort {
  return {
    async hasTarget(cluster, service) {
      const name = cluster.split("/").at(-1);
      const action = "application-autoscaling:DescribeScalableTargets";
      const answer = await call(action, () =>
        client.send(
          new DescribeScalableTargetsCommand({
            ServiceNamespace: "ecs",
            ResourceIds: [`service/${name}/${service}`],
            ScalableDimension: "ecs:service:DesiredCount",
          }),
        ),
      );
      return fieldOf(action, answer, "ScalableTargets").length > 0;
    },
  };
}
