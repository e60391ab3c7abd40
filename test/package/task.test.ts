// Protects least privilege of a task, both ways: each call that it really makes is allowed by its role in task.json, and the role holds nothing
// that a task does not call.
import { expect } from "chai";
import { inputOf } from "../../cli/run/input.ts";
import { RUN_MS, Task } from "../../cli/run/task.ts";
import { rolePoliciesOf } from "../../deploy/release/task.ts";
import type { Branch } from "../../deploy/release/tree.ts";
import { createClients } from "../../shared/aws/clients.ts";
import { createPorts } from "../../shared/run/ports.ts";
import type { RecordedCall, Simulation } from "../../simulator/cloud/simulation.ts";
import { clientOptions, transport } from "../../simulator/cloud/transport.ts";
import { roleNamed } from "../../simulator/kernel/account.ts";
import { playScenario } from "../../simulator/scenario/play.ts";
import { checkScenario } from "../../simulator/scenario/read.ts";
import { own, played, world } from "../scenarios/task-fixture.ts";
import { type Role, readRole, requestsOf } from "./iam.ts";
import { packageWith, type Resources } from "./packaged.ts";
import { troubledFleets } from "./troubled-fleets.ts";

const BLOCK = {
  region: "us-east-1",
  stage: "live",
  auto_scaling_group_name: "fleet",
  heartbeat_timeout_seconds: 3600,
  event_bus: "drains",
  deregister: {
    lifecycle_queue_name: "lifecycle",
    elb_monitor_queue_name: "monitor",
    elb_name: "classic",
    cluster_name: "main",
    lifecycle_hook_names: ["asg-drain-live"],
  },
};
/** As long as each of the fleets has work. */
const RUNS = 40;

describe("a task in place of terminate", () => {
  let role: Role;
  let timeoutSeconds: number;
  let fleets: unknown[];

  before(async () => {
    const packaged = await packageWith(BLOCK);
    const { resources, functions } = packaged;
    const { Properties, ...rest } = resources[functions.terminate.roleId] as Resources[string];
    const Policies = rolePoliciesOf(Properties as unknown as Branch);
    const ofTask = { ...rest, Properties: { ...Properties, Policies } } as unknown as Resources[string];
    role = readRole({ ...resources, [functions.terminate.roleId]: ofTask }, functions.terminate.roleId);
    timeoutSeconds = functions.terminate.timeoutSeconds;
    fleets = troubledFleets(packaged);
  });

  it("has as long for a run as Lambda gives terminate", () => {
    expect(RUN_MS).to.equal(timeoutSeconds * 1_000);
  });

  for (const [why, options] of [
    ["with a queue in memory", {}],
    ["with one in SQS", { queue: "monitor" }],
  ] as const)
    it(`has a role that allows each call which it makes, its own instance's too: ${why}`, async () => {
      const { simulation, terminations } = await played(world(), { options });
      expect(terminations.find(({ instanceId }) => instanceId === own)?.result).to.equal("CONTINUE");
      const called = allowedCalls(simulation.calls, role);
      expect(called).to.include.all.keys(
        "autoscaling:CompleteLifecycleAction",
        "autoscaling:RecordLifecycleActionHeartbeat",
        "ecs:DescribeTasks",
        "ecs:UpdateContainerInstancesState",
      );
      expect(called.has("sqs:SendMessage")).to.equal("queue" in options);
    });

  it("has a role that allows nothing which it does not call in any trouble", async () => {
    const called = new Set<string>();
    for (const fleet of fleets) {
      const { simulation } = await playScenario(checkScenario(fleet, "task"), {
        invoke: async () => undefined,
        watch: (started) => void runs(started, inputIn(fleet)),
      });
      for (const action of allowedCalls(simulation.calls, role)) called.add(action);
    }
    expect([...called].sort()).to.deep.equal(role.actions);
  });
});

// The actions of the task's calls, which must all be allowed.
function allowedCalls(calls: readonly RecordedCall[], role: Role): Set<string> {
  const requests = calls
    .filter(({ caller }) => caller === "terminate")
    .flatMap((each) => requestsOf(each, "fleet"));
  const refused = new Set(requests.filter((each) => !role.allows(each)).map(({ action }) => action));
  expect([...refused]).to.deep.equal([]);
  return new Set(requests.map(({ action }) => action));
}

// What the fleet tells terminate. The groups are named by the option.
function inputIn(fleet: unknown): object {
  const { auto_scaling_groups: _, ...input } = (fleet as Fleet).functions.terminate.input;
  return input;
}

type Fleet = {
  readonly functions: { readonly terminate: { readonly input: Readonly<Record<string, unknown>> } };
};

// A task that sweeps each minute, outside of ECS.
async function runs(simulation: Simulation, input: object): Promise<void> {
  const clients = createClients(clientOptions(transport(simulation, "terminate")));
  const environment = { clients, queueUrls: new Map<string, string>() };
  const outside = {
    sleep: (milliseconds: number) => simulation.sleep(milliseconds),
    write: () => {},
    writeMetrics: () => {},
    dryRunVariable: "",
    inputVariable: "",
    senderRoleIdsVariable: roleNamed("terminate").id.replace(/:.*/, ""),
  };
  let run = 0;
  const task = new Task({
    input: inputOf({
      group: ["fleet"],
      hook: BLOCK.deregister.lifecycle_hook_names,
      input: JSON.stringify(input),
    }),
    own: undefined,
    portsOf: (invocation) => createPorts("terminate", environment, invocation, outside),
    now: Date.now,
    sleep: outside.sleep,
    newId: () => {
      run += 1;
      return `run-${run}`;
    },
  });
  for (let n = 0; n < RUNS; n += 1) {
    const startedAt = Date.now();
    await task.run();
    await simulation.sleep(Math.max(1_000, startedAt + 60_000 - Date.now()));
  }
}
