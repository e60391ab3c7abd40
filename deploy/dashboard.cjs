// The CloudWatch dashboard that the block may ask for (`dashboard: true`). It has the deployment's own metrics, those of its functions
// and queues, its alarms, and three of its saved queries.
const { queries } = require("./queries.cjs");
const { LOG_GROUPS, SERVICE } = require("./block.cjs");
const { read } = require("./permissions.cjs");

/** @typedef {import("./permissions.cjs").Variables} Variables */
/** @typedef {readonly [label: string, namespace: string, metric: string, dimension: string, value: string, stat: string]} Line */

const FUNCTIONS = {
  deregister: "DeregisterLambdaFunction",
  terminate: "TerminateLambdaFunction",
  "scale-tasks": "ScaleDashtasksLambdaFunction",
};
const QUEUES = { lifecycle: "LifecycleQueue", monitor: "MonitorQueue" };
const DEAD_LETTERS = {
  "lifecycle dead letters": "LifecycleDeadLetterQueue",
  "monitor dead letters": "MonitorDeadLetterQueue",
};
/** CloudFormation puts it in. */
const REGION = "$" + "{AWS::Region}";
const ALARMS = [
  "DrainsCutOffAlarm",
  "DrainsStalledAlarm",
  "DeregisterErrorsAlarm",
  "TerminateErrorsAlarm",
  "ScaleTasksErrorsAlarm",
  "DeregisterNotRunningAlarm",
  "TerminateNotRunningAlarm",
  "LifecycleQueueUnreadAlarm",
  "MonitorQueueUnreadAlarm",
  "LifecycleDeadLettersAlarm",
  "MonitorDeadLettersAlarm",
];

/**
 * The dashboard's text. What only the stack knows, such as its functions' names, CloudFormation puts in.
 *
 * @param {Variables} variables
 */
exports.body = async (variables) => {
  const stage = (await read(variables, "stage")) ?? "wrong";
  return { "Fn::Sub": JSON.stringify({ start: "-PT12H", widgets: widgetsOf(`${SERVICE}-${stage}`) }) };
};

/** @param {string} deployment */
function widgetsOf(deployment) {
  /** @type {(label: string, metric: string, stat: string) => Line} */
  const own = (label, metric, stat) => [label, SERVICE, metric, "service", deployment, stat];
  /** @type {(metric: string, stat: string) => Line[]} */
  const ofFunctions = (metric, stat) =>
    Object.entries(FUNCTIONS).map(([label, id]) => [
      label,
      "AWS/Lambda",
      metric,
      "FunctionName",
      `\${${id}}`,
      stat,
    ]);
  /** @type {(queues: Record<string, string>, metric: string) => Line[]} */
  const ofQueues = (queues, metric) =>
    Object.entries(queues).map(([label, id]) => [
      label,
      "AWS/SQS",
      metric,
      "QueueName",
      `\${${id}.QueueName}`,
      "Maximum",
    ]);
  return inRows([
    [alarms("Alarms")],
    [
      graph("Drains in progress", "drains", [
        own("in progress", "DrainsInProgress", "Maximum"),
        own("stalled", "DrainsStalled", "Maximum"),
      ]),
      graph("The oldest drain", "seconds", [own("age", "OldestDrainSeconds", "Maximum")]),
      graph("Drains that ended, by outcome", "drains", [
        own("drained", "DrainsDrained", "Sum"),
        own("cut off", "DrainsCutOff", "Sum"),
        own("dead", "DrainsDead", "Sum"),
      ]),
    ],
    [
      graph("From ready to completed", "seconds", [
        own("half of them", "ReadyToCompletedSeconds", "p50"),
        own("the slowest", "ReadyToCompletedSeconds", "Maximum"),
      ]),
      graph("Held by the hook", "seconds", [
        own("half of them", "HeldSeconds", "p50"),
        own("the slowest", "HeldSeconds", "Maximum"),
      ]),
      graph("Begun, and tasks stopped", "", [
        own("drains begun", "DrainsBegun", "Sum"),
        own("tasks stopped", "TasksStopped", "Sum"),
      ]),
    ],
    [
      graph("Calls of AWS that did not succeed", "calls", [
        own("failed", "CallsFailed", "Sum"),
        own("throttled", "CallsThrottled", "Sum"),
      ]),
      graph("Failed runs", "runs", ofFunctions("Errors", "Sum")),
      graph("Duration of runs", "milliseconds", ofFunctions("Duration", "Maximum")),
    ],
    [
      graph("Age of the oldest message", "seconds", ofQueues(QUEUES, "ApproximateAgeOfOldestMessage")),
      graph("Dead letters", "messages", ofQueues(DEAD_LETTERS, "ApproximateNumberOfMessagesVisible")),
      graph("Runs", "runs", ofFunctions("Invocations", "Sum")),
    ],
    [table("OpenDrainsQuery")],
    [table("CutOffQuery"), table("FailuresQuery")],
  ]);
}

/** The grid of a dashboard has 24 columns. Each row has widgets of the same width and height. */
function inRows(rows) {
  let y = 0;
  return rows.flatMap((row) => {
    const width = 24 / row.length;
    const placed = row.map(({ height, ...widget }, i) => ({ ...widget, x: i * width, y, width, height }));
    y += row[0].height;
    return placed;
  });
}

/** @type {(title: string, unit: string, lines: readonly Line[]) => object} */
function graph(title, unit, lines) {
  return {
    type: "metric",
    height: 6,
    properties: {
      title,
      region: REGION,
      view: "timeSeries",
      period: 60,
      yAxis: { left: { min: 0, label: unit, showUnits: false } },
      metrics: lines.map(([label, namespace, metric, dimension, value, stat]) => [
        namespace,
        metric,
        dimension,
        value,
        { label, stat },
      ]),
    },
  };
}

function alarms(title) {
  return {
    type: "alarm",
    height: 3,
    properties: { title, alarms: ALARMS.map((id) => `\${${id}.Arn}`) },
  };
}

function table(id) {
  const sources = LOG_GROUPS.map((group) => `SOURCE '\${${group}}'`).join(" | ");
  const { name, query } = queries[id];
  return {
    type: "log",
    height: 7,
    properties: { title: name, region: REGION, view: "table", query: `${sources} | ${query}` },
  };
}
