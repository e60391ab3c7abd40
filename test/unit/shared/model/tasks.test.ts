// Protects what is still alive on a container instance, and when nobody answers for it.
import { expect } from "chai";
import { isSilent, liveTasks } from "../../../../shared/model/tasks.ts";
import { clusterInstanceOf, task } from "../rules/builders.ts";

describe("a cluster instance", () => {
  const statuses = [
    "PROVISIONING",
    "RUNNING",
    "DEACTIVATING",
    "STOPPING",
    "DEPROVISIONING",
    "STOPPED",
    "DELETED",
  ];
  const tasks = statuses.map((status) => task(status));

  it("has live tasks until they are STOPPED or DELETED, whatever ECS wants of them", () => {
    for (const status of ["ACTIVE", "DRAINING"]) {
      expect(liveTasks(clusterInstanceOf({ status }, tasks)).map((each) => each.status)).to.deep.equal(
        statuses.slice(0, -2),
      );
    }
  });

  it("that is INACTIVE has none: ECS follows none of its tasks any more", () => {
    expect(liveTasks(clusterInstanceOf({ status: "INACTIVE" }, tasks))).to.deep.equal([]);
  });

  it("is silent while its agent is disconnected, unless it is INACTIVE", () => {
    const silent = (status: string, agentConnected: boolean) =>
      isSilent(clusterInstanceOf({ status, agentConnected }));
    expect([silent("DRAINING", false), silent("DRAINING", true), silent("INACTIVE", false)]).to.deep.equal([
      true,
      false,
      false,
    ]);
  });
});
