// Protects what EC2 is asked about addresses that nothing shows to be an instance's: once for all, and only where it is due.
import { expect } from "chai";
import type { GroupAddresses } from "../../../../shared/model/registration.ts";
import { observeOwners } from "../../../../shared/observe/owners.ts";
import type { WithRegistered } from "../../../../shared/observe/records.ts";
import { termination } from "../rules/builders.ts";
import { clustered, registeredAt } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const group = (id: string, vpc: string | undefined = "vpc-a"): GroupAddresses["group"] => ({
  kind: "target",
  id,
  name: id,
  targetType: "ip",
  network: false,
  vpc,
});
const in1 = (...addresses: string[]): GroupAddresses => ({ group: group("tg-1"), addresses });
const in2 = (...addresses: string[]): GroupAddresses => ({ group: group("tg-2"), addresses });
const record = (...others: GroupAddresses[]): WithRegistered => ({
  ...clustered(termination()),
  registered: { ...registeredAt([]), others },
});
const held = (vpc: string, ...addresses: string[]) => ({
  vpc,
  instanceId: undefined,
  addresses,
  prefixes: [],
  isTasks: false,
});
const SHOWN: Shown = { interfaces: [held("vpc-a", "10.0.0.8", "2001:db8::a"), held("vpc-b", "10.0.0.9")] };

async function play(shown: Shown, records: readonly WithRegistered[], due = ["tg-1", "tg-2"]) {
  const { run, asked, lines } = showing(shown);
  const found = await observeOwners(run, records, { areOwnersDue: (_, { id }) => due.includes(id) });
  const unfound = found.map((each) => each.unfound.map(({ group: { id }, addresses }) => [id, addresses]));
  return { asked, lines, unfound };
}

describe("whose the addresses of a group are", () => {
  it("is asked once for all instances and groups", async () => {
    const { asked, unfound } = await play(SHOWN, [
      record(in1("10.0.0.7", "10.0.0.8"), in2("10.0.0.7")),
      record(in1("10.0.0.7", "10.0.0.8")),
    ]);
    expect(asked).to.deep.equal(["ec2.interfacesWith 10.0.0.7 10.0.0.8"]);
    expect(unfound).to.deep.equal([
      [
        ["tg-1", ["10.0.0.7"]],
        ["tg-2", ["10.0.0.7"]],
      ],
      [["tg-1", ["10.0.0.7"]]],
    ]);
  });

  it("is not asked where it is not due, nor where there is nothing to ask about", async () => {
    const { asked, unfound } = await play(SHOWN, [record(in1("10.0.0.7"), in2("10.0.0.1"))], ["tg-2"]);
    expect(asked).to.deep.equal(["ec2.interfacesWith 10.0.0.1"]);
    expect(unfound).to.deep.equal([[["tg-2", ["10.0.0.1"]]]]);
    for (const none of [await play(SHOWN, [record(in1("10.0.0.7"))], []), await play(SHOWN, [record()])])
      expect(none).to.deep.include({ asked: [], unfound: [[]] });
  });

  /** [what, the group, whether one of its addresses is nobody's] */
  const rows: [string, GroupAddresses, boolean][] = [
    ["an address that an interface has is somebody's", in1("10.0.0.8"), false],
    ["also one of IPv6, however it is written", in1("2001:DB8:0:0::000a"), false],
    ["one that an interface has in another VPC is nobody's here", in1("10.0.0.9"), true],
    [
      "in a VPC that is not known, any interface counts",
      { group: { ...group("tg-1"), vpc: undefined }, addresses: ["10.0.0.9"] },
      false,
    ],
  ];
  for (const [what, these, isNobodys] of rows) {
    it(what, async () =>
      expect((await play(SHOWN, [record(these)])).unfound).to.deep.equal([
        [["tg-1", isNobodys ? these.addresses : []]],
      ]),
    );
  }

  it("is left open where EC2 does not answer: the failure is told, and the next pass asks again", async () => {
    const fails = { "ec2.interfacesWith": "throttled" } as const;
    const { unfound, lines } = await play({ ...SHOWN, fails }, [record(in1("10.0.0.7"))]);
    expect(unfound).to.deep.equal([[]]);
    expect(lines.map(([, phrase]) => phrase)).to.deep.equal(["call failed"]);
  });
});
