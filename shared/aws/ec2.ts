import { DescribeInstancesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { pieces } from "../base/batches.ts";
import type { InstanceState } from "../model/instance-state.ts";
import { allPages, call } from "./call.ts";

/** What the drain needs of EC2. Throws an AwsCallError. */
export type Ec2Port = {
  /** The states of instances; one that EC2 does not know is left out. */
  states: (instanceIds: readonly string[]) => Promise<Map<string, InstanceState>>;
};

/** How many values a filter takes. */
const FILTER_LIMIT = 200;

/** EC2 through the SDK. */
export function ec2Port(client: EC2Client): Ec2Port {
  return {
    async states(instanceIds) {
      const states = new Map<string, InstanceState>();
      for (const ids of pieces(instanceIds, FILTER_LIMIT)) {
        // By a filter, since one unknown id would fail a call that names them.
        const pages = await allPages((token) =>
          call("ec2:DescribeInstances", () =>
            client.send(
              new DescribeInstancesCommand({
                Filters: [{ Name: "instance-id", Values: ids }],
                NextToken: token,
              }),
            ),
          ),
        );
        const reservations = pages.flatMap((page) => page.Reservations ?? []);
        for (const instance of reservations.flatMap((each) => each.Instances ?? [])) {
          states.set(instance.InstanceId as string, instance.State?.Name as InstanceState);
        }
      }
      return states;
    },
  };
}
