import * as cloudWatch from "@aws-sdk/client-cloudwatch";
import { byName, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { type Alarm, type Alarms, alarmArn } from "./alarms.ts";

/** The simulated CloudWatch, which speaks JSON as it does with the SDK: alarms are read. */
export function cloudWatchService({ alarms }: { readonly alarms: Alarms }): Service {
  const ofMetric = (input: cloudWatch.DescribeAlarmsForMetricInput) => {
    const { Namespace = "", MetricName = "", Dimensions = [] } = input;
    const dimensions = Object.fromEntries(Dimensions.map(({ Name = "", Value = "" }) => [Name, Value]));
    return { MetricAlarms: alarms.of(Namespace, MetricName, dimensions).map(present) };
  };
  const parameters = ["MetricName", "Namespace", "Dimensions[].Name", "Dimensions[].Value"];
  return {
    name: "cloudwatch",
    protocol: {
      kind: "json",
      version: "1.0",
      target: "GraniteServiceVersion20100801",
      queryCompatible: true,
    },
    errors: errorSchemas(cloudWatch),
    invalidParameterCode: "InvalidParameterValue",
    missingParameterCode: "MissingParameter",
    operations: byName([operation(cloudWatch.DescribeAlarmsForMetric$, parameters, ofMetric)]),
  };
}

function present(alarm: Alarm): cloudWatch.MetricAlarm {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarmArn(alarm),
    ActionsEnabled: alarm.isEnabled,
    AlarmActions: alarm.actions,
    StateValue: "OK",
    Namespace: alarm.namespace,
    MetricName: alarm.metric,
    Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}
