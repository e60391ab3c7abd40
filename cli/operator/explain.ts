import { z } from "zod";
import { timeText } from "../../shared/base/time-text.ts";
import { situationOf } from "../../shared/model/lifecycle-state.ts";
import { candidatesOf, hooksOfOurs } from "../../shared/rules/sweep.ts";
import { readHooks } from "../../shared/run/read-hooks.ts";
import { contentOf } from "../../shared/run/reading.ts";
import type { Account } from "../aws/account.ts";
import { type Cause, causeOf, lacksRoom, nobodyBecause, silentFunctions } from "./causes.ts";
import { logsAbout, type SettingsOptions, settingsInForce } from "./deployed.ts";
import { DryPass, type Held } from "./dry-pass.ts";
import { endingOf } from "./ending.ts";
import { withFound } from "./found.ts";
import { UnansweredCalls } from "./not-read.ts";
import { linkTo } from "./rules.ts";
import { storyOf } from "./story.ts";

/** What `explain` is asked. */
export type ExplainOptions = SettingsOptions & { readonly deployment: string };

const time = z.iso.datetime();

/** What `explain --json` prints; docs/explain.schema.json is made from here. */
export const explanationSchema = z.strictObject({
  instance_id: z.string(),
  region: z.string(),
  at: time.describe("When it was read, by AWS's clock."),
  auto_scaling_group: z.string().nullable(),
  lifecycle_hook_name: z.string().nullable().describe("The hook of ours that holds it."),
  lifecycle_state: z.string().nullable(),
  state: z
    .enum(["nobody drains it", "draining", "ready", "stuck"])
    .describe("`stuck`: it does not end by itself before its deadline."),
  cause: z.strictObject({
    what: z.string().describe("What it waits for, or why nobody drains it."),
    rule: z
      .strictObject({ number: z.int(), link: z.string() })
      .nullable()
      .describe("By which rule of docs/rules.md; null where none says it."),
    ecs_says: z.string().nullable().describe("ECS's own words, where it has some."),
    free_by: z.string().nullable().describe("The command that frees it; null where it goes on by itself."),
    effect: z.string().nullable().describe("What that command does."),
  }),
  deadline: z
    .strictObject({ at: time, left_seconds: z.int(), what: z.string().describe("What happens then.") })
    .nullable()
    .describe("Null where nobody knows when its time began, or where nobody drains it."),
  story: z
    .array(z.strictObject({ at: time, function: z.string(), what: z.string() }))
    .describe("What the functions' logs say of it, the oldest first."),
  calls: z.int().describe("How many calls to AWS that took."),
  not_read: z
    .array(z.strictObject({ call: z.string(), why: z.string() }))
    .describe("Calls that did not answer."),
});

export type Explanation = z.infer<typeof explanationSchema>;

/** Explains one instance. Writes nothing. Throws an OptionsError for a wrong option, and what is no failure of AWS. */
export async function explain(
  account: Account,
  instanceId: string,
  options: ExplainOptions,
): Promise<Explanation> {
  const unanswered = new UnansweredCalls();
  const first = new DryPass({ account, settings: {}, unanswered });
  const shown = await first.placeOf(instanceId);
  const logs = await unanswered.reading(() =>
    logsAbout(account.logs, options.deployment, { instanceId, since: shown?.startedAt, now: account.now() }),
  );
  const settings = settingsInForce(logs?.deployed.settings ?? {}, options);
  const pass = new DryPass({ account, settings: withFound(settings, logs, instanceId), unanswered });
  const now = pass.run.now();
  const story = storyOf(logs?.lines ?? [], instanceId);
  const whole = (rest: Pick<Explanation, "state" | "cause" | "deadline" | "lifecycle_hook_name">) => ({
    instance_id: instanceId,
    region: account.region,
    at: timeText(now),
    auto_scaling_group: shown?.group ?? null,
    lifecycle_state: shown?.state ?? null,
    ...rest,
    story,
    calls: account.calls(),
    not_read: unanswered.all,
  });
  const held =
    shown && situationOf(shown.state) === "held" ? await heldIn(pass, instanceId, shown) : undefined;
  const known = { settings, logs, deployment: options.deployment, now };
  if (held === undefined || "hooks" in held) {
    // Without a run nobody knows which hooks are ours.
    const silent = held && logs?.deployed.source === "defaults" ? silentFunctions(known) : undefined;
    const { ours } = pass.options;
    const isUnread = unanswered.all.length > 0;
    const cause = silent ?? nobodyBecause({ shown, hooks: held?.hooks, ours, isUnread });
    return whole({
      state: "nobody drains it",
      cause: told(cause),
      deadline: null,
      lifecycle_hook_name: null,
    });
  }
  const desiredCapacity = lacksRoom(held) ? await pass.desiredCapacityOf(held.termination.group) : undefined;
  const cause = causeOf(held, { ...known, desiredCapacity });
  return whole({
    state: stateOf(held, cause),
    cause: told(cause),
    deadline: endingOf(held, settings, now),
    lifecycle_hook_name: held.termination.hook ?? null,
  });
}

/** The termination that a hook of ours holds, or the group's terminating hooks where none of ours does. */
async function heldIn(
  pass: DryPass,
  instanceId: string,
  { group, state }: { readonly group: string; readonly state: string },
): Promise<
  Held | { readonly hooks: readonly { readonly name: string; readonly target: string | undefined }[] }
> {
  const hooks = contentOf(await readHooks(pass.run, group)) ?? [];
  const [hook] = hooksOfOurs(hooks, group, [], pass.options);
  if (hook === undefined) return { hooks };
  const candidates = candidatesOf(
    { group, hook, held: [{ instanceId, state }] },
    [],
    pass.options,
    pass.run.now(),
  );
  const [held] = await pass.decide(candidates.map(({ termination }) => termination));
  return held ?? { hooks };
}

function stateOf({ decision }: Held, { isStuck }: Cause): Explanation["state"] {
  if (isStuck) return "stuck";
  return decision.outcome.kind === "wait" ? "draining" : "ready";
}

function told({ what, rule, ecsSays, freeBy, effect }: Cause): Explanation["cause"] {
  return {
    what,
    rule: rule === undefined ? null : { number: rule, link: linkTo(rule) },
    ecs_says: ecsSays ?? null,
    free_by: freeBy ?? null,
    effect: effect ?? null,
  };
}
