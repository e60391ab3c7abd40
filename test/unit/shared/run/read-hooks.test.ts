// Protects that a group's hooks are asked for once a run, whoever wants them, and again only where that failed.
import { expect } from "chai";
import { readHooks } from "../../../../shared/run/read-hooks.ts";
import { Run } from "../../../../shared/run/run.ts";
import { type Shown, showing } from "../observe/shown.ts";
import { hook } from "../rules/builders.ts";

const shown: Shown = { hooks: { fleet: [hook()], other: [] } };

describe("the hooks of a group", () => {
  it("are read once a run, each group's by itself", async () => {
    const { run, asked } = showing(shown);
    const read = [];
    for (const group of ["fleet", "other", "fleet"]) read.push(await readHooks(run, group));
    expect(read).to.deep.equal([{ value: [hook()] }, { value: [] }, { value: [hook()] }]);
    expect(asked).to.deep.equal(["autoScaling.terminatingHooks fleet", "autoScaling.terminatingHooks other"]);
  });

  it("are asked for again where an answer is too old, once for all who ask at the same time", async () => {
    const { run, asked } = showing(shown);
    const now = run.now();
    await readHooks(run, "fleet");
    await readHooks(run, "fleet", now);
    expect(asked).to.have.lengthOf(1);
    const both = await Promise.all([readHooks(run, "fleet", now + 1), readHooks(run, "fleet", now + 1)]);
    expect(both).to.deep.equal([{ value: [hook()] }, { value: [hook()] }]);
    expect(asked).to.have.lengthOf(2);
  });

  it("that could not be read are unread, noted, and asked for again", async () => {
    const { run, asked } = showing({ ...shown, fails: { "autoScaling.terminatingHooks": "denied" } });
    const unread = { unread: { call: "autoScaling.terminatingHooks", why: "denied" } };
    expect([await readHooks(run, "fleet"), await readHooks(run, "fleet")]).to.deep.equal([unread, unread]);
    expect(asked).to.have.lengthOf(2);
    expect(run.hasFailures).to.equal(true);
  });

  it("are not asked for where the run has no time left", async () => {
    const { ports, asked } = showing(shown);
    expect(await readHooks(new Run(ports, ports.now()), "fleet")).to.deep.equal({
      unread: { call: undefined, why: "out of time" },
    });
    expect(asked).to.deep.equal([]);
  });
});
