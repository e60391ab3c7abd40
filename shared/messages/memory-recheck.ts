import { isIP } from "node:net";
import * as z from "zod/mini";
import type { Memory } from "../model/memory.ts";
import type { Value } from "./memory-line.ts";
import {
  isKnownForm,
  otherForm,
  readOther,
  readRegistration,
  writeOther,
  writeRegistration,
} from "./memory-registrations.ts";
import { iso, isoOf } from "./memory-values.ts";

type Recheck = NonNullable<Memory["recheck"]>;
const state = z.enum(["registered", "draining"]);
const recheckForm = z.union([
  z.object({
    until: iso,
    cluster: z.string(),
    container_instance: z.string(),
    wanted_tasks: z.int(),
    tasks: z.array(z.string()),
  }),
  z.object({ until: iso, target_group: z.string(), target: z.string(), port: z.number(), state }),
  // The version before this one wrote the name alone. It meant that the instance itself is registered there, and drains.
  z.object({ until: iso, elb_name: z.string(), target: z.optional(z.string()), state: z.optional(state) }),
]);
const otherRecheckForm = z.object({ until: iso, registration: otherForm, target: z.string(), state });

/** A recheck of tasks, or of a registration with a target group or a classic load balancer. */
export const recheck: Value<Recheck> = {
  read: (raw, instanceId) => {
    const parsed = recheckForm.safeParse(raw);
    return parsed.success ? { value: readRecheck(parsed.data, instanceId) } : undefined;
  },
  write: writeRecheck,
  takes: ({ blocker }) => blocker.kind === "tasks" || isKnownForm(blocker.registration),
};
/** A recheck of a registration with any other kind of load balancer. */
export const otherRecheck: Value<Recheck> = {
  read: (raw) => {
    const parsed = otherRecheckForm.safeParse(raw);
    if (!parsed.success) return undefined;
    const { until, registration, target, state } = parsed.data;
    const blocker = { kind: "registration", registration: readOther(registration), target, state } as const;
    return { value: { blocker, until: Date.parse(until) } };
  },
  write: ({ blocker, until }) =>
    blocker.kind === "tasks"
      ? undefined
      : {
          until: isoOf(until),
          registration: writeOther(blocker.registration),
          target: blocker.target,
          state: blocker.state,
        },
  takes: ({ blocker }) => blocker.kind === "registration",
};

function readRecheck(each: z.output<typeof recheckForm>, instanceId: string): Recheck {
  const until = Date.parse(each.until);
  if ("tasks" in each) {
    const { cluster, container_instance: containerInstance, wanted_tasks: tasksToRun, tasks } = each;
    return { blocker: { kind: "tasks", cluster, containerInstance, tasksToRun, tasks }, until };
  }
  const { target = instanceId, state = "draining" } = each;
  const registration = readRegistration(each);
  const isAddress = registration.kind === "target" && isIP(target) !== 0;
  return {
    blocker: {
      kind: "registration",
      registration: isAddress ? { ...registration, address: target } : registration,
      target,
      state,
    },
    until,
  };
}

function writeRecheck({ blocker, until: at }: Recheck): z.input<typeof recheckForm> {
  const until = isoOf(at);
  if (blocker.kind === "tasks") {
    const { cluster, containerInstance, tasksToRun, tasks } = blocker;
    return {
      until,
      cluster,
      container_instance: containerInstance,
      wanted_tasks: tasksToRun,
      tasks: [...tasks],
    };
  }
  return { until, ...writeRegistration(blocker.registration), target: blocker.target, state: blocker.state };
}
