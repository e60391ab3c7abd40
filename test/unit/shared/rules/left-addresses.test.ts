// Protects addresses that may be the instance's, and are left: each group is asked about once a drain, and warned of once, with
// some of its addresses.
import { expect } from "chai";
import { idOfWarning } from "../../../../shared/model/decision.ts";
import type { LoadBalancer } from "../../../../shared/model/load-balancer.ts";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { GroupAddresses } from "../../../../shared/model/registration.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { questions } from "../../../../shared/rules/questions.ts";
import { decisionOf, MINUTE, returning, SINCE, seen, termination } from "./builders.ts";

const group = (id = "tg-1"): LoadBalancer => ({
  kind: "target",
  id,
  name: `name of ${id}`,
  targetType: "ip",
  network: false,
  vpc: "vpc-a",
});
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `192.168.7.${i + 1}`);
const leftIn = (...unfoundAddresses: GroupAddresses[]) =>
  decisionOf({ observed: { unfoundAddresses } }).warnings.filter(({ kind }) => kind === "address left alone");

describe("whether EC2 is asked whose the addresses of a group are", () => {
  const isDue = (memory: Partial<Memory> = {}, told: Partial<Termination> = {}) =>
    questions.areOwnersDue(termination(memory, told), group());

  it("once a drain: until a pass has had an answer, whatever that was", () => {
    expect(isDue()).to.equal(true);
    for (const answer of [[], addresses(1)]) {
      const observed = { unfoundAddresses: [{ group: group(), addresses: answer }] };
      const { memory } = decisionOf({ observed });
      expect(isDue(memory)).to.equal(false);
      expect(questions.areOwnersDue(termination(memory), group("tg-2"))).to.equal(true);
    }
    expect(isDue(decisionOf({}).memory)).to.equal(true);
  });

  it("not where the drain has seen the instance in the group: in another it tells nothing", () => {
    expect(isDue(seen)).to.equal(false);
    expect(isDue({ registrations: [{ kind: "target", id: "tg-2", port: 8080 }] })).to.equal(true);
  });

  it("not where nothing is warned of: before an interruption, and of an instance that comes back", () => {
    expect(isDue({}, { interruptedAt: SINCE + MINUTE })).to.equal(false);
    expect(isDue({ ...returning("warm pool"), registrations: [] })).to.equal(false);
  });
});

describe("addresses that nobody has, as far as EC2 shows", () => {
  it("are a warning a group, with its addresses", () => {
    const two = [
      { group: group(), addresses: addresses(2) },
      { group: group("tg-2"), addresses: addresses(1) },
    ];
    expect(leftIn(...two).map(({ level, fields, reason }) => [level, fields, reason])).to.deep.equal([
      [
        "warn",
        { load_balancer: "name of tg-1", addresses: ["192.168.7.1", "192.168.7.2"], address_count: 2 },
        { why: "unfound" },
      ],
      [
        "warn",
        { load_balancer: "name of tg-2", addresses: ["192.168.7.1"], address_count: 1 },
        { why: "unfound" },
      ],
    ]);
    expect(new Set(leftIn(...two).map(idOfWarning)).size).to.equal(2);
  });

  it("are named up to ten, and counted all", () => {
    const [line] = leftIn({ group: group(), addresses: addresses(11) });
    expect(line?.fields).to.deep.include({ addresses: addresses(10), address_count: 11 });
  });

  it("are none where each address is somebody's: that is remembered, so that nobody asks again", () =>
    expect(leftIn({ group: group(), addresses: [] })).to.deep.equal([]));

  it("are the same warning once it was given", () => {
    const observed = { unfoundAddresses: [{ group: group(), addresses: addresses(1) }] };
    const [line] = leftIn(...observed.unfoundAddresses);
    const { logged } = decisionOf({ observed }).memory;
    expect(logged).to.deep.equal(line === undefined ? undefined : [idOfWarning(line)]);
  });
});
