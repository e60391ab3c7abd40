// Protects that each function may put events on the bus that it is given, and on no other.
import { expect } from "chai";
import { applyOptions } from "../../../../deploy/block/options.ts";
import type { Block } from "../../../../deploy/block/schema.ts";

const bus = (name: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${name}`,
});
const FOREIGN = "arn:aws:events:us-east-1:210987654321:event-bus/drains";

type Policy = {
  readonly Roles: readonly { readonly Ref: string }[];
  readonly PolicyDocument: { readonly Statement: readonly { Action: string[]; Resource: unknown }[] };
};

/** On what a block lets each role put events. */
function busesOf(block: Block): Record<string, unknown> {
  const Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> = {};
  applyOptions({ provider: {}, resources: { Resources } }, block);
  const policies = Object.values(Resources).map(({ Properties }) => Properties as unknown as Policy);
  const entries = policies.flatMap(({ Roles, PolicyDocument }) =>
    PolicyDocument.Statement.flatMap(({ Action, Resource }) => {
      expect(Action).to.deep.equal(["events:PutEvents"]);
      return Roles.map(({ Ref }) => [Ref, Resource] as const);
    }),
  );
  expect(new Set(entries.map(([role]) => role)).size).to.equal(entries.length);
  return Object.fromEntries(entries);
}

/** [why, the block, on what each role may put events] */
const rows: [string, Block, Record<string, unknown>][] = [
  ["none without a bus", {}, {}],
  [
    "the account's own",
    { event_bus: "default" },
    { DeregisterRole: bus("default"), TerminateRole: bus("default") },
  ],
  ["another account's", { event_bus: FOREIGN }, { DeregisterRole: FOREIGN, TerminateRole: FOREIGN }],
  [
    "what terminate alone is given",
    { deregister: {}, terminate: { event_bus: "drains" } },
    { TerminateRole: bus("drains") },
  ],
  [
    "one of each function",
    { event_bus: "default", terminate: { event_bus: "drains" } },
    { DeregisterRole: bus("default"), TerminateRole: bus("drains") },
  ],
  [
    "what deregister's input has, terminate's has too",
    { deregister: { event_bus: "drains" } },
    { DeregisterRole: bus("drains"), TerminateRole: bus("drains") },
  ],
];

describe("the bus that is told of drains", () => {
  for (const [why, block, expected] of rows)
    it(`is the only one that the roles may put events on: ${why}`, () => {
      expect(busesOf(block)).to.deep.equal(expected);
    });
});
