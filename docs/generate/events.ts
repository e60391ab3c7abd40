import { z } from "zod";
import type { DrainEventType } from "../../shared/model/drain-event.ts";
import type { DrainOutcome } from "../../shared/model/outcome.ts";

const time = z.iso.datetime();
const seconds = z.number().int().min(0);
const outcome = z.enum(["drained", "cut off", "dead", "dropped"] satisfies DrainOutcome[]);

/** What the events say, by the keys of the log lines. */
export const FIELDS = {
  version: z.string().describe("The version of this program."),
  deployment: z
    .string()
    .describe("The deployment, such as `asg-drain-live`. The metrics have it as `service`."),
  instance_id: z.string().describe("The instance."),
  auto_scaling_group: z.string().describe("Its Auto Scaling group."),
  lifecycle_hook_name: z
    .string()
    .describe("The lifecycle hook. A drain that only a Spot notice began has none."),
  held_since: time.describe("When the lifecycle action began."),
  held_seconds: seconds.describe("How long the hook has held the instance."),
  waiting_for: z.string().describe("What the drain waits for, as a text."),
  cannot_read: z
    .array(z.strictObject({ what: z.string(), call: z.string().optional(), why: z.string() }))
    .describe("What AWS did not answer."),
  drain_deadline: time.describe("When the drain is cut off."),
  ends_with: z.string().describe("How it ends then."),
  outcome: outcome.describe(
    "How the drain ended. `dead`: the instance was dead before. `dropped`: there was nothing more to complete, as when somebody completed or deleted the hook.",
  ),
  left: z.string().describe("What was still on the instance, as a text."),
  setting: z.string().describe("The setting that would have given it more time, if there is one."),
  reason: z.string().describe("Why it ended, as a text."),
} as const;
export type FieldName = keyof typeof FIELDS;

const EVERY = [
  "version",
  "deployment",
  "instance_id",
  "auto_scaling_group",
  "held_since",
  "held_seconds",
] as const satisfies FieldName[];
const SOMETIMES = ["lifecycle_hook_name"] as const satisfies FieldName[];

/** The events, each with when it comes, and what it says beside what every event says: always, and at times. */
export const EVENTS: Readonly<
  Record<
    DrainEventType,
    { readonly when: string; readonly always: readonly FieldName[]; readonly sometimes: readonly FieldName[] }
  >
> = {
  "drain started": { when: "A drain begins.", always: [], sometimes: [] },
  "drain stalled": {
    when: "Nothing of it has changed for a quarter of an hour, and nothing that ends by itself is left. It comes once a drain.",
    always: ["waiting_for"],
    sometimes: ["cannot_read"],
  },
  "drain half over": {
    when: "Half of its time is over. It comes once a drain.",
    always: ["drain_deadline", "waiting_for", "ends_with"],
    sometimes: ["cannot_read"],
  },
  "drain cut off": {
    when: "It ended with something left on the instance.",
    always: ["outcome", "left", "reason"],
    sometimes: ["setting"],
  },
  "drain completed": {
    when: "It ended in any other way: `outcome` says how.",
    always: ["outcome", "reason"],
    sometimes: [],
  },
};

const schemas = (Object.keys(EVENTS) as DrainEventType[]).map((type) => {
  const { always, sometimes } = EVENTS[type];
  const needed = [...EVERY, ...always].map((name) => [name, FIELDS[name]]);
  const optional = [...SOMETIMES, ...sometimes].map((name) => [name, FIELDS[name].optional()]);
  return z.strictObject({
    source: z.literal("asg-drain"),
    "detail-type": z.literal(type),
    detail: z.strictObject(Object.fromEntries([...needed, ...optional])),
  });
});

/** An event, as far as it is ours: EventBridge adds its id, account, Region and time. */
export const eventSchema = z.union(schemas);

/** The names of the fields that every event has, and of those that most have. */
export const FIELDS_OF_ALL: {
  readonly always: readonly FieldName[];
  readonly sometimes: readonly FieldName[];
} = {
  always: EVERY,
  sometimes: SOMETIMES,
};
