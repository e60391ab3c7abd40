import { randomUUID } from "node:crypto";
import { forEachOf } from "../../shared/base/batches.ts";
import { parseJson } from "../../shared/base/json.ts";
import type { Decided } from "../../shared/model/decision.ts";
import { type GroupInstance, type GroupWithInstances, hookOf } from "../../shared/model/hooks.ts";
import { type Memory, NO_MEMORY } from "../../shared/model/memory.ts";
import type { InPass } from "../../shared/model/observation.ts";
import { ourHooksOf, ownKeysOf } from "../../shared/model/settings.ts";
import { observeActivities } from "../../shared/observe/activities.ts";
import { observeGroupInstances } from "../../shared/observe/auto-scaling.ts";
import {
  type ObservedGroups,
  observeCapacities,
  observeGroups,
  observeInstancesOf,
} from "../../shared/observe/groups.ts";
import { decideAll } from "../../shared/reconcile/reconcile.ts";
import { type Deadline, deadlineOf } from "../../shared/rules/deadline.ts";
import { candidatesOf, heldIn, hooksOfOurs, type SweepOptions } from "../../shared/rules/sweep.ts";
import { STALLED_AFTER_MS } from "../../shared/rules/timings.ts";
import { createPorts } from "../../shared/run/ports.ts";
import { readHooks } from "../../shared/run/read-hooks.ts";
import { contentOf, reading } from "../../shared/run/reading.ts";
import { Run } from "../../shared/run/run.ts";
import type { Account } from "../aws/account.ts";
import type { Settings } from "./deployed.ts";
import type { UnansweredCalls } from "./not-read.ts";

/** How long a pass may take, in milliseconds. Calls are made until the last 24 s of it. */
const PASS_MS = 144_000;

/** Where Auto Scaling shows an instance, and when it began to terminate it, in milliseconds since 1970. */
export type Place = GroupInstance & { readonly startedAt: number | undefined };

/** A termination that a hook of ours holds, as the functions would decide about it now. */
export type Held = Decided & {
  /** When its lifecycle action began, in milliseconds since 1970. Undefined where Auto Scaling does not tell. */
  readonly startedAt: number | undefined;
  readonly deadline: Deadline;
};

/** What a command needs to look at an account. */
export type DryPassOptions = {
  readonly account: Account;
  readonly settings: Settings;
  /** Notes which calls did not answer. */
  readonly unanswered: UnansweredCalls;
};

/** A pass over an account by the functions' own observe and rules. It writes nothing. */
export class DryPass {
  readonly run: Run;
  readonly options: SweepOptions;
  readonly #unanswered: UnansweredCalls;

  constructor({ account, settings, unanswered }: DryPassOptions) {
    this.#unanswered = unanswered;
    const { clients, now } = account;
    const startedAt = now();
    const invocation = {
      requestId: randomUUID(),
      remainingMilliseconds: () => startedAt + PASS_MS - now(),
    };
    const ports = createPorts("terminate", { clients, queueUrls: new Map() }, invocation, {
      now,
      write: (line) => this.#note(line),
      writeMetrics: () => {},
      dryRunVariable: "true",
      inputVariable: "",
    });
    this.run = new Run({ ...ports, ...account.paced }, startedAt + PASS_MS);
    this.options = {
      groups: [],
      tag: undefined,
      ours: ourHooksOf(settings),
      keys: ownKeysOf(settings),
      dryRun: true,
    };
  }

  /** Where an instance is, and when Auto Scaling began to terminate it. Undefined if no group knows it, or nobody could tell. */
  async placeOf(instanceId: string): Promise<Place | undefined> {
    const read = (await observeGroupInstances(this.run, [instanceId])).get(instanceId);
    const shown = read && contentOf(read);
    if (shown === undefined) return undefined;
    const starts = contentOf(
      await reading(this.run, () => this.run.ports.autoScaling.terminating(shown.group)),
    );
    return { ...shown, startedAt: starts?.get(instanceId) };
  }

  /** How many instances a group wants. Undefined where that could not be read. */
  async desiredCapacityOf(group: string): Promise<number | undefined> {
    const read = (await observeCapacities(this.run, [group])).get(group);
    return read && contentOf(read)?.desired;
  }

  /** Groups of these names with their instances, or all of the Region where there are none; and the names that no group has. */
  async groups(names: readonly string[]): Promise<ObservedGroups> {
    if (names.length > 0) return observeGroups(this.run, names, undefined);
    const all = await reading(this.run, () => this.run.ports.autoScaling.groups({ names: [] }));
    return { groups: contentOf(all) ?? [], unknown: [] };
  }

  /** What hooks of ours hold in groups, with what the functions would decide. */
  async held(groups: readonly GroupWithInstances[]): Promise<Held[]> {
    const candidates = await forEachOf(groups, async (group) => {
      const held = heldIn(await observeInstancesOf(this.run, group));
      if (held.length === 0) return [];
      const hooks = contentOf(await readHooks(this.run, group.name)) ?? [];
      return hooksOfOurs(hooks, group.name, [], this.options).flatMap((hook) =>
        candidatesOf({ group: group.name, hook, held }, [], this.options, this.run.now()),
      );
    });
    return this.decide(candidates.flat().map(({ termination }) => termination));
  }

  /** Decides about terminations, as of when their instances began to terminate. */
  async decide(terminations: readonly InPass["termination"][]): Promise<Held[]> {
    const records = terminations.map(
      (termination, index): InPass => ({ index, before: termination, termination }),
    );
    const activities = await observeActivities(this.run, records);
    const began = records.map(({ index }) => {
      const read = activities.get(index);
      const activity = read && contentOf(read);
      return activity === undefined || activity === "none" ? undefined : activity.startedAt;
    });
    const aged = records.map(({ index, termination }): InPass => {
      const since = began[index] ?? termination.since;
      const own = { ...termination, since, memory: memorySince(since, this.run.now()) };
      return { index, before: own, termination: own };
    });
    const { ours, keys } = this.options;
    const decided = await decideAll(this.run, aged, {
      ours,
      keys,
      dryRun: true,
      mayComplete: false,
      until: Number.POSITIVE_INFINITY,
    });
    return decided.map((each) => ({
      ...each,
      startedAt: began[each.index],
      deadline: deadlineOf(each.termination, hookOf(each.termination, each.observation)),
    }));
  }

  // The run says in its log what it could not read.
  #note(line: string): void {
    const { message, action, kind, reason } = parseJson(line) as Record<string, unknown>;
    if (message === "call failed") this.#unanswered.add({ call: String(action), why: `${kind}: ${reason}` });
    if (message === "odd answer") this.#unanswered.add({ call: String(action), why: "odd answer" });
    if (message === "out of time") this.#unanswered.add({ call: "the rest", why: "AWS was too slow" });
  }
}

// What the functions remember is in their queue, which only they read. As far as is known, all has been as it is since the drain
// began. A stall is then at its first explanation, for which protected tasks are asked too.
function memorySince(since: number, now: number): Memory {
  return {
    ...NO_MEMORY,
    changedAt: Math.max(since, now - STALLED_AFTER_MS),
    drainingAt: since,
    noContainerInstanceSince: since,
    noRegistrationSince: since,
    lastHeartbeatAt: now,
  };
}
