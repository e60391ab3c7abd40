import type { ScaleClients } from "../shared/aws/clients.ts";
import type { Environment } from "../shared/run/ports.ts";
import type { Simulation } from "../simulator/cloud/simulation.ts";
import { clientOptions, type Transport, transport } from "../simulator/cloud/transport.ts";
import type { Clock } from "../simulator/kernel/clock.ts";
import type { FunctionName, Invoke } from "../simulator/scenario/stage.ts";
import * as thisVersion from "./code.ts";

// The SDK warns of the Node that it runs on. In Lambda that is 24; here it is whatever the reader has.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** A function's process. It lives on between invocations, serves one at a time, and ends with one that times out. */
type Sandbox = {
  readonly code: FunctionsCode;
  /** How many were started before it. */
  readonly number: number;
  readonly environment: Environment;
  readonly scaleClients: ScaleClients;
  goesOn: () => boolean;
};

/** The code of the functions, of one version. */
export type FunctionsCode = typeof thisVersion;

/** Makes the transport of a new process of a function: it may take more time than the simulator's own, for example. */
export type Through = (transport: Transport, clock: Clock) => Transport;

/** How the functions run otherwise than usual. */
export type InProcessOptions = {
  /** The environment variable DRYRUN of the functions; that of this process is ignored. */
  readonly dryRunVariable?: string;
  /** What their calls go through. */
  readonly through?: Through;
  /** Receives each line from which CloudWatch Logs would make metrics. */
  readonly writeMetrics?: (line: string, name: FunctionName) => void;
  /** The code that a function has been deployed with by a time, in milliseconds since 1970. Else it is that of this version. */
  readonly codeOf?: (name: FunctionName, at: number) => FunctionsCode;
};

/**
 * Runs the functions themselves, in this process, against a simulation: their clients are the SDK's, and only the
 * network, the clock and standard output are replaced.
 *
 * @param write receives each log line
 */
export function inProcess(
  write: (line: string, name: FunctionName) => void,
  {
    dryRunVariable = "",
    through = (transport) => transport,
    writeMetrics = () => {},
    codeOf = () => thisVersion,
  }: InProcessOptions = {},
): Invoke {
  /** The processes that wait for an invocation. Those that were started first are used first. */
  const waiting = new Map<string, Sandbox[]>();
  let started = 0;

  function start(name: FunctionName, code: FunctionsCode, simulation: Simulation, clock: Clock): Sandbox {
    const options = clientOptions(
      through(
        transport(simulation, name, () => made.goesOn()),
        clock,
      ),
    );
    const made: Sandbox = {
      code,
      number: started++,
      goesOn: () => true,
      environment: { clients: code.createClients(options), queueUrls: new Map() },
      scaleClients: code.createScaleClients(options),
    };
    return made;
  }

  return async (
    name,
    event,
    { simulation, clock, invocation, inputVariable = "", senderRoleIdsVariable = "" },
  ) => {
    const code = codeOf(name, clock.now());
    if (invocation.cold) waiting.delete(name);
    const idle = waiting.get(name) ?? [];
    waiting.set(name, idle);
    // Code that was deployed since runs in new processes.
    const index = idle.findIndex((each) => each.code === code);
    const [sandbox = start(name, code, simulation, clock)] = index < 0 ? [] : idle.splice(index, 1);
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
        return await code.scaleTasks(
          event,
          code.createScalePorts(sandbox.scaleClients, invocation.requestId, outside),
        );
      }
      const ports = code.createPorts(name, sandbox.environment, invocation, outside);
      return name === "deregister"
        ? await code.deregister(event, ports, invocation)
        : await code.terminate(event, ports, invocation);
    } finally {
      idle.push(sandbox);
      idle.sort((a, b) => a.number - b.number);
    }
  };
}
