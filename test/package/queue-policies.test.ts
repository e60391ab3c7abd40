// Protects who may send to the queues when the block names roles, rules and topics.
import { createRequire } from "node:module";
import { expect } from "chai";

type Variables = { resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown> };
type Statement = {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
const policies: Readonly<Record<string, (variables: Variables) => Promise<Statement[]>>> = createRequire(
  import.meta.url,
)("../../deploy/queue-policies.cjs");

const ROLE = "arn:aws:iam::123456789012:role/on-call";
const SSO = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Operator_*";
const RULE = "arn:aws:events:us-east-1:123456789012:rule/lifecycle";
const TOPIC = "arn:aws:sns:us-east-1:210987654321:lifecycle";
const OTHER = "arn:aws:sns:us-east-1:123456789012:more";
const arnsOf = (...ids: string[]) => ids.map((id) => ({ "Fn::GetAtt": [id, "Arn"] }));

/** [the queue, who sends to it of the stack's own] */
const queues: [string, unknown[]][] = [
  ["lifecycleQueue", arnsOf("LifecycleHookRole")],
  ["monitorQueue", arnsOf("DeregisterRole", "TerminateRole")],
  ["lifecycleDeadLetterQueue", arnsOf("DeregisterRole")],
  ["monitorDeadLetterQueue", arnsOf("TerminateRole")],
];

/** [why, the block, whose messages the lifecycle queue takes of the services] */
const sources: [string, Record<string, unknown>, [service: string, sources: unknown[]][]][] = [
  ["no key", {}, [["events", arnsOf("NoticesRule")]]],
  ["none", { more_sources_that_may_send: [] }, [["events", arnsOf("NoticesRule")]]],
  [
    "a rule and a topic",
    { more_sources_that_may_send: [TOPIC, RULE] },
    [
      ["events", [...arnsOf("NoticesRule"), RULE]],
      ["sns", [TOPIC]],
    ],
  ],
  [
    "topics that the queue is subscribed to",
    { topics: [TOPIC, OTHER], more_sources_that_may_send: null },
    [
      ["events", arnsOf("NoticesRule")],
      ["sns", [TOPIC, OTHER]],
    ],
  ],
  [
    "a rule for lifecycle actions",
    { topics: [], lifecycle_events: { hooks: ["drain"] } },
    [
      ["events", arnsOf("NoticesRule")],
      ["events", arnsOf("LifecycleEventsRule")],
    ],
  ],
];

/** [why, the block, the ids of the statements] */
const ids: [string, Record<string, unknown>, string[]][] = [
  ["nothing named", {}, ["RulesMaySend", "OthersMayNotSend"]],
  [
    "all named",
    { topics: [TOPIC], lifecycle_events: { hooks: ["drain"] }, more_sources_that_may_send: [TOPIC] },
    ["RulesMaySend", "LifecycleEventsMaySend", "TopicsMaySend", "MoreTopicsMaySend", "OthersMayNotSend"],
  ],
];

describe("queue policies", () => {
  it("are there for these queues", () => {
    expect(Object.keys(policies)).to.have.members(queues.map(([queue]) => queue));
  });

  for (const [queue, own] of queues) {
    it(`${queue}: a Deny of all but its own senders, and those that the block adds`, async () => {
      for (const [more, added] of [
        [{}, []],
        [{ more_roles_that_may_send: [ROLE, SSO] }, [ROLE, SSO]],
      ] as const) {
        const denials = (await statementsOf(queue, more)).filter(({ Effect }) => Effect === "Deny");
        expect(denials.map(({ Principal, Condition }) => [Principal, Condition])).to.deep.equal([
          [
            "*",
            {
              BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
              ArnNotLike: { "aws:PrincipalArn": [...own, ...added] },
            },
          ],
        ]);
      }
    });
  }

  for (const [why, block, expected] of ids) {
    it(`each statement of the lifecycle queue has its id: ${why}`, async () => {
      const statements = await statementsOf("lifecycleQueue", block);
      expect(statements.map(({ Sid }) => Sid)).to.deep.equal(expected);
    });
  }

  for (const [why, block, expected] of sources) {
    it(`services that may send: ${why}`, async () => {
      for (const [queue] of queues) {
        const allowed = (await statementsOf(queue, block)).filter(({ Effect }) => Effect === "Allow");
        expect(
          allowed.map(({ Principal, Condition }) => [Principal, Condition]),
          queue,
        ).to.deep.equal(
          queue === "lifecycleQueue"
            ? expected.map(([service, arns]) => [
                { Service: `${service}.amazonaws.com` },
                { ArnLike: { "aws:SourceArn": arns } },
              ])
            : [],
        );
      }
    });
  }
});

// As Serverless does: a key that the file does not have is null.
async function statementsOf(queue: string, block: Record<string, unknown>): Promise<Statement[]> {
  return (
    (await policies[queue]?.({ resolveConfigurationProperty: async ([, key = ""]) => block[key] ?? null })) ??
    []
  );
}
