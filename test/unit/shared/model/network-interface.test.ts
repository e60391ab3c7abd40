// Protects which addresses an interface has: an address taken for another's may be pulled from somebody who serves.
import { expect } from "chai";
import { hasAddress, type NetworkInterface, sameForm } from "../../../../shared/model/network-interface.ts";

const having = (change: Partial<NetworkInterface>): NetworkInterface => ({
  vpc: "vpc-a",
  instanceId: "i-1",
  addresses: [],
  prefixes: [],
  isTasks: false,
  ...change,
});

describe("an interface", () => {
  /** [what it has, the address, whether it has it] */
  const table: [Partial<NetworkInterface>, string, boolean][] = [
    [{ addresses: ["10.0.0.7"] }, "10.0.0.7", true],
    [{ addresses: ["10.0.0.7"] }, "10.0.0.70", false],
    [{ addresses: ["2001:db8::7"] }, "2001:DB8:0:0:0:0:0:7", true],
    [{ prefixes: ["10.0.4.16/28"] }, "10.0.4.16", true],
    [{ prefixes: ["10.0.4.16/28"] }, "10.0.4.31", true],
    [{ prefixes: ["10.0.4.16/28"] }, "10.0.4.15", false],
    [{ prefixes: ["10.0.4.16/28"] }, "10.0.4.32", false],
    [{ prefixes: ["10.0.4.16/28"] }, "2001:db8::7", false],
    [{ prefixes: ["2001:db8:0:1::/80"] }, "2001:db8:0:1::ffff", true],
    [{ prefixes: ["2001:db8:0:1::/80"] }, "2001:db8:0:1:1::", false],
    [{}, "10.0.0.7", false],
  ];
  for (const [change, address, expected] of table) {
    it(`${JSON.stringify(change)} has ${address}: ${expected}`, () => {
      expect(hasAddress(having(change), address)).to.equal(expected);
    });
  }

  it("an address has one form, in which two are compared", () => {
    expect(["10.0.0.7", "2001:DB8::0:7"].map(sameForm)).to.deep.equal(["10.0.0.7", "2001:db8::7"]);
  });
});
