// Protects the third function: a service at one task an instance less a few, by what really is there, and no call where
// nothing is to change.
import { expect } from "chai";
import { calls, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(4);
const SERVICE = { cluster_name: "main", service_name: "edge", min_task_count: 1, n_count: 1 };

const fleet = (input: Record<string, unknown>, change: Record<string, unknown> = {}, desired = 3) => ({
  functions: {
    ...functions({ cluster_name: "main" }),
    scale_tasks: { input, first_after_seconds: 50 },
  },
  clusters: [
    {
      name: "main",
      services: [
        { name: "edge", desired_count: desired, task: { stop_seconds: 5 }, ...(change.service ?? {}) },
      ],
    },
  ],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK], ...(change.group ?? {}) },
  ],
  timeline: change.timeline ?? [],
  ends_after_seconds: 400,
  ...(change.scenario ?? {}),
});
const desired = (outcome: Awaited<ReturnType<typeof play>>) =>
  outcome.simulation.world.clusters.byName("main").services.get("edge")?.desiredCount;
// A scenario ends when nothing is left to happen; one entry late in it keeps it going.
const until = (seconds: number) => ({
  at_seconds: seconds,
  send: { queue: "lifecycle", body: "{}" },
});

describe("scenarios: scale-tasks", () => {
  it("no call when it is right already, and the log says so", async () => {
    const outcome = await play(fleet(SERVICE, { timeline: [until(130)] }));
    expect(calls(outcome, "ecs:UpdateService")).to.equal(0);
    expect(linesOf(outcome, "nothing to change")[0]).to.include({ active_instances: 4, desired_count: 3 });
  });

  it("sets the count to the ACTIVE instances less n_count", async () => {
    const outcome = await play(fleet(SERVICE, { timeline: [until(130)] }, 7));
    expect(desired(outcome)).to.equal(3);
    expect(calls(outcome, "ecs:UpdateService")).to.equal(1);
    expect(linesOf(outcome, "desired count set")[0]).to.include({ was: 7, desired_count: 3 });
  });

  it("instances that drain do not count", async () => {
    const outcome = await play(
      fleet(SERVICE, {
        service: { task: { stop_seconds: 100, stop_timeout_seconds: 120 } },
        timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }, until(180)],
      }),
    );
    expect(linesOf(outcome, "desired count set")[0]).to.include({ active_instances: 3, desired_count: 2 });
  });

  it("never below min_task_count", async () => {
    const outcome = await play(fleet({ ...SERVICE, min_task_count: 6 }, { timeline: [until(130)] }));
    expect(desired(outcome)).to.equal(6);
  });

  it("several services, one of which does not exist: the others are scaled, and the run fails", async () => {
    const outcome = await play(
      fleet({ services: [{ ...SERVICE, service_name: "gone" }, SERVICE] }, { timeline: [until(70)] }, 7),
    );
    expect(desired(outcome)).to.equal(3);
    expect(linesOf(outcome, "cannot be used")[0]).to.include({
      name: "main/gone",
      reason: "there is no such service",
    });
  });

  it("does nothing when the cluster cannot be read", async () => {
    const outcome = await play(
      fleet(
        SERVICE,
        {
          timeline: [
            { at_seconds: 1, deny: { actions: ["ecs:ListContainerInstances"], for_seconds: 100 } },
            until(70),
          ],
        },
        7,
      ),
    );
    expect(desired(outcome)).to.equal(7);
    expect(linesOf(outcome, "not scaled")[0]?.reason).to.include("could not be read");
  });

  it("does nothing when the cluster shows no ACTIVE instance where the service has tasks", async () => {
    const outcome = await play(
      fleet(
        { ...SERVICE, min_task_count: 0 },
        {
          service: { task: { stop_seconds: 200, stop_timeout_seconds: 300 } },
          timeline: [{ at_seconds: 5, terminate: { instance_ids: ids } }, until(130)],
        },
        4,
      ),
    );
    expect(calls(outcome, "ecs:UpdateService")).to.equal(0);
    expect(linesOf(outcome, "not scaled")[0]?.reason).to.include("no ACTIVE instance");
  });

  it("a service with its own scaling target is warned about", async () => {
    const outcome = await play(
      fleet(SERVICE, { service: { scaling: { min: 1, max: 10 } }, timeline: [until(70)] }),
    );
    expect(linesOf(outcome, "service has a scaling target")[0]?.level).to.equal("WARN");
  });

  it("a dry run says what it would set", async () => {
    const outcome = await play(fleet({ ...SERVICE, dry_run: true }, { timeline: [until(70)] }, 7));
    expect(calls(outcome, "ecs:UpdateService")).to.equal(0);
    expect(linesOf(outcome, "dry run")[0]).to.include({ desired_count: 3, was: 7 });
  });

  it("a cluster of more instances than a page of their list: all count", async () => {
    const group = { instance_ids: instanceIds(130) };
    const outcome = await play(fleet(SERVICE, { group, timeline: [until(70)] }, 129));
    expect(linesOf(outcome, "nothing to change")[0]).to.include({
      active_instances: 130,
      desired_count: 129,
    });
  });
});
