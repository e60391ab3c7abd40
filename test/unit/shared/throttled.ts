// Ports for passes that learn nothing: Auto Scaling refuses to show any instance, once it was told which.
import type { Hook } from "../../../shared/model/hooks.ts";
import type { Ports } from "../../../shared/run/ports.ts";
import { failure } from "./act/carrying-out.ts";
import { untouchablePorts } from "./fake-ports.ts";

/** Such ports; each other call fails the test. */
export function throttledPorts(
  now: () => number,
  hooks: Hook[],
  asked: (instanceIds: readonly string[]) => void,
): Ports {
  const { ports } = untouchablePorts();
  return {
    ...ports,
    now,
    autoScaling: {
      ...ports.autoScaling,
      describeInstances: async (ids: readonly string[]) => {
        asked(ids);
        throw failure("throttled");
      },
      terminatingHooks: async () => hooks,
    },
  };
}
