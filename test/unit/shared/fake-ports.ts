// Ports for tests of what must not touch anything: each call to the outside fails the test.
import type { LoadBalancerPort } from "../../../shared/aws/load-balancer-port.ts";
import type { Fields, Log, Phrase } from "../../../shared/base/log.ts";
import type { Invocation } from "../../../shared/run/invocation.ts";
import type { Ports } from "../../../shared/run/ports.ts";
import { Run } from "../../../shared/run/run.ts";

export type LoggedLine = [level: keyof Log, phrase: Phrase, fields: Fields];

/** A log that keeps its lines. */
export function keptLog(): { log: Log; lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const keep =
    (level: keyof Log) =>
    (phrase: Phrase, fields: Fields = {}) => {
      lines.push([level, phrase, fields]);
    };
  return { lines, log: { info: keep("info"), warn: keep("warn"), error: keep("error") } };
}

/** A run on ports in which every call throws, with a log that is kept. */
export function untouchableRun(): { run: Run; lines: LoggedLine[] } {
  const { ports, lines } = untouchablePorts();
  return { run: new Run(ports, Number.POSITIVE_INFINITY), lines };
}

/** Ports in which every call throws, with a log that is kept. */
export function untouchablePorts(): { ports: Ports; invocation: Invocation; lines: LoggedLine[] } {
  const { log, lines } = keptLog();
  const untouchable = <T extends object>(name: string): T =>
    new Proxy({} as T, {
      get: (_, call) => () => {
        throw new Error(`${name}.${String(call)} was called`);
      },
    });
  return {
    lines,
    invocation: { requestId: "test", remainingMilliseconds: () => 90_000 },
    ports: {
      now: () => 0,
      sleep: async () => {
        throw new Error("sleep was called");
      },
      log,
      deployment: "asg-drain-live",
      writeMetrics: () => {},
      dryRunVariable: undefined,
      inputVariable: undefined,
      senderRoleIdsVariable: undefined,
      queues: untouchable("queues"),
      autoScaling: untouchable("autoScaling"),
      ec2: untouchable("ec2"),
      ecs: untouchable("ecs"),
      eventBus: untouchable("eventBus"),
      loadBalancers: new Map([
        ["target", untouchable("target")],
        ["classic", untouchable("classic")],
      ]),
    },
  };
}

/** The port of one kind of load balancers. */
export function portOf({ loadBalancers }: Ports, kind: string): LoadBalancerPort {
  const port = loadBalancers.get(kind);
  if (!port) throw new Error(`there are no load balancers of the kind ${kind}`);
  return port;
}
