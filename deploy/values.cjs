// Gives serverless.yml what it has of the block more than once, or not as it stands there: names, the functions' inputs, actions of
// alarms. A wrong value counts as left out, so that deploy/check-block.cjs can tell all that is wrong.
const { inputsOf, lifecycleEventPatternOf, queueNamesOf } = require("./block.cjs");
const { read, readBlock } = require("./permissions.cjs");

/** @typedef {import("./permissions.cjs").Variables} Variables */

/** The version of what is packaged. */
exports.version = () => require("../package.json").version;

/** @param {Variables} variables */
exports.region = async (variables) => (await read(variables, "region")) ?? "us-east-1";

/** @param {Variables} variables */
exports.stage = async (variables) => (await read(variables, "stage")) ?? "wrong";

/** @param {Variables} variables */
exports.groupWithHook = async (variables) => (await read(variables, "auto_scaling_group_name")) ?? "wrong";

/** @param {Variables} variables */
exports.hookTimeout = async (variables) => (await read(variables, "heartbeat_timeout_seconds")) ?? 3600;

/** @param {Variables} variables */
exports.lifecycleQueue = async (variables) => queueNamesOf(await readBlock(variables)).lifecycle;

/** @param {Variables} variables */
exports.lifecycleDeadLetterQueue = async (variables) =>
  `${queueNamesOf(await readBlock(variables)).lifecycle}-dead-letters`;

/** @param {Variables} variables */
exports.monitorQueue = async (variables) => queueNamesOf(await readBlock(variables)).monitor;

/** @param {Variables} variables */
exports.monitorDeadLetterQueue = async (variables) =>
  `${queueNamesOf(await readBlock(variables)).monitor}-dead-letters`;

/** @param {Variables} variables */
exports.deregisterInput = async (variables) => inputsOf(await readBlock(variables)).deregister;

/** @param {Variables} variables */
exports.terminateInput = async (variables) => inputsOf(await readBlock(variables)).terminate;

/** @param {Variables} variables */
exports.scaleTasksInput = async (variables) => inputsOf(await readBlock(variables)).scale_tasks;

/** @param {Variables} variables */
exports.alarmActions = async (variables) => (await read(variables, "alarm_actions")) ?? [];

/** @param {Variables} variables */
exports.lifecycleEventPattern = async (variables) => lifecycleEventPatternOf(await readBlock(variables));

// What loses something when it is replaced or deleted: messages, and instances that a hook holds.
const KEPT = ["AWS::SQS::Queue", "AWS::AutoScaling::LifecycleHook"];

/** @param {Variables} variables */
exports.stackPolicy = async (variables) => {
  const all = { Principal: "*", Resource: "*" };
  return [
    { Effect: "Allow", Action: ["Update:*"], ...all },
    ...((await read(variables, "replace_and_delete")) === true
      ? []
      : [
          {
            Effect: "Deny",
            Action: ["Update:Replace", "Update:Delete"],
            ...all,
            Condition: { StringEquals: { ResourceType: KEPT } },
          },
        ]),
  ];
};
