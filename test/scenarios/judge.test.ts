// Protects the judge from being blind: functions that do each thing that a drain must never do are found out, from the
// world alone.
import { CompleteLifecycleActionCommand } from "@aws-sdk/client-auto-scaling";
import { UpdateContainerInstancesStateCommand } from "@aws-sdk/client-ecs";
import { DeregisterTargetsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { type Clients, createClients } from "../../shared/aws/clients.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import type { Violation } from "../../simulator/judge/records.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { parseScenario } from "../../simulator/scenario/read.ts";
import type { Invoke } from "../../simulator/scenario/stage.ts";
import type { World } from "../../simulator/services/world.ts";
import { brokenPromises, functions, HOOK, instanceIds, QUEUES } from "./fixture.ts";

const ids = instanceIds(3);
const victim = ids[0] as string;
const text = JSON.stringify({
  name: "judged",
  queues: QUEUES,
  functions: functions({ cluster_name: "main", target_groups: ["static"] }),
  target_groups: [{ name: "web" }, { name: "static", port: 8080 }],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "web",
          desired_count: 3,
          load_balancers: [{ target_group: "web", container_port: 3000 }],
          task: { ports: [{ container_port: 3000 }] },
        },
        {
          name: "edge",
          desired_count: 3,
          minimum_healthy_percent: 0,
          task: { ports: [{ container_port: 8080, host_port: 8080 }] },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [HOOK, { name: "other" }],
      registers_with: { target_groups: [{ name: "static" }] },
    },
  ],
  timeline: [{ at_seconds: 1, terminate: { instance_ids: [victim] } }],
  ends_after_seconds: 120,
});

async function violationsBy(
  misdeed: (clients: Clients, world: World) => Promise<unknown>,
): Promise<readonly Violation[]> {
  let done = false;
  const invoke: Invoke = async (name, _event, { simulation }) => {
    if (name === "terminate" || done) return;
    done = true;
    await misdeed(createClients(clientOptions(transport(simulation, name))), simulation.world);
  };
  const { violations } = await playScenario(parseScenario(text, "judged"), { invoke });
  return brokenPromises(violations);
}

async function rulesBrokenBy(misdeed: Parameters<typeof violationsBy>[0]): Promise<string[]> {
  return [...new Set((await violationsBy(misdeed)).map((each) => each.rule))];
}

const complete = (result: "CONTINUE" | "ABANDON") => (clients: Clients) =>
  clients.autoScaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName: "fleet",
      LifecycleHookName: "drain",
      InstanceId: victim,
      LifecycleActionResult: result,
    }),
  );

function drain(instanceId: string) {
  return (clients: Clients, world: World) => {
    const found = [...world.clusters.byName("main").containerInstances.values()].find(
      (each) => each.instanceId === instanceId,
    );
    return clients.ecs.send(
      new UpdateContainerInstancesStateCommand({
        cluster: "main",
        containerInstances: [found?.arn ?? ""],
        status: "DRAINING",
      }),
    );
  };
}

function pull(group: string, instanceId: string) {
  return (clients: Clients, world: World) => {
    const targetGroup = world.targetGroups.byName(group);
    const port = targetGroup?.targets.find((each) => each.id === instanceId)?.port;
    return clients.elbv2.send(
      new DeregisterTargetsCommand({
        TargetGroupArn: targetGroup?.settings.arn,
        Targets: [{ Id: instanceId, Port: port }],
      }),
    );
  };
}

describe("scenarios: the judge", () => {
  it("completing at once is found out", async () => {
    expect(await rulesBrokenBy(complete("CONTINUE"))).to.deep.equal([
      "nothing is completed before it is ready",
    ]);
  });

  it("ABANDON, which cancels the other hook, is found out", async () => {
    expect(await rulesBrokenBy(complete("ABANDON"))).to.include("no other hook is cancelled");
  });

  it("DRAINING while a registration of ours points at a task's port is found out", async () => {
    expect(await rulesBrokenBy(drain(victim))).to.deep.equal([
      "no task is stopped behind a registration of ours",
    ]);
  });

  it("a task that ends while its agent is disconnected is found out once, as any other", async () => {
    const found = await violationsBy((clients, world) => {
      world.story.listen((line) => {
        if (line.kind === "task" && line.service === "edge" && line.status === "STOPPING" && !line.gone)
          world.clusters.agents.disconnect(victim);
      });
      return drain(victim)(clients, world);
    });
    expect(found.map(({ what }) => what)).to.deep.equal(["static still points at it"]);
  });

  it("what a service registered is left too, though no input names it", async () => {
    const [violation] = await violationsBy(complete("CONTINUE"));
    expect(violation?.what).to.match(
      /^registered in static at port 8080, registered in web at port \d+, a task of /,
    );
  });

  it("DRAINING an instance that is in service is found out", async () => {
    expect(await rulesBrokenBy(drain(ids[1] as string))).to.include(
      "no instance outside a wait state is touched",
    );
  });

  it("pulling a managed target is found out", async () => {
    expect(await rulesBrokenBy(pull("web", victim))).to.deep.equal(["no managed target is pulled"]);
  });

  it("taking an instance that is in service out of a target group is found out", async () => {
    expect(await rulesBrokenBy(pull("static", ids[1] as string))).to.deep.equal([
      "no instance outside a wait state is touched",
    ]);
  });

  it("doing nothing breaks no rule", async () => {
    expect(await rulesBrokenBy(async () => {})).to.deep.equal([]);
  });
});
