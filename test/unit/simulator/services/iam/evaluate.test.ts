// Protects what the simulated IAM says of a role: a doctor that trusts it must not call a missing permission fine.
import { expect } from "chai";
import { decide, missingKeys, type PolicyStatement } from "../../../../../simulator/services/iam/evaluate.ts";
import { NotSimulated } from "../../../../../simulator/wire/errors.ts";

const allow = (change: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: "Allow",
  Action: ["ecs:StopTask"],
  Resource: "arn:aws:ecs:us-east-1:123456789012:task/*",
  ...change,
});
const CLUSTER = { ArnEquals: { "ecs:cluster": ["arn:aws:ecs:us-east-1:123456789012:cluster/shop"] } };

const rows: [string, PolicyStatement[], Record<string, string>, ReturnType<typeof decide>][] = [
  ["an Allow", [allow()], {}, "allowed"],
  ["no statement", [], {}, "implicitDeny"],
  ["another action", [allow({ Action: "ecs:RunTask" })], {}, "implicitDeny"],
  ["an action in other letters", [allow({ Action: "ECS:stoptask" })], {}, "allowed"],
  ["all actions", [allow({ Action: "*" })], {}, "allowed"],
  [
    "another resource",
    [allow({ Resource: "arn:aws:ecs:us-east-1:123456789012:service/*" })],
    {},
    "implicitDeny",
  ],
  ["a Deny beside an Allow", [allow(), allow({ Effect: "Deny", Resource: "*" })], {}, "explicitDeny"],
  [
    "a condition that holds",
    [allow({ Condition: CLUSTER })],
    { "ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/shop" },
    "allowed",
  ],
  [
    "a condition that does not hold",
    [allow({ Condition: CLUSTER })],
    { "ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/other" },
    "implicitDeny",
  ],
  ["a condition without its key", [allow({ Condition: CLUSTER })], {}, "implicitDeny"],
  [
    "a tag that is there",
    [allow({ Condition: { Null: { "aws:ResourceTag/drain": "false" } } })],
    { "aws:ResourceTag/drain": "x" },
    "allowed",
  ],
  [
    "a tag that is not there",
    [allow({ Condition: { Null: { "aws:ResourceTag/drain": "false" } } })],
    {},
    "implicitDeny",
  ],
  [
    "a tag's value",
    [allow({ Condition: { StringEquals: { "aws:ResourceTag/drain": "yes" } } })],
    { "aws:ResourceTag/drain": "no" },
    "implicitDeny",
  ],
];

describe("the simulated IAM", () => {
  const asked = (context: Record<string, string>) => ({
    action: "ecs:StopTask",
    resource: "arn:aws:ecs:us-east-1:123456789012:task/shop/1",
    context: new Map(Object.entries(context).map(([key, value]) => [key, [value]])),
  });
  for (const [what, statements, context, expected] of rows) {
    it(`${what}: ${expected}`, () => expect(decide(statements, asked(context))).to.equal(expected));
  }

  it("tells of keys that the request has no value of", () => {
    expect(missingKeys([allow({ Condition: CLUSTER })], asked({}))).to.deep.equal(["ecs:cluster"]);
  });

  it("refuses a condition that it does not know", () => {
    const statement = allow({ Condition: { DateLessThan: { "aws:CurrentTime": "2026-01-01" } } });
    expect(() => decide([statement], asked({}))).to.throw(NotSimulated, "DateLessThan");
  });
});
