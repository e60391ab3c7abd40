import type { Story, StoryLine } from "../story.ts";
import { JudgedInstance, type Registration } from "./instance.ts";
import type { TerminationRecord, Violation } from "./records.ts";
import type { Scope, ServiceScope } from "./scope.ts";

/** What the judge must know of the world beyond its story. */
export type JudgeOptions = {
  readonly story: Story;
  /** The scope of the terminations of a hook at this moment; undefined for a hook that the judged functions do not serve. */
  readonly scopeOf: (group: string, hook: string) => Scope | undefined;
  readonly services: ServiceScope;
  /** Who the judged functions are, by the names that they call under. */
  readonly suspects: ReadonlySet<string>;
  /** The instance ports of a classic load balancer. */
  readonly classicPorts: (loadBalancer: string) => readonly number[];
};

/** A termination with the scope that it had when it began, and whether it ever had registrations or tasks. */
type Case = { readonly record: TerminationRecord; readonly scope: Scope; targets: boolean; tasks: boolean };

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/**
 * Follows the story and judges it: each termination with when it was really ready, and whatever violates the promise of
 * a drain. It looks at the world alone, never at what the functions say of themselves.
 */
export class Judge {
  readonly violations: Violation[] = [];
  readonly #options: JudgeOptions;
  readonly #instances = new Map<string, JudgedInstance>();
  readonly #cases: Case[] = [];

