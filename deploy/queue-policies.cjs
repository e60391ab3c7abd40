// Makes the policies of the queues: who may send to each, from the block at the top of serverless.yml. Whoever else in the account
// has sqs:SendMessage is denied it.
const { read } = require("./permissions.cjs");

/** @typedef {import("./permissions.cjs").Variables} Variables */

/**
 * Who may send to the lifecycle queue: the hook's role, the rules and subscriptions of the stack, and the roles, rules and topics that
 * the block adds. Each statement has its id, by which a template has it or leaves it out.
 *
 * @param {Variables} variables
 */
exports.lifecycleQueue = async (variables) => {
  const sources = (await read(variables, "more_sources_that_may_send")) ?? [];
  const topics = (await read(variables, "topics")) ?? [];
  const hasEvents = (await read(variables, "lifecycle_events")) !== undefined;
  const ofRules = sources.filter((each) => isOf("events", each));
  const ofTopics = sources.filter((each) => isOf("sns", each));
  const allowed = [
    allow("RulesMaySend", "events", [{ "Fn::GetAtt": ["NoticesRule", "Arn"] }, ...ofRules]),
    allow(
      "LifecycleEventsMaySend",
      "events",
      hasEvents ? [{ "Fn::GetAtt": ["LifecycleEventsRule", "Arn"] }] : [],
    ),
    allow("TopicsMaySend", "sns", topics),
    allow("MoreTopicsMaySend", "sns", ofTopics),
  ];
  return [
    ...allowed.filter(({ Condition }) => Condition.ArnLike["aws:SourceArn"].length > 0),
    await denyOthers(variables, ["LifecycleHookRole"]),
  ].map((statement) => ({ ...statement, Resource: { "Fn::GetAtt": ["LifecycleQueue", "Arn"] } }));
};

/**
 * Who may send to the monitor queue: deregister, terminate, and the roles that the block adds.
 *
 * @param {Variables} variables
 */
exports.monitorQueue = (variables) => only(variables, "MonitorQueue", ["DeregisterRole", "TerminateRole"]);

/**
 * Who may send to the lifecycle queue's dead letters. SQS itself needs no permission to move messages there.
 *
 * @param {Variables} variables
 */
exports.lifecycleDeadLetterQueue = (variables) =>
  only(variables, "LifecycleDeadLetterQueue", ["DeregisterRole"]);

/**
 * Who may send to the monitor queue's dead letters.
 *
 * @param {Variables} variables
 */
exports.monitorDeadLetterQueue = (variables) => only(variables, "MonitorDeadLetterQueue", ["TerminateRole"]);

async function only(variables, queue, roles) {
  return [{ ...(await denyOthers(variables, roles)), Resource: { "Fn::GetAtt": [queue, "Arn"] } }];
}

// A service that sends in its own name has no role: it needs an Allow, which the policy gives to few. One that sends under a role, as
// Auto Scaling under the hook's, counts as that role (IAM User Guide, "AWS global condition context keys",
// aws:PrincipalIsAWSService). Of a role, aws:PrincipalArn is the role's ARN, whatever the session. IfExists, so that whoever signs
// nothing is denied too.
async function denyOthers(variables, roles) {
  const more = (await read(variables, "more_roles_that_may_send")) ?? [];
  return {
    Sid: "OthersMayNotSend",
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:SendMessage",
    Condition: {
      BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
      ArnNotLike: {
        "aws:PrincipalArn": [...roles.map((role) => ({ "Fn::GetAtt": [role, "Arn"] })), ...more],
      },
    },
  };
}

function allow(id, service, sources) {
  return {
    Sid: id,
    Effect: "Allow",
    Principal: { Service: `${service}.amazonaws.com` },
    Action: "sqs:SendMessage",
    Condition: { ArnLike: { "aws:SourceArn": sources } },
  };
}

function isOf(service, arn) {
  return arn.split(":")[2] === service;
}
