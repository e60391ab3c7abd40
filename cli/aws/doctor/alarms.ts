import { CloudWatchClient, DescribeAlarmsForMetricCommand } from "@aws-sdk/client-cloudwatch";
import { call } from "../../../shared/aws/call.ts";
import type { AlarmShown, Metric } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";

/** Reads the alarms of a metric. Throws an AwsCallError. */
export type AlarmRead = (metric: Metric) => Promise<AlarmShown[]>;

/** CloudWatch through the SDK. */
export function alarmRead({ open }: Pick<Account, "open">): AlarmRead {
  const client = open(CloudWatchClient);
  return async ({ namespace, name, dimension: [Name, Value] }) => {
    const { MetricAlarms = [] } = await call("cloudwatch:DescribeAlarmsForMetric", () =>
      client.send(
        new DescribeAlarmsForMetricCommand({
          Namespace: namespace,
          MetricName: name,
          Dimensions: [{ Name, Value }],
        }),
      ),
    );
    return MetricAlarms.map((each) => ({
      name: each.AlarmName ?? "",
      isEnabled: each.ActionsEnabled ?? true,
      actions: each.AlarmActions ?? [],
    }));
  };
}
