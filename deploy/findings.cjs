// What checkov finds in the template and is meant to be so, each with its reason. It stands in the resource, where whoever runs checkov sees
// it. test/contract/findings.py shows that each is found without its reason, and that nothing else is found.

/** @typedef {{ id: string, comment: string }} Finding */

const APIS = "It calls AWS's own APIs and nothing in a VPC. In one, each of these would need an endpoint";
const KEY =
  "CloudWatch Logs encrypts it with a key of its own, and a key of yours is given by kms_key_arn (KmsKeyArn)";
const QUEUE_KEY = "SQS encrypts it with a key of its own (SqsManagedSseEnabled)";
const OWN_KEY = "a key of yours is given by kms_key_arn (KmsKeyArn)";

/** By the resource's logical id. @type {Readonly<Record<string, readonly Finding[]>>} */
const FINDINGS = {
  DeregisterLambdaFunction: [
    {
      id: "CKV_AWS_115",
      comment:
        "A tick that waits is worth nothing. What the queue invokes is limited by its mapping, to two at once",
    },
    {
      id: "CKV_AWS_116",
      comment:
        "The next minute's run does all the work of one that failed. Messages stay on the queue, which has dead letters",
    },
    { id: "CKV_AWS_117", comment: APIS },
    {
      id: "CKV_AWS_173",
      comment: "It has ids of roles, and its input if messages invoke it: names and times, and no secret",
    },
  ],
  TerminateLambdaFunction: [
    {
      id: "CKV_AWS_115",
      comment:
        "A run begins while the one before hands over its drains: with a limit of one it would be refused",
    },
    {
      id: "CKV_AWS_116",
      comment:
        "What a run that failed has held comes back to the queue, which has dead letters. Its tick need not be kept",
    },
    { id: "CKV_AWS_117", comment: APIS },
    { id: "CKV_AWS_173", comment: "It has ids of roles, and no secret" },
  ],
  ScaleDashtasksLambdaFunction: [
    {
      id: "CKV_AWS_115",
      comment: "A tick that waits is worth nothing, and two runs at once come to the same number of tasks",
    },
    {
      id: "CKV_AWS_116",
      comment: "The next minute's run counts again, and needs nothing of one that failed",
    },
    { id: "CKV_AWS_117", comment: APIS },
    { id: "CKV_AWS_173", comment: "It has an option of Node alone" },
  ],
  LifecycleQueue: [
    {
      id: "CKV_AWS_27",
      comment: `${QUEUE_KEY}: with alias/aws/sqs, neither EventBridge nor SNS could send; ${OWN_KEY}`,
    },
  ],
  MonitorQueue: [{ id: "CKV_AWS_27", comment: `${QUEUE_KEY}; ${OWN_KEY}` }],
  LifecycleDeadLetterQueue: [{ id: "CKV_AWS_27", comment: `${QUEUE_KEY}, as its queue is; ${OWN_KEY}` }],
  MonitorDeadLetterQueue: [{ id: "CKV_AWS_27", comment: `${QUEUE_KEY}, as its queue is; ${OWN_KEY}` }],
  DeregisterLogGroup: [{ id: "CKV_AWS_158", comment: KEY }],
  TerminateLogGroup: [{ id: "CKV_AWS_158", comment: KEY }],
  ScaleDashtasksLogGroup: [{ id: "CKV_AWS_158", comment: KEY }],
  ServerlessDeploymentBucket: [
    {
      id: "CKV_AWS_18",
      comment: "It has the packages of deployments. Whoever deploys reads it, which CloudTrail can tell",
    },
    {
      id: "CKV_AWS_21",
      comment:
        "Each deployment has a folder of its own, and Serverless keeps the last five: nothing is overwritten",
    },
  ],
};

/**
 * Puts the reasons into the resources of a service, in place: what Serverless makes itself is extended.
 *
 * @param {{ Resources: Record<string, object>, extensions?: Record<string, object> }} resources
 */
exports.addReasons = (resources) => {
  resources.extensions ??= {};
  for (const [id, skip] of Object.entries(FINDINGS)) {
    const of = id in resources.Resources ? resources.Resources : resources.extensions;
    of[id] = { ...of[id], Metadata: { checkov: { skip } } };
  }
};
