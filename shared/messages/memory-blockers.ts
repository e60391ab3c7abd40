import * as z from "zod/mini";
import { ASKED, type Blocker, EVENT_NAMES, type UnreadBlocker } from "../model/blocker.ts";
import { INSTANCE_STATES } from "../model/instance-state.ts";
import { valueBy } from "./memory-line.ts";

const unreadForm = z.object({
  kind: z.literal("unread"),
  what: z.enum(ASKED),
  call: z.optional(z.string()),
  why: z.enum(["throttled", "unavailable", "gone", "denied", "wrong", "odd", "out of time"]),
});

const cluster = z.string();
const blockerForm = z.union([
  z.object({
    kind: z.literal("registration"),
    load_balancer: z.string(),
    counts: z.boolean(),
    state: z.enum(["registered", "draining"]),
    count: z.int(),
  }),
  z.object({ kind: z.literal("tasks"), cluster, status: z.string(), count: z.int() }),
  z.object({ kind: z.literal("agent disconnected"), cluster }),
  z.object({ kind: z.literal("not draining"), cluster }),
  z.object({
    kind: z.literal("lifecycle state"),
    state: z.string(),
    awaited: z.enum(["termination", "end of wait", "warm pool", "root volume"]),
  }),
  z.object({ kind: z.literal("dead instance"), as: z.optional(z.enum(INSTANCE_STATES)) }),
  z.object({ kind: z.literal("other hooks"), hooks: z.array(z.string()) }),
  z.object({ kind: z.literal("event"), event: z.enum(EVENT_NAMES) }),
  unreadForm,
  z.object({ kind: z.literal("more"), count: z.int(), digest: z.string() }),
]);
/** One thing that a drain waits for. */
export const blocker = valueBy(z.pipe(blockerForm, z.transform(readBlocker)), writeBlocker);

/** What AWS did not answer. */
export const unread = valueBy(z.pipe(unreadForm, z.transform(readUnread)), writeUnread);

function readBlocker(each: z.output<typeof blockerForm>): Blocker {
  if (each.kind === "unread") return readUnread(each);
  if (each.kind === "dead instance") return { kind: each.kind, as: each.as };
  if (each.kind !== "registration") return each;
  const { load_balancer: loadBalancer, ...rest } = each;
  return { ...rest, loadBalancer };
}

function writeBlocker(each: Blocker): z.input<typeof blockerForm> {
  switch (each.kind) {
    case "unread":
      return writeUnread(each);
    case "registration": {
      const { loadBalancer, ...rest } = each;
      return { ...rest, load_balancer: loadBalancer };
    }
    case "dead instance":
      return each.as === undefined ? { kind: each.kind } : { kind: each.kind, as: each.as };
    case "other hooks":
      return { ...each, hooks: [...each.hooks] };
    default:
      return each;
  }
}

function readUnread({ kind, what, call, why }: z.output<typeof unreadForm>): UnreadBlocker {
  return { kind, what, call, why };
}

function writeUnread({ kind, what, call, why }: UnreadBlocker): z.input<typeof unreadForm> {
  return call === undefined ? { kind, what, why } : { kind, what, call, why };
}
