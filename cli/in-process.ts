import { deregister } from "../functions/deregister/run.ts";
import { createScalePorts } from "../functions/scale-tasks/ports.ts";
import { scaleTasks } from "../functions/scale-tasks/run.ts";
import { terminate } from "../functions/terminate/run.ts";
import { createClients, createScaleClients, type ScaleClients } from "../shared/aws/clients.ts";
import { createPorts, type Environment } from "../shared/ports.ts";
import type { FunctionName, Invoke } from "../simulator/scenario/play.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { clientOptions, transport } from "../simulator/transport.ts";

// The SDK warns of the Node that it runs on. In Lambda that is 24; here it is whatever the reader has.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** A function's process: it lives on between invocations, serves one at a time, and dies with one that times out. */
type Sandbox = {
  readonly environment: Environment;
  readonly scaleClients: ScaleClients;
  goesOn: () => boolean;
  busy: boolean;
};

/**
 * Runs the functions themselves, in this process, against a simulation: their clients are the SDK's, and only the
 * network, the clock and standard output are replaced.
 *
 * @param write receives each log line
 * @param dryRunVariable stands for the environment's DRYRUN; whatever this process has there does not count
 */
export function inProcess(write: (line: string, name: FunctionName) => void, dryRunVariable = ""): Invoke {
  const sandboxes = new Map<string, Sandbox[]>();

  function sandboxOf(name: FunctionName, simulation: Simulation): Sandbox {
    const all = sandboxes.get(name) ?? [];
    sandboxes.set(name, all);
    const idle = all.find((each) => !each.busy);
    if (idle) return idle;
    const options = clientOptions(transport(simulation, name, () => made.goesOn()));
    const made: Sandbox = {
      busy: false,
      goesOn: () => true,
      environment: { clients: createClients(options), queueUrls: new Map() },
      scaleClients: createScaleClients(options),
    };
    all.push(made);
    return made;
  }

  return async (name, event, { simulation, clock, invocation, inputVariable = "" }) => {
    if (invocation.cold) sandboxes.delete(name);
    const sandbox = sandboxOf(name, simulation);
    sandbox.busy = true;
    sandbox.goesOn = invocation.goesOn;
    const outside = {
      now: clock.now,
      sleep: async (milliseconds: number) => {
        await clock.sleep(milliseconds);
        if (!invocation.goesOn()) await new Promise(() => {});
      },
      dryRunVariable,
      inputVariable,
      write: (line: string) => {
        if (invocation.alive()) write(line, name);
      },
    };
    try {
      if (name === "scale-tasks") {
        return await scaleTasks(event, createScalePorts(sandbox.scaleClients, invocation.requestId, outside));
      }
      const ports = createPorts(name, sandbox.environment, invocation, outside);
      return name === "deregister"
        ? await deregister(event, ports, invocation)
        : await terminate(event, ports, invocation);
    } finally {
      sandbox.busy = false;
    }
  };
}
