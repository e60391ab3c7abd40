// Protects what is really deployed: the packaged zips, started the way Lambda does, drain an instance on the simulated AWS
// and complete its lifecycle action.
import { expect } from "chai";
import { type RunningFunction, startFunction } from "./lambda.ts";
import { type Package, thePackage } from "./packaged.ts";
import { type SimulatorProcess, startSimulator, type World } from "./simulator.ts";
import { SCALED } from "./troubled-fleets.ts";
import { closedQueuesOf, hookOf, namesOf } from "./world.ts";

const LEAVING = "i-00000000000000001";
const STAYING = "i-00000000000000002";

describe("the packaged functions", () => {
  let packaged: Package;
  let simulator: SimulatorProcess;
  let deregister: RunningFunction;
  let terminate: RunningFunction;
  let scaleTasks: RunningFunction;

  before(async () => {
    packaged = await thePackage();
    simulator = await startSimulator(scenario(packaged));
    deregister = await startFunction(packaged.functions.deregister, simulator.url);
    terminate = await startFunction(packaged.functions.terminate, simulator.url);
    scaleTasks = await startFunction(packaged.functions["scale-tasks"], simulator.url);
  });
  after(() => Promise.all([deregister, terminate, scaleTasks, simulator].map((each) => each?.stop())));

  it("drain an instance, and complete its lifecycle action with CONTINUE", async () => {
    const { group, hook } = hookOf(packaged.resources);
    expect(instance(await simulator.world(), LEAVING).state, "the scale-in has begun").to.equal(
      "Terminating:Wait",
    );
    const [cluster] = namesOf(packaged).clusterNames;
    expect(await tasksOn(LEAVING), "one task, where there is a cluster").to.have.lengthOf(cluster ? 1 : 0);

    // They tell a bus too, by a client that signs as all others do.
    const bus = { event_bus: "default" };
    await deregister.invoke({ ...packaged.functions.deregister.input, ...bus });
    expect(said(deregister, "passed on"), deregister.lines.join("\n")).to.deep.equal([LEAVING]);
    expect(pending(await simulator.world()), "deregister completes nothing").to.equal(true);

    // As the schedule does, minute by minute; a run holds what drains, so that one or two are enough here.
    for (let tick = 1; tick <= 3 && pending(await simulator.world()); tick++) {
      await terminate.invoke({ ...packaged.functions.terminate.input, ...bus });
      await deregister.invoke(packaged.functions.deregister.input);
    }

    const log = [...deregister.lines, ...terminate.lines].join("\n");
    const world = await simulator.world();
    expect(instance(world, LEAVING).actions, log).to.have.lengthOf(1);
    expect(instance(world, LEAVING).actions[0], log).to.include({
      hook: hook.name,
      ended: "call",
      result: "CONTINUE",
    });
    expect(said(terminate, "lifecycle action completed")).to.deep.equal([LEAVING]);
    expect(said(terminate, "memory of another sender ignored"), "each other's memory counts").to.deep.equal(
      [],
    );
    expect(world.groups.map(({ name }) => name)).to.deep.equal([group]);
    for (const { status } of await tasksOn(LEAVING)) expect(status).to.equal("STOPPED");
    const targets = world.target_groups.flatMap((each) => each.targets.map(({ id }) => id));
    expect(new Set(targets)).to.deep.equal(new Set(cluster ? [STAYING] : []));
    for (const each of world.load_balancers) {
      expect(each).to.deep.include({ registered: [STAYING], draining: [] });
    }
    for (const { name, ...counts } of world.queues) {
      expect(counts, name).to.deep.equal({ visible: 0, in_flight: 0, delayed: 0, waiting_receives: 0 });
    }
    expect(world.events.map(({ detail_type, detail }) => [detail_type, detail.instance_id])).to.deep.equal([
      ["drain started", LEAVING],
      ["drain completed", LEAVING],
    ]);
    const refused = (await simulator.calls()).filter(({ error }) => error !== undefined);
    expect(refused).to.deep.equal([]);
  });

  it("scale a service, and do nothing without one", async () => {
    await scaleTasks.invoke({ services: [] });
    expect((await simulator.calls()).some(({ action }) => action === "ecs:UpdateService")).to.equal(false);
    await scaleTasks.invoke({ services: [SCALED] });
    const [set] = linesOf(scaleTasks, "desired count set");
    expect(set).to.include({ cluster: SCALED.cluster_name, was: 3, desired_count: SCALED.min_task_count });
    const calls = await simulator.calls();
    const made = calls.filter(({ action }) => /UpdateService|DescribeScalableTargets/.test(action));
    expect(made.map(({ action, error }) => [action, error])).to.deep.equal([
      ["application-autoscaling:DescribeScalableTargets", undefined],
      ["ecs:UpdateService", undefined],
    ]);
  });

  it("throw what Lambda is to count as an error, with our files and lines in its stack", async () => {
    const refused = await deregister.invoke({ elb_name: 5 }).catch((error: Error) => error.message);
    expect(refused).to.include("deregister: the scheduled event's input is wrong: ");
    expect(refused, "by the source map").to.match(/shared\/run\/input\.ts:\d+/);
  });

  it("take the records of an event source mapping by the input in the environment, and by none without it", async () => {
    const { input, environment } = packaged.functions.deregister;
    const body = JSON.stringify({ Event: "autoscaling:TEST_NOTIFICATION", AutoScalingGroupName: "any" });
    const event = {
      Records: [
        {
          messageId: "a-message",
          receiptHandle: "a-receipt",
          body,
          attributes: { SentTimestamp: "1000" },
          eventSource: "aws:sqs",
          eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${input.lifecycle_queue_name}`,
        },
      ],
    };
    const refused = await deregister.invoke(event).catch((error: Error) => error.message);
    expect(refused).to.include("deregister: the environment's variable INPUT is wrong: ");
    const told = { ...environment, INPUT: JSON.stringify(input) };
    const mapped = await startFunction(
      { ...packaged.functions.deregister, environment: told },
      simulator.url,
    );
    try {
      expect(await mapped.invoke(event)).to.deep.equal({ batchItemFailures: [] });
      expect(linesOf(mapped, "test notification deleted")).to.have.lengthOf(1);
    } finally {
      await mapped.stop();
    }
  });

  function pending(world: World): boolean {
    return instance(world, LEAVING).actions.some(({ ended }) => ended === undefined);
  }

  async function tasksOn(id: string) {
    const { clusters } = await simulator.world();
    return clusters.flatMap(({ tasks }) => tasks.filter(({ instance_id }) => instance_id === id));
  }
});

function instance(world: World, id: string) {
  const found = world.groups.flatMap((group) => group.instances).find((each) => each.instance_id === id);
  if (!found) throw new Error(`the world has no instance ${id}`);
  return found;
}

/** The instances of the log lines with that phrase. */
function said(running: RunningFunction, phrase: string): unknown[] {
  return linesOf(running, phrase).map(({ instance_id }) => instance_id);
}

/** The log lines with that phrase. */
function linesOf({ lines }: RunningFunction, phrase: string): Record<string, unknown>[] {
  return lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ message }) => message === phrase);
}

// Delays are as short as they can be: the functions themselves wait ten seconds before they believe that all is gone.
function scenario({ resources, ...rest }: Package) {
  const { elbNames, clusterNames } = namesOf({ resources, ...rest });
  const { group, hook } = hookOf(resources);
  const [cluster] = clusterNames;
  const service = {
    name: "web",
    desired_count: 2,
    load_balancers: [{ target_group: "managed", container_port: 3000 }],
    task: { ports: [{ container_port: 3000 }], start_seconds: 1, stop_seconds: 1 },
  };
  return {
    name: "package",
    queues: closedQueuesOf(resources),
    target_groups: [{ name: "managed", port: 80, deregistration_delay_seconds: 2, healthy_after_seconds: 1 }],
    load_balancers: elbNames.map((name) => ({
      name,
      listeners: [{ port: 80, instance_port: 8080 }],
      connection_draining_seconds: 2,
    })),
    clusters: [
      { name: SCALED.cluster_name, services: [{ name: SCALED.service_name, desired_count: 3 }] },
      ...(cluster === undefined ? [] : [{ name: cluster, services: [service] }]),
    ],
    auto_scaling_groups: [
      {
        name: group,
        instances: 2,
        instance_ids: [LEAVING, STAYING],
        ...(cluster === undefined ? {} : { cluster }),
        registers_with: { load_balancers: elbNames },
        hooks: [hook],
      },
    ],
    timeline: [{ at_seconds: 0, terminate: { instance_ids: [LEAVING] } }],
  };
}
