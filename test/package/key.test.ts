// Protects least privilege with a key of one's own, both ways: each role may use the key as its calls to the encrypted queues need it, and none
// may use it otherwise, or use another key.
import { expect } from "chai";
import { inProcess } from "../../cli/in-process.ts";
import type { RecordedCall } from "../../simulator/cloud/simulation.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import { type IamRequest, readRole } from "./iam.ts";
import { FUNCTIONS, type Package, packageWith, readBlock } from "./packaged.ts";
import { SCALED, troubledFleets } from "./troubled-fleets.ts";

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1";
const OTHER = "arn:aws:kms:us-east-1:123456789012:key/2";

/** What SQS asks KMS for in the caller's name (Amazon SQS Developer Guide, "Key management", for producers and consumers). */
const ASKED_OF_KMS: Readonly<Record<string, readonly string[]>> = {
  "sqs:SendMessage": ["kms:Decrypt", "kms:GenerateDataKey"],
  "sqs:SendMessageBatch": ["kms:Decrypt", "kms:GenerateDataKey"],
  "sqs:ReceiveMessage": ["kms:Decrypt"],
};
/** Whoever has the key could do these. */
const NEVER = [
  "kms:Encrypt",
  "kms:CreateGrant",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:DisableKey",
];

describe("the roles with a key of one's own", () => {
  let packaged: Package;
  let calls: readonly RecordedCall[] = [];

  before(async () => {
    const block = { ...(await readBlock()), kms_key_arn: KEY, scale_tasks: { services: [SCALED] } };
    packaged = await packageWith(block);
    const [fleet] = troubledFleets(packaged);
    const played = await playScenario(checkScenario(fleet, "key"), { invoke: inProcess(() => {}) });
    calls = played.simulation.calls;
  });

  it("the queues have the key, so that each message is asked about", () => {
    const queues = Object.values(packaged.resources).filter(({ Type }) => Type === "AWS::SQS::Queue");
    expect(queues.map(({ Properties }) => Properties.KmsMasterKeyId)).to.deep.equal([KEY, KEY, KEY, KEY]);
  });

  for (const name of FUNCTIONS)
    it(`${name}: what its calls need of the key is allowed, and nothing else`, () => {
      const needed = neededBy(calls.filter(({ caller }) => caller === name).map(({ action }) => action));
      expect(needed.length > 0, "it uses queues").to.equal(name !== "scale-tasks");
      compare(packaged.functions[name].roleId, needed);
    });

  it("the hooks' role: what sending needs of the key is allowed, and nothing else", () =>
    compare("LifecycleHookRole", neededBy(["sqs:SendMessage"])));

  function compare(roleId: string, needed: readonly string[]): void {
    const { actions, allows } = readRole(packaged.resources, roleId);
    const asked = (resource: string, named: readonly string[]): IamRequest[] =>
      named.map((action) => ({ action, resource }));
    expect(asked(KEY, needed).filter((each) => !allows(each))).to.deep.equal([]);
    expect(actions.filter((action) => action.startsWith("kms:"))).to.deep.equal(needed);
    expect([...asked(OTHER, needed), ...asked(KEY, NEVER)].filter(allows)).to.deep.equal([]);
  }
});

function neededBy(actions: readonly string[]): string[] {
  return [...new Set(actions.flatMap((action) => ASKED_OF_KMS[action] ?? []))].sort();
}
