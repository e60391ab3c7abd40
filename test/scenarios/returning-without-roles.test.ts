// Protects instances that come back where no variable names the roles, and so nobody knows who wrote what a message remembers: what
// Auto Scaling and ECS show decides what is given back, and what could not be given back is not taken.
import { ECSClient, UpdateContainerInstancesStateCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import {
  calls,
  expectQuiet,
  functions,
  HOOK,
  instanceIds,
  linesOf,
  type Outcome,
  play,
  QUEUES,
} from "./fixture.ts";

const ids = instanceIds(2);
const [leaving] = ids as [string];
const STATE = "ecs:UpdateContainerInstancesState";

/** A fleet behind a target group, in a cluster whose task takes so many seconds to stop. */
function fleet(group: object, timeline: readonly object[], stopSeconds = 10) {
  const { deregister, terminate } = functions({ cluster_name: "main" });
  const unset = { sender_role_ids: "" };
  const input = { ...terminate.input, cluster_name: "main", lifecycle_queue_name: "lifecycle" };
  return {
    functions: { deregister: { ...deregister, ...unset }, terminate: { ...terminate, ...unset, input } },
    target_groups: ["static", "others"].map((name) => ({
      name,
      port: 8080,
      deregistration_delay_seconds: 20,
    })),
    clusters: [
      { name: "main", services: [{ name: "worker", desired_count: 2, task: { stop_seconds: stopSeconds } }] },
    ],
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: ids,
        cluster: "main",
        hooks: [HOOK],
        registers_with: { target_groups: [{ name: "static" }] },
        ...group,
      },
    ],
    timeline,
    ends_after_seconds: 1_800,
  };
}

const containerInstanceOf = ({ world }: Simulation) =>
  [...world.clusters.byName("main").containerInstances.values()].find((each) => each.instanceId === leaving);
const statusOf = ({ simulation }: Outcome) => containerInstanceOf(simulation)?.status.latest;

describe("scenarios: coming back, and no variable names the roles", () => {
  const scaledIn = { at_seconds: 5, scale_in: { group: "fleet", count: 1 } };

  it("to the warm pool: drained, and ACTIVE again once it is there, in the same run and in another one", async () => {
    const isSameRun: boolean[] = [];
    for (const stopSeconds of [10, 35, 60]) {
      const outcome = await play(fleet({ warm_pool: { state: "Stopped" } }, [scaledIn], stopSeconds));
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.terminations.map(({ instanceId, result }) => [instanceId, result])).to.deep.equal([
        [leaving, "CONTINUE"],
      ]);
      expect(linesOf(outcome, "deregistered", leaving)).to.have.lengthOf(1);
      expect(linesOf(outcome, "set DRAINING", leaving)).to.have.lengthOf(1);
      expect(statusOf(outcome)).to.equal("ACTIVE");
      expectQuiet(outcome);
      const [left] = linesOf(outcome, "comes back", leaving);
      const [back] = linesOf(outcome, "set ACTIVE again", leaving);
      isSameRun.push(left?.request_id === back?.request_id);
    }
    expect(isSameRun).to.include.members([true, false]);
  });

  for (const agent of ["same", "new"]) {
    it(`with a new root volume, ${agent} container instance: nothing is taken, and a warning names the variable`, async () => {
      const replaced = { at_seconds: 5, replace_root_volume: { instance_ids: [leaving], agent } };
      const outcome = await play(fleet({}, [replaced]));
      expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(["CONTINUE"]);
      const [completed] = linesOf(outcome, "lifecycle action completed", leaving);
      expect(completed).to.include({ level: "WARN", outcome: "cut off", setting: "SENDER_ROLE_IDS" });
      for (const action of [STATE, "elbv2:DeregisterTargets", "elbv2:RegisterTargets"])
        expect(calls(outcome, action), action).to.equal(0);
      expectQuiet(outcome);
    });
  }

  /** A message that claims this of the instance. */
  const sent = (memory: object, hook: string) => ({
    at_seconds: 400,
    send: {
      queue: "monitor",
      body: JSON.stringify({
        version: 2,
        instance_id: leaving,
        auto_scaling_group: "fleet",
        life_cycle_hook_name: hook,
        memory,
      }),
    },
  });
  /** Plays a world in which an operator sets the instance's container instance DRAINING, and a forged message wants it back. */
  async function playForged(
    returns: "warm pool" | "root volume",
    group: object,
    { timeline = [], hook = HOOK.name }: { timeline?: readonly object[]; hook?: string } = {},
  ): Promise<Outcome> {
    const world = (...sending: object[]) => ({
      ...fleet(group, [...timeline, ...sending]),
      queues: [...QUEUES, { name: "theirs" }],
    });
    const { simulation } = await play(world());
    const others = simulation.world.targetGroups.byName("others")?.settings.arn;
    const memory = {
      returns,
      to_drain: [containerInstanceOf(simulation)?.arn],
      to_take: [{ target_group: others, port: 8080 }],
    };
    return play(world(sent(memory, hook)), {
      watch: (here) => {
        const ecs = new ECSClient(clientOptions(transport(here, "operator")));
        here.world.agenda.in(350_000, () => {
          const containerInstances = [containerInstanceOf(here)?.arn ?? ""];
          const status = "DRAINING";
          void ecs.send(
            new UpdateContainerInstancesStateCommand({ cluster: "main", containerInstances, status }),
          );
        });
      },
    });
  }
  /** What terminate did to the instance after the message. */
  const doneSince = ({ simulation, startedAt }: Outcome) =>
    simulation.calls
      .filter(({ at, caller }) => caller === "terminate" && at >= startedAt + 400_000)
      .map(({ action }) => action)
      .filter((action) => action === STATE || /^elbv2:(Reg|Dereg)/.test(action));

  for (const returns of ["warm pool", "root volume"] as const) {
    it(`forged, of an instance in service, to have come back (${returns}): untouched`, async () => {
      const outcome = await playForged(returns, {});
      expect(outcome.violations).to.deep.equal([]);
      expect(doneSince(outcome)).to.deep.equal([]);
      expect(statusOf(outcome)).to.equal("DRAINING");
      expectQuiet(outcome);
    });
  }

  const warm_pool = { state: "Running" };

  it("forged, of an instance in the warm pool of another team's group: untouched", async () => {
    const theirs = { ...HOOK, name: "theirs", queue: "theirs", heartbeat_timeout_seconds: 60 };
    for (const hook of ["theirs", "drain"]) {
      const group = { warm_pool, hooks: [theirs] };
      const outcome = await playForged("warm pool", group, { timeline: [scaledIn], hook });
      expect(doneSince(outcome)).to.deep.equal([]);
      expect(statusOf(outcome)).to.equal("DRAINING");
    }
  });

  it("forged, of an instance in the warm pool of a group of ours: it is set ACTIVE, which is the worst", async () => {
    const outcome = await playForged("warm pool", { warm_pool }, { timeline: [scaledIn] });
    expect(doneSince(outcome)).to.deep.equal([STATE]);
    expect(statusOf(outcome)).to.equal("ACTIVE");
    expectQuiet(outcome);
  });
});
