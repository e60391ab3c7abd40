// Protects the others where one of a batch goes wrong: what AWS refuses for one instance's sake is done for the rest.
import { expect } from "chai";
import type { Simulation } from "../../simulator/cloud/simulation.ts";
import { AwsError } from "../../simulator/wire/errors.ts";
import { calls, expectDrained, expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const ids = instanceIds(4);
const [first, lost, third] = ids as [string, string, string];
const fleet = {
  functions: functions({ elb_name: "classic" }),
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 80 }], connection_draining_seconds: 90 },
  ],
  auto_scaling_groups: [
    { name: "fleet", instance_ids: ids, hooks: [HOOK], registers_with: { load_balancers: ["classic"] } },
  ],
};
const terminate = { at_seconds: 5, terminate: { instance_ids: [first, lost, third] } };

describe("scenarios: one of many goes wrong", () => {
  it("an instance that ends after it was observed, before its deregistration, fails the classic batch, and nobody else", async () => {
    const refused: string[][] = [];
    const outcome = await play(
      { ...fleet, timeline: [terminate] },
      {
        // The first deregistration comes too late for one: AWS knows it no more, and takes none of them out.
        watch: ({ world }: Simulation) => {
          const loadBalancer = world.classic.byName("classic");
          const deregister = loadBalancer.deregister.bind(loadBalancer);
          loadBalancer.deregister = (asked, by) => {
            world.instances.terminate(lost, "operator");
            if (asked.includes(lost)) {
              refused.push([...asked]);
              throw new AwsError("InvalidEndPointException", `Could not find EC2 instance ${lost}.`);
            }
            deregister(asked, by);
          };
        },
      },
    );
    expect(refused[0]).to.have.members([first, lost, third]);
    // A half with the one is refused too. It is listed until health checks have failed, and asked for alone until then.
    const [, half, ...alone] = refused;
    expect(half).to.include(lost).and.have.lengthOf(2);
    expect(new Set(alone.map(String))).to.deep.equal(new Set([lost]));
    const taken = outcome.simulation.world.story.lines.flatMap((line) =>
      line.kind === "classic" && line.state === "draining" ? [line.instanceId] : [],
    );
    expect(taken).to.have.members([first, third]);
    expectDrained(outcome, { count: 3 });
    expectQuiet(outcome);
  });

  it("an instance that ends while it drains fails the reading of the batch's health, and nobody else", async () => {
    const outcome = await play({
      ...fleet,
      timeline: [terminate, { at_seconds: 60, kill: { instance_ids: [lost] } }],
    });
    const failed = outcome.simulation.calls.filter(
      (each) =>
        each.action === "elb:DescribeInstanceHealth" &&
        /InvalidInstance|InvalidEndPoint/.test(each.error ?? ""),
    );
    expect(failed, "the batch was refused").to.have.lengthOf.at.least(1);
    expectDrained(outcome, { count: 3 });
    expectQuiet(outcome);
    expect(calls(outcome, "elb:DeregisterInstancesFromLoadBalancer")).to.equal(1);
  });

  it("a message of the monitor queue whose instance is none is set aside, and holds nobody", async () => {
    const body = JSON.stringify({
      instance_id: "i-0123456789abcdef0123456789",
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
    });
    const outcome = await play({
      ...fleet,
      timeline: [terminate, { at_seconds: 6, send: { queue: "monitor", body } }],
    });
    expectDrained(outcome, { count: 3 });
    const [line] = linesOf(outcome, "message cannot be read");
    expect(line?.reason).to.match(/^instance_id: expected an instance id/);
    expect(outcome.invocations.filter((each) => each.outcome !== "succeeded")).to.deep.equal([]);
  });

  it("a container instance that is gone by the time it is to be set DRAINING needs no step, and fails nothing", async () => {
    const outcome = await play({
      functions: functions({ cluster_name: "main" }),
      clusters: [{ name: "main" }],
      auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
      timeline: [terminate, { at_seconds: 18, deregister_container_instance: { instance_ids: [lost] } }],
      read_lag_seconds: 8,
    });
    expect(calls(outcome, "ecs:UpdateContainerInstancesState")).to.be.at.least(1);
    expect(linesOf(outcome, "step failed")).to.deep.equal([]);
    expect(linesOf(outcome, "set DRAINING").map((line) => line.instance_id)).to.have.members([first, third]);
    expectDrained(outcome, { count: 3, withinSeconds: 18 });
  });

  it("a target that its group refuses to take out is told of, and the others go without it", async () => {
    const outcome = await play(
      {
        ...fleet,
        functions: functions({ target_groups: ["static"] }),
        target_groups: [{ name: "static", port: 80, deregistration_delay_seconds: 60 }],
        auto_scaling_groups: [
          {
            name: "fleet",
            instance_ids: ids,
            hooks: [HOOK],
            registers_with: { target_groups: [{ name: "static" }] },
          },
        ],
        timeline: [terminate],
        ends_after_seconds: 300,
      },
      {
        watch: ({ world }: Simulation) => {
          const group = world.targetGroups.byName("static");
          if (!group) throw new Error("the world has no target group static");
          const deregister = group.deregister.bind(group);
          group.deregister = (id, port, by) => {
            if (id === lost) throw new AwsError("InvalidTargetException", `'${lost}' is not valid`);
            deregister(id, port, by);
          };
        },
      },
    );
    expect(new Set(linesOf(outcome, "step failed").map((line) => line.instance_id))).to.deep.equal(
      new Set([lost]),
    );
    expect(linesOf(outcome, "deregistered").map((line) => line.instance_id)).to.have.members([first, third]);
    const completed = linesOf(outcome, "lifecycle action completed").map((line) => line.instance_id);
    expect(completed).to.have.members([first, third]);
  });
});
