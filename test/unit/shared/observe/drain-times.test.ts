// Protects what is asked about how long a drain may take: each load balancer and task definition once a run, and only when due.
import { expect } from "chai";
import type { Termination } from "../../../../shared/model/termination.ts";
import { observeDrainTimes } from "../../../../shared/observe/drain-times.ts";
import type { WithRegistered } from "../../../../shared/observe/records.ts";
import type { Run } from "../../../../shared/run/run.ts";
import { classic, clusterInstanceOf, target, task, termination } from "../rules/builders.ts";
import { clustered, registeredAt } from "./records.ts";
import { type Shown, showing } from "./shown.ts";

const shown: Shown = { stopTimeouts: { "web:1": 90_000 }, drainLimits: { "tg-1": 300_000, elb: 60_000 } };
const tasks = [task("RUNNING", { arn: "a" }), task("STOPPED", { arn: "b", definition: "old:1" })];
const record = (of: Termination = termination(), change: Partial<WithRegistered> = {}): WithRegistered => ({
  ...clustered(of, { instances: [clusterInstanceOf({}, tasks)] }),
  registered: registeredAt([target(), target({ port: 9090 }), classic()]),
  ...change,
});
const timesOf = async (run: Run, records: readonly WithRegistered[], isDue = true) =>
  (await observeDrainTimes(run, records, { areDrainTimesDue: () => isDue })).map(({ times }) => times);
const times = {
  loadBalancers: [
    { kind: "target", id: "tg-1", limit: 300_000 },
    { kind: "classic", id: "elb", limit: 60_000 },
  ],
  definitions: [{ definition: "web:1", stopTimeout: 90_000 }],
};

describe("how long a drain may take", () => {
  it("is asked of each load balancer, and of each definition of a task that has not ended, once a run", async () => {
    const { run, asked } = showing(shown);
    expect(await timesOf(run, [record(), record()])).to.deep.equal([times, times]);
    expect(await timesOf(run, [record()])).to.deep.equal([times]);
    expect(asked).to.have.members([
      "targetGroups.drainLimit tg-1",
      "classic.drainLimit elb",
      "ecs.definition web:1",
    ]);
  });

  it("is not asked where it is not due, nor about an instance that nobody asks about", async () => {
    const { run, asked } = showing(shown);
    expect(await timesOf(run, [record()], false)).to.deep.equal([undefined]);
    expect(await timesOf(run, [record(termination(), { isObserved: false })])).to.deep.equal([undefined]);
    expect(asked).to.deep.equal([]);
  });

  it("leaves out what could not be read, and a kind of load balancer that nobody here knows", async () => {
    const fails = { "targetGroups.drainLimit": "denied", "ecs.definition": "throttled" } as const;
    const { run } = showing({ ...shown, fails });
    expect(await timesOf(run, [record()])).to.deep.equal([
      { loadBalancers: [{ kind: "classic", id: "elb", limit: 60_000 }], definitions: [] },
    ]);
    const registrations = [target({ kind: "lattice", id: "tg-lattice" })];
    const registered = registeredAt(registrations);
    const [found] = await timesOf(showing(shown).run, [record(termination(), { registered })]);
    expect(found?.loadBalancers).to.deep.equal([]);
  });
});
