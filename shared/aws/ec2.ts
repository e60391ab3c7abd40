import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type EC2Client,
  EventCode,
} from "@aws-sdk/client-ec2";
import { pieces } from "../base/batches.ts";
import type { InstanceState } from "../model/instance-state.ts";
import type { ScheduledEvent } from "../model/notice.ts";
import { allPages, call } from "./call.ts";

/** What the drain needs of EC2. Throws an AwsCallError. */
export type Ec2Port = {
  /** The states of instances; one that EC2 does not know is left out. */
  states: (instanceIds: readonly string[]) => Promise<Map<string, InstanceState>>;
  /**
   * All changes that EC2 has scheduled for running instances of the account and Region. Those that are completed or canceled
   * are shown for up to a week, and are among them.
   */
  scheduledEvents: () => Promise<ScheduledEvent[]>;
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

    async scheduledEvents() {
      // The filter leaves out the instances that have no event, which are nearly all.
      const pages = await allPages((token) =>
        call("ec2:DescribeInstanceStatus", () =>
          client.send(
            new DescribeInstanceStatusCommand({
              Filters: [{ Name: "event.code", Values: Object.values(EventCode) }],
              NextToken: token,
            }),
          ),
        ),
      );
      return pages
        .flatMap((page) => page.InstanceStatuses ?? [])
        .flatMap(({ InstanceId, Events = [] }) =>
          Events.map((each) => ({
            instanceId: InstanceId as string,
            code: each.Code ?? "",
            notBefore: each.NotBefore?.getTime(),
            description: each.Description ?? "",
          })),
        );
    },
  };
}