  constructor(options: JudgeOptions) {
    this.#options = options;
    for (const line of options.story.lines) this.#follow(line);
    options.story.listen((line) => this.#follow(line));
  }

  get terminations(): readonly TerminationRecord[] {
    return this.#cases.map(({ record }) => record);
  }

  /** Whether a termination of ours is still pending. */
  get pending(): boolean {
    return this.#cases.some(({ record }) => record.reason === "");
  }

  #follow(line: StoryLine): void {
    switch (line.kind) {
      case "instance":
        this.#instance(line.instanceId).held = line.state.endsWith(":Wait");
        return;
      case "action-started":
        this.#started(line);
        return;
      case "action-ended":
        this.#ended(line);
        return;
      case "container-instance":
        this.#containerInstance(line);
        return;
      case "task":
        this.#task(line);
        return;
      case "target":
        this.#registration(line, line.id, { kind: "target", name: line.targetGroup, port: line.port });
        return;
      case "classic":
        this.#registration(line, line.instanceId, {
          kind: "classic",
          name: line.loadBalancer,
          port: undefined,
        });
        return;
      case "instance-ended":
      case "agent":
        return;
      default:
        line satisfies never;
    }
  }

  #instance(instanceId: string): JudgedInstance {
    const instance = this.#instances.get(instanceId) ?? new JudgedInstance(this.#options.services);
    this.#instances.set(instanceId, instance);
    return instance;
  }

  #started({ at, instanceId, group, hook, token }: LineOf<"action-started">): void {
    const scope = this.#options.scopeOf(group, hook);
    if (!scope) return;
    this.#instance(instanceId).noteServices();
    const record: TerminationRecord = {
      instanceId,
      group,
      hook,
      token,
      askedAt: at,
      targetsGoneAt: undefined,
      tasksGoneAt: undefined,
      readyAt: undefined,
      completedAt: undefined,
      result: undefined,
      reason: "",
    };
    this.#cases.push({ record, scope, targets: false, tasks: false });
    this.#update(instanceId, at);
  }

  #ended(line: LineOf<"action-ended">): void {
    const { at, instanceId, how, by, result } = line;
    const found = this.#cases.find(({ record }) => record.token === line.token);
    const isSuspect = this.#options.suspects.has(by);
    if (!found) {
      if (isSuspect && how === "cancelled")
        this.#accuse(
          at,
          instanceId,
          "no other hook is cancelled",
          `the action of ${line.hook} was cancelled`,
        );
      return;
    }
    const { record, scope } = found;
    if (how === "call" && isSuspect) {
      const left = this.#instance(instanceId).left(scope).join(", ");
      record.completedAt = at;
      record.result = result;
      record.reason = left === "" ? "completed when nothing was left" : `completed with ${left}`;
      if (left !== "") this.#accuse(at, instanceId, "nothing is completed before it is ready", left);
      return;
    }
    record.reason = {
      call: `completed with ${result} by ${by}`,
      timeout: `the hook's timeout ended it with ${result}`,
      cancelled: "another hook's ABANDON ended it",
      "hook-deleted": "its hook was deleted",
    }[how];
  }

  #containerInstance({ at, instanceId, status, by }: LineOf<"container-instance">): void {
    const instance = this.#instance(instanceId);
    if (status === "DRAINING") {
      instance.drainedBy = by;
      this.#touched(at, instanceId, by, "it was set DRAINING");
    }
    if (status === "ACTIVE") instance.drainedBy = undefined;
  }

  #task(line: LineOf<"task">): void {
    const { at, instanceId, cluster, service, status, hostPorts } = line;
    const instance = this.#instance(instanceId);
    const task = { cluster, service, status, hostPorts };
    // ECS may not have heard that a task has ended, or have given up one that runs.
    if (line.gone) instance.tasks.delete(line.arn);
    else instance.tasks.set(line.arn, task);
    if (this.#pendingOf(instanceId).length > 0) instance.noteServices([task]);
    // What ECS stops because somebody set the instance DRAINING is that somebody's doing.
    const isDrained = status === "STOPPING" && line.reason?.startsWith("Scaling activity") === true;
    if (isDrained && instance.drainedBy !== undefined && this.#options.suspects.has(instance.drainedBy)) {
      const pointing = this.#pendingOf(instanceId)
        .flatMap(({ scope }) => instance.ours(scope))
        .filter((each) => this.#portsOf(each).some((port) => hostPorts.includes(port)));
      for (const name of new Set(pointing.map((each) => each.name))) {
        this.#accuse(
          at,
          instanceId,
          "no task is stopped behind a registration of ours",
          `${name} still points at it`,
        );
      }
    }
    this.#update(instanceId, at);
  }

  #registration(
    { at, by, state }: LineOf<"target" | "classic">,
    instanceId: string,
    registration: Omit<Registration, "state">,
  ): void {
    if (!instanceId.startsWith("i-")) return;
    const instance = this.#instance(instanceId);
    const { kind, name, port } = registration;
    const key = `${kind} ${name} ${port}`;
    const isTakenOut = state !== "registered" && instance.registrations.get(key)?.state === "registered";
    if (isTakenOut && this.#options.suspects.has(by)) {
      this.#touched(at, instanceId, by, `it was taken out of ${name}`);
      const serving = instance.taskBehind(registration);
      if (serving)
        this.#accuse(
          at,
          instanceId,
          "no managed target is pulled",
          `${name} was pulled from ${serving.service}`,
        );
    }
    if (state === "gone") instance.registrations.delete(key);
    else instance.registrations.set(key, { ...registration, state });
    this.#update(instanceId, at);
  }

  #pendingOf(instanceId: string): Case[] {
    return this.#cases.filter(({ record }) => record.instanceId === instanceId && record.reason === "");
  }

  #portsOf({ kind, name, port }: Registration): readonly number[] {
    if (kind === "classic") return this.#options.classicPorts(name);
    return port === undefined ? [] : [port];
  }

  #update(instanceId: string, at: number): void {
    const instance = this.#instance(instanceId);
    for (const had of this.#pendingOf(instanceId)) {
      const { record, scope } = had;
      const targets = instance.judged(scope).length > 0;
      const tasks = instance.tasks.size > 0;
      had.targets ||= targets;
      had.tasks ||= tasks;
      record.targetsGoneAt = targets || !had.targets ? undefined : (record.targetsGoneAt ?? at);
      record.tasksGoneAt = tasks || !had.tasks ? undefined : (record.tasksGoneAt ?? at);
      record.readyAt =
        targets || tasks
          ? undefined
          : Math.max(record.askedAt, record.targetsGoneAt ?? 0, record.tasksGoneAt ?? 0);
    }
  }

  #touched(at: number, instanceId: string, by: string, what: string): void {
    if (this.#options.suspects.has(by) && !this.#instance(instanceId).held)
      this.#accuse(at, instanceId, "no instance outside a wait state is touched", what);
  }

  #accuse(at: number, instanceId: string, rule: string, what: string): void {
    this.violations.push({ at, instanceId, rule, what });
  }
}
