// Protects what is still alive on a container instance, and when nobody answers for it.
import { expect } from "chai";
import { isSilent, liveTasks, withTwinsApart } from "../../../../shared/model/tasks.ts";
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

describe("the container instances of one instance", () => {
  const connected = clusterInstanceOf({ arn: "new" });
  const silent = clusterInstanceOf({ arn: "old", agentConnected: false });
  const inactive = clusterInstanceOf({ arn: "gone", status: "INACTIVE" });
  const apart = (...all: (typeof silent)[]) => {
    const { clusterInstances, silentTwins } = withTwinsApart(all);
    return [clusterInstances, silentTwins].map((each) => each.map((one) => one.containerInstance.arn));
  };

  it("have the silent ones apart beside one whose agent is connected: it has registered again", () => {
    expect(apart(silent, connected)).to.deep.equal([["new"], ["old"]]);
    expect(apart(connected, inactive, silent)).to.deep.equal([["new", "gone"], ["old"]]);
  });

  it("are all as they are where no agent is connected, or none is silent", () => {
    expect(apart(silent)).to.deep.equal([["old"], []]);
    expect(apart(silent, silent)).to.deep.equal([["old", "old"], []]);
    expect(apart(silent, inactive)).to.deep.equal([["old", "gone"], []]);
    expect(apart(connected, inactive)).to.deep.equal([["new", "gone"], []]);
  });
});
