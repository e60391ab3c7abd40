// A plugin of Serverless that refuses `serverless remove` while instances are held, or while messages wait. With the hooks, the
// instances would be released as they are, and with the queues the messages would be lost.
const {
  AutoScalingClient,
  paginateDescribeAutoScalingGroups: paginate,
} = require("@aws-sdk/client-auto-scaling");
const { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } = require("@aws-sdk/client-sqs");
const { heldBy } = require("./block.cjs");

/** Auto Scaling takes so many names in one call. */
const NAMES = 50;
const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
];

module.exports = class RefuseRemoval {
  constructor(serverless) {
    this.hooks = {
      "before:remove:remove": async () => {
        const { custom } = serverless.service;
        if (custom.remove_while_held === true) return;
        const config = await serverless.getProvider("aws").getAwsSdkV3Config();
        const held = await heldBy(custom, asksOf(config));
        if (held.length === 0) return;
        const lines = held.map((each) => `- ${each}`).join("\n");
        throw new serverless.classes.Error(
          `Nothing was removed, because drains are under way:\n${lines}\nWait until they have ended. To remove all the same, set custom.remove_while_held in serverless.yml to true: the instances are then released with whatever is on them.`,
          "DRAINS_UNDER_WAY",
        );
      },
    };
  }
};

/** @returns {import("./block/held.ts").Asks} */
function asksOf(config) {
  const sqs = new SQSClient(config);
  const autoScaling = new AutoScalingClient(config);
  return {
    messagesIn: async (QueueName) => {
      const QueueUrl = await sqs.send(new GetQueueUrlCommand({ QueueName })).then(
        (answer) => answer.QueueUrl,
        (error) => {
          if (/NonExistentQueue|QueueDoesNotExist/.test(error.name)) return undefined;
          throw error;
        },
      );
      if (QueueUrl === undefined) return 0;
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: COUNTS }),
      );
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    },
    groupsNamed: async (names) => {
      const groups = [];
      for (let at = 0; at < names.length; at += NAMES)
        groups.push(...(await groupsBy(autoScaling, { AutoScalingGroupNames: names.slice(at, at + NAMES) })));
      return groups;
    },
    groupsTagged: (key, value) =>
      groupsBy(autoScaling, {
        Filters:
          value === undefined
            ? [{ Name: "tag-key", Values: [key] }]
            : [{ Name: `tag:${key}`, Values: [value] }],
      }),
  };
}

async function groupsBy(client, input) {
  const groups = [];
  for await (const { AutoScalingGroups = [] } of paginate({ client }, input))
    groups.push(...AutoScalingGroups);
  return groups.map(({ AutoScalingGroupName, Instances = [] }) => ({
    name: AutoScalingGroupName,
    instances: Instances.map(({ InstanceId, LifecycleState }) => ({ id: InstanceId, state: LifecycleState })),
  }));
}
