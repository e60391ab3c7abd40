// Protects which registrations are one: the kind, the load balancer, the port and the address, and nothing else of them.
import { expect } from "chai";
import { isSameLoadBalancer } from "../../../../shared/model/load-balancer.ts";
import {
  isSame,
  registrationText,
  type SeenRegistration,
  seenOf,
} from "../../../../shared/model/registration.ts";
import { classic, target } from "../rules/builders.ts";

const seen: SeenRegistration = { kind: "target", id: "tg-1", port: 8080 };

describe("a registration", () => {
  it("is remembered by its load balancer, and by its port where it has one", () => {
    expect(seenOf(target())).to.deep.equal(seen);
    expect(seenOf(classic())).to.deep.equal({ kind: "classic", id: "elb" });
    const byAddress = target({ target: "10.0.0.7", holder: "instance" });
    expect(seenOf(byAddress)).to.deep.equal({ ...seen, address: "10.0.0.7" });
  });

  it("is the same by kind, id and port, whatever its state", () => {
    expect(isSame(seen, seenOf(target({ state: "draining", invalid: true })))).to.equal(true);
    expect(isSame({ kind: "classic", id: "elb" }, { kind: "classic", id: "elb", port: undefined })).to.equal(
      true,
    );
    for (const other of [
      { kind: "classic" },
      { id: "tg-2" },
      { port: 8081 },
      { port: undefined },
      { address: "10.0.0.7" },
    ]) {
      expect(isSame(seen, { ...seen, ...other }), JSON.stringify(other)).to.equal(false);
    }
  });

  it("is in the same load balancer by kind and id, whatever its port", () => {
    expect(isSameLoadBalancer(seen, { kind: "target", id: "tg-1" })).to.equal(true);
    expect(isSameLoadBalancer(seen, { kind: "lattice", id: "tg-1" })).to.equal(false);
    expect(isSameLoadBalancer(seen, { kind: "target", id: "tg-2" })).to.equal(false);
  });

  it("is named in log lines by its load balancer, with its port where it has one", () => {
    expect(registrationText(seen)).to.equal("tg-1:8080");
    expect(registrationText({ ...seen, address: "10.0.0.7" })).to.equal("tg-1:8080 10.0.0.7");
    expect(registrationText({ kind: "classic", id: "elb" })).to.equal("elb");
  });
});
