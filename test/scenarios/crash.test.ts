// Protects the promise that a run killed at any point loses nothing: the standard drain, with each function killed after
// each of its calls in turn, and resumed by the schedule.
import { expect } from "chai";
import type { FunctionName } from "../../simulator/scenario/stage.ts";
import { functions, HOOK, instanceIds, linesOf, type Outcome, play, violationsButLate } from "./fixture.ts";

const ids = instanceIds(3);
/**
 * How long a drain may take when a run of it was killed, in milliseconds. The longest one here takes a little over three
 * minutes. Two of these pass until the killed run's message is visible again.
 */
const SOON_MS = 300_000;
const standard = {
  functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"] }),
  target_groups: [
    { name: "web", deregistration_delay_seconds: 15 },
    { name: "static", port: 3001, deregistration_delay_seconds: 10 },
  ],
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 3001 }], connection_draining_seconds: 15 },
  ],
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
          desired_count: 2,
          minimum_healthy_percent: 50,
          maximum_percent: 100,
          task: { ports: [{ container_port: 1, host_port: 3001 }] },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      hooks: [HOOK],
      registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
    },
  ],
  timeline: [{ at_seconds: 5, terminate: { instance_ids: [ids[0]] } }],
};

const comingBack = {
  ...standard,
  // It boots fast, so that there are fewer passes to kill in the meantime.
  auto_scaling_groups: standard.auto_scaling_groups.map((group) => ({ ...group, boot_seconds: 5 })),
  timeline: [{ at_seconds: 5, replace_root_volume: { instance_ids: [ids[0]], agent: "same" } }],
};

/** Where the instance that came back is registered, and the status of its container instance. */
function belongings({ simulation: { world } }: Outcome): unknown[] {
  const [id] = ids as [string];
  const [containerInstance] = [...world.clusters.byName("main").containerInstances.values()].filter(
    (each) => each.instanceId === id,
  );
  return [
    world.targetGroups.byName("static")?.stateOf(id, 3001) !== "gone",
    world.classic.byName("classic").instanceIds().registered.includes(id),
    containerInstance?.status.latest,
  ];
}

function expectCompletedSoon({ terminations: [only] }: Outcome, why: string): void {
  expect(only?.result, why).to.equal("CONTINUE");
  const { askedAt = 0, completedAt = Number.POSITIVE_INFINITY } = only ?? {};
  expect(completedAt - askedAt, `${why}: ms from asked to completed`).to.be.at.most(SOON_MS);
}

describe("scenarios: a crash at every point", () => {
  for (const name of ["deregister", "terminate"] satisfies FunctionName[]) {
    it(`${name} killed after its n-th call, for every n`, async () => {
      const whole = await play(standard);
      const calls = whole.simulation.calls.filter((each) => each.caller === name).length;
      expect(calls).to.be.at.least(10);
      for (let atCall = 1; atCall <= calls; atCall++) {
        const outcome = await play(standard, { crash: { name, atCall } });
        expect(violationsButLate(outcome), `killed after call ${atCall}`).to.deep.equal([]);
        expectCompletedSoon(outcome, `killed after call ${atCall}`);
        for (const queue of outcome.simulation.world.queues.all) {
          expect(queue.messages.size, `killed after call ${atCall}: ${queue.name}`).to.equal(0);
        }
        expect(outcome.invocations.filter((each) => each.outcome === "timed out")).to.have.lengthOf(1);
      }
    });

    it(`${name} killed after every seventh of its calls, of an instance that comes back: it gets back all that it had`, async () => {
      const whole = await play(comingBack);
      const calls = whole.simulation.calls.filter((each) => each.caller === name).length;
      for (let atCall = 1; atCall <= calls; atCall += 7) {
        const outcome = await play(comingBack, { crash: { name, atCall } });
        expect(violationsButLate(outcome), `killed after call ${atCall}`).to.deep.equal([]);
        expectCompletedSoon(outcome, `killed after call ${atCall}`);
        expect(belongings(outcome), `killed after call ${atCall}`).to.deep.equal([true, true, "ACTIVE"]);
      }
    });
  }

  it("terminate killed after any of its calls to SQS, in a drain that is handed over", async () => {
    const handedOver = {
      functions: functions({ cluster_name: "main" }),
      clusters: [
        {
          name: "main",
          services: [
            { name: "worker", desired_count: 3, task: { stop_seconds: 120, stop_timeout_seconds: 200 } },
          ],
        },
      ],
      auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
      timeline: standard.timeline,
    };
    const whole = await play(handedOver);
    expect(linesOf(whole, "handed over")).to.have.lengthOf.at.least(1);
    const calls = whole.simulation.calls.filter((each) => each.caller === "terminate");
    for (const [index, { action }] of calls.entries()) {
      if (!/^sqs:(Send|Delete)/.test(action)) continue;
      const outcome = await play(handedOver, { crash: { name: "terminate", atCall: index + 1 } });
      expect(violationsButLate(outcome), `killed after call ${index + 1}`).to.deep.equal([]);
      expectCompletedSoon(outcome, `killed after call ${index + 1}`);
    }
  });
});
