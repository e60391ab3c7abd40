// Protects what is done to AWS: in batches, and with no instance held up by another's failure.
import { expect } from "chai";
import type { Step } from "../../../../shared/model/decision.ts";
import { deregister, drain, failure, numbers, plan, play, refusing } from "./carrying-out.ts";

describe("carrying out steps: DRAINING", () => {
  it("goes in tens", async () => {
    const { asked, those } = await play(
      plan(12, (n) => [drain(`ci-${n}`)]),
      { setStatus: refusing("none") },
    );
    expect(asked).to.deep.equal([numbers(1, 10, "ci-"), numbers(11, 12, "ci-")]);
    expect(those("drain")).to.deep.equal(numbers(1, 12, "i-"));
  });

  it("goes one by one where ECS refuses the ten as a whole; the one that it refuses keeps no other", async () => {
    const { asked, those, run, lines } = await play(
      plan(10, (n) => [drain(`ci-${n}`)]),
      { setStatus: refusing("ci-4") },
    );
    expect(asked[0]).to.have.lengthOf(10);
    expect(asked.slice(1)).to.have.deep.members(numbers(1, 10, "ci-").map((each) => [each]));
    expect(those("drain")).to.deep.equal(numbers(1, 10, "i-").filter((each) => each !== "i-4"));
    expect(those("failed")).to.deep.equal(["i-4"]);
    expect(run.hasFailures).to.equal(true);
    const failed = lines.filter(([, phrase]) => phrase === "step failed");
    expect(failed.map(([, , fields]) => fields.instance_id)).to.deep.equal(["i-4"]);
  });

  for (const kind of ["throttled", "unavailable", "denied", "gone"] as const) {
    it(`does not go one by one where the ten are ${kind}: that would be the same for each`, async () => {
      const { asked, those } = await play(
        plan(10, (n) => [drain(`ci-${n}`)]),
        { setStatus: refusing("ci-4", kind) },
      );
      expect(asked).to.have.lengthOf(1);
      expect(those("failed")).to.have.lengthOf(10);
    });
  }

  it("a failure that ECS names fails that instance alone", async () => {
    const { those } = await play(
      plan(2, (n) => [drain(`ci-${n}`)]),
      { setStatus: () => ({ done: ["ci-1"], failed: [{ item: "ci-2", reason: "MISSING" }] }) },
    );
    expect(those("drain")).to.deep.equal(["i-1"]);
    expect(those("failed")).to.deep.equal(["i-2"]);
  });

  it("one that has left its cluster meanwhile is neither done nor a failure", async () => {
    const { those, run, lines } = await play(
      plan(2, (n) => [drain(`ci-${n}`)]),
      { setStatus: () => ({ done: ["ci-1"], failed: [{ item: "ci-2", reason: "INACTIVE" }] }) },
    );
    expect(those("drain")).to.deep.equal(["i-1"]);
    expect(those("failed")).to.deep.equal([]);
    expect(run.hasFailures).to.equal(false);
    expect(lines.map(([, phrase, fields]) => [phrase, fields.instance_id])).to.deep.equal([
      ["set DRAINING", "i-1"],
    ]);
  });

  it("names a container instance once, where two hooks hold the instance", async () => {
    const { asked, those } = await play(
      plan(2, () => [drain("ci-1")]),
      { setStatus: refusing("none") },
    );
    expect(asked).to.deep.equal([["ci-1"]]);
    expect(those("drain")).to.have.lengthOf(2);
  });

  it("a fault of ours is not hidden", async () => {
    const thrown = await play(
      plan(2, (n) => [drain(`ci-${n}`)]),
      {},
    ).catch((error: unknown) => error);
    expect(String(thrown)).to.equal("Error: not to be called");
  });
});

describe("carrying out steps: deregistration", () => {
  it("goes in one call for a target group, with every port", async () => {
    const { asked, those } = await play(
      plan(2, (n) => [deregister(n), deregister(n, { port: 81 })]),
      { deregisterTargets: () => undefined },
    );
    expect(asked).to.deep.equal([["i-1:80", "i-1:81", "i-2:80", "i-2:81"]]);
    expect(those("deregister")).to.deep.equal(["i-1", "i-2"]);
  });

  it("names a target once, where two hooks hold the instance, and is done for both", async () => {
    const { asked, those, lines } = await play(
      [...plan(1, (n) => [deregister(n)]), ...plan(1, (n) => [deregister(n), deregister(n, { port: 81 })])],
      { deregisterTargets: () => undefined },
    );
    expect(asked).to.deep.equal([["i-1:80", "i-1:81"]]);
    expect(those("deregister")).to.deep.equal(["i-1", "i-1"]);
    expect(lines.filter(([, phrase]) => phrase === "deregistered")).to.have.lengthOf(3);
  });

  it("goes one by one where the call is refused as a whole; the one that is refused keeps no other", async () => {
    const { asked, those } = await play(
      plan(3, (n) => [deregister(n)]),
      { deregisterTargets: refusing("i-2:80") },
    );
    expect(asked[0]).to.have.lengthOf(3);
    expect(asked.slice(1)).to.have.deep.members([["i-1:80"], ["i-2:80"], ["i-3:80"]]);
    expect(those("deregister")).to.deep.equal(["i-1", "i-3"]);
    expect(those("failed")).to.deep.equal(["i-2"]);
  });

  it("from one load balancer that fails keeps no other, nor DRAINING", async () => {
    const { those, lines } = await play(
      plan(2, (n) => [
        deregister(n),
        deregister(n, { kind: "classic", id: "web", name: "web", port: undefined }),
        drain(`ci-${n}`),
      ]),
      {
        deregisterTargets: () => {
          throw failure("denied");
        },
        deregisterClassic: refusing("none"),
        setStatus: refusing("none"),
      },
    );
    expect(those("failed")).to.deep.equal(["i-1", "i-2"]);
    expect(those("deregister")).to.deep.equal(["i-1", "i-2"]);
    expect(those("drain")).to.deep.equal(["i-1", "i-2"]);
    expect(lines.filter(([, phrase]) => phrase === "call failed")).to.have.lengthOf(1);
  });

  it("of an orphan is told as a warning", async () => {
    const { lines } = await play(
      plan(1, (n) => [{ ...deregister(n), why: "orphaned" } as Step]),
      { deregisterTargets: () => undefined },
    );
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([
      ["warn", "orphaned target deregistered"],
    ]);
  });
});
