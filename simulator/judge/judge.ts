import type { Past } from "../kernel/past.ts";
import type { Story, StoryLine } from "../kernel/story.ts";
import { BelongingsLedger, RETURN_RULE } from "./belongings.ts";
import { Holders } from "./holders.ts";
import { type IsTooRecent, JudgedInstance, type Registration } from "./instance.ts";
import { isForNextRound, type WasTold } from "./next-round.ts";
import { knownUntil } from "./permits.ts";
import type { TerminationRecord, Violation } from "./records.ts";
import { Replacements, type ReplacePolicy } from "./replacements.ts";
import { READ_LAG_LIMIT_MS, type ServiceScope } from "./scope.ts";
import { type TerminationOptions, Terminations } from "./terminations.ts";
import { isLeavingBy } from "./whereabouts.ts";

/** What the judge must know of the world beyond its story. Times are in milliseconds. */
export type JudgeOptions = TerminationOptions & {
  readonly story: Story;
  readonly services: ServiceScope;
  /** When the reads began that the present caller acts on; infinity where there were none. */
  readonly readSince: () => number;
  /** How far reads lag behind. */
  readonly readLag: () => number;
  readonly wasTold: WasTold;
  /** What the inputs allow of replacing instances because of notices. */
  readonly replacing: () => ReplacePolicy;
  /** Whether the input lets us drain an instance that EC2 is about to take back, without a hook. */
  readonly drainsInterrupted: () => boolean;
  /** The instance ports of a classic load balancer. */
  readonly classicPorts: (loadBalancer: string) => readonly number[];
};

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/**
 * Judges the functions by the story of the world: when each termination was really ready, and what breaks the promise of a
 * drain. It never uses what the functions log. A change does not count while the functions cannot have seen it: one within
 * the read lag before their reads, or after these.
 */
export class Judge implements Past {
  readonly #violations: Violation[] = [];
  readonly #options: JudgeOptions;
  readonly #belongings: BelongingsLedger;
  readonly #instances = new Map<string, JudgedInstance>();
  readonly #terminations: Terminations;
  readonly #holders = new Holders();
  readonly #replacements = new Replacements();
  /** The targets that are registered by an address, or drain. */
  readonly #byAddress = new Map<string, LineOf<"target">>();

  /** The time of the newest line, in milliseconds since 1970. */
  #now = Number.NEGATIVE_INFINITY;

