// Protects container instances from a sweep: it takes out none but a ghost of ours, by EC2's own word.
import { expect } from "chai";
import type { Suspect } from "../../../../shared/model/ghost.ts";
import { INSTANCE_STATES } from "../../../../shared/model/instance-state.ts";
import { type DrainSettings, settingsOf } from "../../../../shared/model/settings.ts";
import { decideGhost, isGhost } from "../../../../shared/rules/ghosts.ts";
import { clusterInstanceOf } from "./builders.ts";

const suspect = (
  instance: Suspect["instance"],
  containerInstance: Parameters<typeof clusterInstanceOf>[0] = {},
): Suspect => ({
  cluster: "main",
  containerInstance: clusterInstanceOf({ agentConnected: false, ...containerInstance }).containerInstance,
  instance,
});
const terminated = (group: string | undefined) => suspect({ state: "terminated", group });

describe("a ghost", () => {
  it("is one whose agent is silent, and whose instance is terminated or unknown to EC2", () => {
    const ghosts = INSTANCE_STATES.filter((state) => isGhost(suspect({ state, group: "fleet" })));
    expect(ghosts).to.deep.equal(["terminated"]);
    expect(isGhost(suspect(undefined))).to.equal(true);
  });

  it("is none where its agent is connected after all, or where it has left its cluster", () => {
    expect(isGhost(suspect(undefined, { agentConnected: true }))).to.equal(false);
    expect(isGhost(suspect(undefined, { status: "INACTIVE" }))).to.equal(false);
  });
});

describe("what a sweep does about a ghost", () => {
  const plain = settingsOf({});
  const never: DrainSettings = { ...plain, deregisterContainerInstance: "never" };
  const decide = (of: Suspect, settings: readonly DrainSettings[] = [plain]) =>
    decideGhost(of, new Set(["fleet"]), (group) => (group === "fleet" ? settings : []));

  it("takes it out if a group of ours launched it", () => {
    expect(decide(terminated("fleet"))).to.deep.equal({ kind: "take out", group: "fleet" });
  });

  it("leaves it in all other cases, and says why", () => {
    expect(decide(suspect(undefined))).to.deep.equal({ kind: "left", reason: { why: "unknown to EC2" } });
    expect(decide(terminated(undefined))).to.deep.equal({ kind: "left", reason: { why: "no group" } });
    expect(decide(terminated("other"))).to.deep.equal({
      kind: "left",
      reason: { why: "another group", group: "other" },
    });
  });

  it("leaves it if any of the settings for its group says never", () => {
    const left = { kind: "left", reason: { why: "never", group: "fleet" } };
    expect(decide(terminated("fleet"), [never])).to.deep.equal(left);
    expect(decide(terminated("fleet"), [plain, never])).to.deep.equal(left);
    expect(decide(terminated("fleet"), [{ ...plain, deregisterContainerInstance: "always" }]).kind).to.equal(
      "take out",
    );
  });
});
