import { deregister } from "../functions/deregister/run.ts";
import { terminate } from "../functions/terminate/run.ts";
import { createClients } from "../shared/aws/clients.ts";
import { createPorts, type Environment } from "../shared/ports.ts";
import type { FunctionName, Invoke } from "../simulator/scenario/play.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { clientOptions, transport } from "../simulator/transport.ts";

// The SDK warns of the Node that it runs on. In Lambda that is 24; here it is whatever the reader has.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** A function's process: it lives on between invocations, serves one at a time, and dies with one that times out. */
type Sandbox = { readonly environment: Environment; alive: () => boolean; busy: boolean };

/**
 * Runs the functions themselves, in this process, against a simulation: their clients are the SDK's, and only the
 * network, the clock and standard output are replaced.
 *
 * @param write receives each log line
 */
export function inProcess(write: (line: string, name: FunctionName) => void): Invoke {
  const sandboxes = new Map<string, Sandbox[]>();

  function sandboxOf(name: FunctionName, simulation: Simulation): Sandbox {
    const all = sandboxes.get(name) ?? [];
    sandboxes.set(name, all);
    const idle = all.find((each) => !each.busy);
    if (idle) return idle;
    const made: Sandbox = {
      busy: false,
      alive: () => true,
      environment: {
        clients: createClients(clientOptions(transport(simulation, name, () => made.alive()))),
        queueUrls: new Map(),
      },
    };
    all.push(made);
    return made;
  }

  return async (name, event, { simulation, clock, invocation }) => {
    const sandbox = sandboxOf(name, simulation);
    sandbox.busy = true;
    sandbox.alive = invocation.alive;
    const ports = createPorts(name, sandbox.environment, invocation, {
      now: clock.now,
      sleep: clock.sleep,
      write: (line) => {
        if (invocation.alive()) write(line, name);
      },
    });
    try {
      return name === "deregister"
        ? await deregister(event, ports)
        : await terminate(event, ports, invocation);
    } finally {
      sandbox.busy = false;
    }
  };
}