  constructor(options: JudgeOptions) {
    this.#options = options;
    const accuse = (violation: Violation) => this.#violations.push(violation);
    this.#belongings = new BelongingsLedger(options.suspects, accuse);
    this.#terminations = new Terminations(options, accuse);
    for (const line of options.story.lines) this.#follow(line);
    options.story.listen((line) => this.#follow(line));
  }

  /** How many terminations have ended, including those that are forgotten. */
  get endedCount(): number {
    return this.#terminations.endedCount;
  }

  get terminations(): readonly TerminationRecord[] {
    return this.#terminations.records;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** Whether a termination that the functions serve is still pending. */
  get pending(): boolean {
    return this.terminations.some(({ reason }) => reason === "");
  }

  /**
   * Judges what only shows at the end: terminations that should have ended, and what was not given back.
   *
   * @param exists whether there is a target group or classic load balancer of that name
   */
  conclude(at: number, exists: (name: string) => boolean): void {
    this.#terminations.conclude(at, (instanceId) => this.#instance(instanceId));
    this.#violations.push(...this.#belongings.violations(at, exists));
  }

  /**
   * Forgets terminations that have ended, and instances that are in no group and that no line has been about since.
   * Violations stay.
   */
  forget(before: number): void {
    this.#terminations.forget(before);
    this.#belongings.forget(before);
    for (const [id, { isInGroup, lastLineAt }] of this.#instances) {
      if (!isInGroup && lastLineAt < before) this.#instances.delete(id);
    }
  }

  #follow(line: StoryLine): void {
    this.#now = line.at;
    this.#belongings.follow(this.#withOwner(line));
    switch (line.kind) {
      case "instance":
        this.#instance(line.instanceId).enter(line.state, line.at);
        this.#replacements.follow(line);
        return;
      case "action-started":
        if (line.terminating) this.#instance(line.instanceId).heldUntil = Number.POSITIVE_INFINITY;
        this.#terminations.started(line, this.#instance(line.instanceId));
        return;
      case "action-seen":
        this.#terminations.seen(line);
        return;
      case "target-healthy":
        this.#replacements.followTarget(line);
        return;
      case "action-ended":
        this.#actionEnded(line);
        return;
      case "container-instance":
        this.#containerInstance(line);
        return;
      case "task":
        this.#task(line);
        return;
      case "task-stop":
        this.#touched(line.at, line.instanceId, line.by, "a task on it was stopped");
        this.#terminations.taskStopped(line, this.#instance(line.instanceId));
        return;
      case "target":
        this.#replacements.followTarget(line);
        this.#target(line);
        return;
      case "classic":
        this.#registration(line, line.instanceId, {
          kind: "classic",
          name: line.loadBalancer,
          port: undefined,
          holder: undefined,
          address: undefined,
          vpcId: undefined,
        });
        return;
      default:
        this.#followInstance(line);
    }
  }

  #actionEnded(line: LineOf<"action-ended">): void {
    const { story, wasTold } = this.#options;
    const { instanceId, at: to } = line;
    const instance = this.#instance(instanceId);
    const hold = { from: instance.heldSince, to };
    this.#terminations.ended(line, instance, {
      isTooRecent: this.#isTooRecent(),
      isForNextRound: ({ kind, name, address }) =>
        isForNextRound(story, { kind, name, id: address ?? instanceId }, hold, wasTold),
    });
  }

  #followInstance(
    line: LineOf<
      | "instance-ended"
      | "interruption"
      | "notice"
      | "message-forged"
      | "message-lost"
      | "termination-asked"
      | "agent"
      | "addresses"
    >,
  ): void {
    switch (line.kind) {
      case "interruption":
        this.#instance(line.instanceId).interrupted = this.#options.drainsInterrupted();
        return;
      case "message-lost":
        this.#instance(line.instanceId).loseMessage();
        return;
      case "instance-ended":
        this.#instance(line.instanceId).end(line.how);
        this.#update(line.instanceId, line.at);
        return;
      case "addresses":
        this.#addresses(line);
        return;
      case "agent":
        this.#instance(line.instanceId).hear(line.cluster, line.connected, line.at);
        this.#update(line.instanceId, line.at);
        return;
      case "termination-asked":
        this.#terminationAsked(line);
        return;
      case "message-forged":
      case "notice":
        return;
      default:
        line satisfies never;
    }
  }

  #terminationAsked(line: LineOf<"termination-asked">): void {
    if (!this.#options.suspects.has(line.by)) return;
    const { readSince, readLag, replacing } = this.#options;
    const known = knownUntil(readSince(), readLag());
    for (const what of this.#replacements.asked(line, replacing(), known))
      this.#accuse(line.at, line.instanceId, "instances are replaced a few at a time", what);
  }

  #instance(instanceId: string): JudgedInstance {
    const instance = this.#instances.get(instanceId) ?? new JudgedInstance(this.#options.services);
    this.#instances.set(instanceId, instance);
    instance.lastLineAt = this.#now;
    return instance;
  }

  #containerInstance(line: LineOf<"container-instance">): void {
    const { at, instanceId, status, by, cluster, arn } = line;
    const instance = this.#instance(instanceId);
    const isSuspect = this.#options.suspects.has(by);
    if (status === "DRAINING" && isSuspect) this.#terminations.acted(line, instance);
    instance.setStatus(cluster, arn, status, at);
    if (status === "DRAINING") {
      instance.drained = { by, at, readSince: this.#options.readSince() };
      this.#touched(at, instanceId, by, "it was set DRAINING");
    }
    if (status === "INACTIVE") {
      if (!instance.dead) this.#touched(at, instanceId, by, "its container instance was deregistered");
      if (!isSuspect) instance.givenUpIn.add(cluster);
    }
    // An agent that registers again knows nothing of the tasks before it, and nobody learns of them any more.
    if (status === "ACTIVE" && by === "ecs") instance.giveUpTasksIn(cluster);
    if (status === "ACTIVE") {
      const { drained, heldSince } = instance;
      // While it is held, a DRAINING by somebody else cannot be told from one by a run that was killed.
      if (isSuspect && drained && !this.#options.suspects.has(drained.by) && drained.at < heldSince)
        this.#accuse(at, instanceId, RETURN_RULE, `${drained.by} had set it DRAINING`);
      instance.drained = undefined;
      instance.givenUpIn.delete(cluster);
    }
    this.#update(instanceId, at);
  }

  #task(line: LineOf<"task">): void {
    const { at, instanceId, cluster, service, status, hostPorts } = line;
    const instance = this.#instance(instanceId);
    const known = instance.tasks.get(line.arn);
    const since = known?.since ?? at;
    const leavingAt = known?.leavingAt ?? (isLeavingBy(status) ? at : undefined);
    const task = { cluster, service, status, hostPorts, since, leavingAt };
    // Somebody else may have deregistered the container instance by force: ECS then shows its tasks as STOPPED although
    // their containers run on, and the functions cannot know of them.
    const isGivenUp =
      instance.givenUpTasks.has(line.arn) || (status === "STOPPED" && instance.givenUpIn.has(cluster));
    if (line.gone || isGivenUp) instance.tasks.delete(line.arn);
    else instance.tasks.set(line.arn, task);
    this.#holders.follow(line);
    // ECS takes the network interface of a task with it that it gives up.
    if ((line.gone || isGivenUp) && line.address !== undefined) instance.forgetHolder(line.arn);
    if (this.#terminations.pendingScopes(instanceId).length > 0) instance.noteServices([task]);
    // ECS stops tasks of services on a DRAINING instance: whoever set it DRAINING is responsible. A task that is gone may be
    // shown as STOPPING once more.
    const isDrained =
      status === "STOPPING" && !line.gone && line.reason?.startsWith("Scaling activity") === true;
    if (isDrained) this.#stoppedByDraining(instance, line);
    this.#update(instanceId, at);
  }

  // Before an interruption there is no time to wait for open connections.
  #stoppedByDraining(
    instance: JudgedInstance,
    { at, instanceId, arn, hostPorts, listensOnAny = false }: LineOf<"task">,
  ): void {
    const { drained } = instance;
    if (!drained || !this.#options.suspects.has(drained.by) || instance.interrupted) return;
    const isTooRecent = this.#isTooRecent(drained.readSince);
    const { since = at, leavingAt = at } = instance.tasks.get(arn) ?? {};
    // What a deployment replaces is none of a drain's doing.
    if (isTooRecent(since) || leavingAt < drained.at) return;
    const pointing = this.#terminations
      .pendingScopes(instanceId)
      .flatMap((scope) => instance.ours(scope))
      .filter(({ since }) => since < drained.at && !isTooRecent(since))
      .filter((each) =>
        each.holder === undefined
          ? listensOnAny || this.#portsOf(each).some((port) => hostPorts.includes(port))
          : each.holder === arn,
      );
    for (const name of new Set(pointing.map((each) => each.name))) {
      this.#accuse(
        at,
        instanceId,
        "no task is stopped behind a registration of ours",
        `${name} still points at it`,
      );
    }
  }

  #target(line: LineOf<"target">): void {
    const { id, targetGroup: name, port, vpcId } = line;
    const registration = { kind: "target", name, port, vpcId } as const;
    if (id.startsWith("i-")) {
      this.#registration(line, id, { ...registration, holder: undefined, address: undefined });
      return;
    }
    if (line.state === "gone") this.#byAddress.delete(`${name} ${id} ${port}`);
    else this.#byAddress.set(`${name} ${id} ${port}`, line);
    const holder = this.#holders.of(id, vpcId);
    if (holder)
      this.#registration(line, holder.instanceId, { ...registration, holder: holder.task, address: id });
  }

  // Addresses that it has got may be registered already, and those that it had may be somebody else's now.
  #addresses(line: LineOf<"addresses">): void {
    this.#holders.follow(line);
    const isHeld = (address: string, vpcId: string | undefined) =>
      this.#holders.of(address, vpcId)?.instanceId === line.instanceId;
    const instance = this.#instance(line.instanceId);
    instance.keepAddresses(isHeld);
    for (const each of this.#byAddress.values()) {
      const isNew = ![...instance.registrations.values()].some(
        ({ name, port, address }) => name === each.targetGroup && port === each.port && address === each.id,
      );
      if (isNew && isHeld(each.id, each.vpcId)) this.#target({ ...each, at: line.at, by: "ec2" });
    }
    this.#update(line.instanceId, line.at);
  }

  // The line about an instance's own address, as one about the instance.
  #withOwner(line: StoryLine): StoryLine & { readonly owner?: string } {
    if (line.kind !== "target" || line.id.startsWith("i-")) return line;
    const { instanceId, task } = this.#holders.of(line.id, line.vpcId) ?? {};
    return task !== undefined || instanceId === undefined ? line : { ...line, owner: instanceId };
  }

  #registration(
    { at, by, state }: LineOf<"target" | "classic">,
    instanceId: string,
    where: Omit<Registration, "state" | "since" | "isByEcs">,
  ): void {
    const instance = this.#instance(instanceId);
    const { kind, name, port, holder, address = "" } = where;
    const key = `${kind} ${name} ${port} ${holder ?? address}`;
    const before = instance.registrations.get(key);
    const registration = { ...where, isByEcs: before?.isByEcs ?? by === "ecs" };
    if (state !== "registered" && before?.state === "registered" && this.#options.suspects.has(by)) {
      this.#touched(at, instanceId, by, `it was taken out of ${name}`);
      const isTooRecent = this.#isTooRecent();
      const serving = instance.taskBehind(registration);
      if (serving && !isTooRecent(serving.since) && !isTooRecent(before.since))
        this.#accuse(
          at,
          instanceId,
          "no managed target is pulled",
          `${name} was pulled from ${serving.service}`,
        );
    }
    if (state === "gone") instance.registrations.delete(key);
    else {
      const since = state === "draining" && before ? before.since : at;
      instance.registrations.set(key, { ...registration, state, since });
    }
    this.#update(instanceId, at);
  }

  #portsOf({ kind, name, port }: Registration): readonly number[] {
    if (kind === "classic") return this.#options.classicPorts(name);
    return port === undefined ? [] : [port];
  }

  #update(instanceId: string, at: number): void {
    this.#terminations.update(instanceId, at, this.#instance(instanceId));
  }

  #touched(at: number, instanceId: string, by: string, what: string): void {
    if (!this.#options.suspects.has(by)) return;
    const instance = this.#instance(instanceId);
    instance.foundAt ??= at;
    if (this.#options.isDry(by)) this.#accuse(at, instanceId, "a dry run does nothing", what);
    const { heldUntil, interrupted } = instance;
    // An instance that is about to be interrupted may be drained without a hook.
    if (heldUntil >= at || interrupted) return;
    if (!this.#isTooRecent()(heldUntil))
      this.#accuse(at, instanceId, "no instance outside a wait state is touched", what);
  }

  // Whoever acts may not have seen changes within the read lag before the reads began, or after that.
  #isTooRecent(readSince = this.#options.readSince()): IsTooRecent {
    const known = readSince - Math.min(this.#options.readLag(), READ_LAG_LIMIT_MS);
    return (since) => since > known;
  }

  #accuse(at: number, instanceId: string, rule: string, what: string): void {
    this.#violations.push({ at, instanceId, rule, what });
  }
}
