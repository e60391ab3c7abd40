import { deregister } from "../functions/deregister/deregister.ts";
import { createScalePorts } from "../functions/scale-tasks/ports.ts";
import { scaleTasks } from "../functions/scale-tasks/scale-tasks.ts";
import { terminate } from "../functions/terminate/terminate.ts";
import { createClients, createScaleClients, type ScaleClients } from "../shared/aws/clients.ts";
import { createPorts, type Environment } from "../shared/run/ports.ts";
import type { Simulation } from "../simulator/cloud/simulation.ts";
import { clientOptions, type Transport, transport } from "../simulator/cloud/transport.ts";
import type { Clock } from "../simulator/kernel/clock.ts";
import type { FunctionName, Invoke } from "../simulator/scenario/stage.ts";

// The SDK warns of the Node that it runs on. In Lambda that is 24; here it is whatever the reader has.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** A function's process. It lives on between invocations, serves one at a time, and ends with one that times out. */
type Sandbox = {
  /** How many were started before it. */
  readonly number: number;
  readonly environment: Environment;
  readonly scaleClients: ScaleClients;
  goesOn: () => boolean;
};

/** Makes the transport of a new process of a function: it may take more time than the simulator's own, for example. */
export type Through = (transport: Transport, clock: Clock) => Transport;

/**
 * Runs the functions themselves, in this process, against a simulation: their clients are the SDK's, and only the
 * network, the clock and standard output are replaced.
 *
 * @param write receives each log line
 * @param dryRunVariable the environment variable DRYRUN of the functions; that of this process is ignored
 * @param through what their calls go through
 * @param writeMetrics receives each line from which CloudWatch Logs would make metrics
 */
export function inProcess(
  write: (line: string, name: FunctionName) => void,
  dryRunVariable = "",
  through: Through = (transport) => transport,
  writeMetrics: (line: string, name: FunctionName) => void = () => {},
): Invoke {
  /** The processes that wait for an invocation. Those that were started first are used first. */
  const waiting = new Map<string, Sandbox[]>();
  let started = 0;

  function start(name: FunctionName, simulation: Simulation, clock: Clock): Sandbox {
    const options = clientOptions(
      through(
        transport(simulation, name, () => made.goesOn()),
        clock,
      ),
    );
    const made: Sandbox = {
      number: started++,
      goesOn: () => true,
      environment: { clients: createClients(options), queueUrls: new Map() },
      scaleClients: createScaleClients(options),
    };
    return made;
  }

  return async (
    name,
    event,
    { simulation, clock, invocation, inputVariable = "", senderRoleIdsVariable = "" },
  ) => {
    if (invocation.cold) waiting.delete(name);
    const idle = waiting.get(name) ?? [];
    waiting.set(name, idle);
    const sandbox = idle.shift() ?? start(name, simulation, clock);
    sandbox.goesOn = invocation.goesOn;
    const outside = {
      now: clock.now,
      sleep: async (milliseconds: number) => {
        await clock.sleep(milliseconds);
        if (!invocation.goesOn()) await new Promise(() => {});
      },
      dryRunVariable,
      inputVariable,
      senderRoleIdsVariable,
      write: (line: string) => {
        if (invocation.alive()) write(line, name);
      },
      writeMetrics: (line: string) => {
        if (invocation.alive()) writeMetrics(line, name);
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
      idle.push(sandbox);
      idle.sort((a, b) => a.number - b.number);
    }
  };
}
