import type { Past } from "../kernel/past.ts";
import type { Story, StoryLine } from "../kernel/story.ts";
import { BelongingsLedger } from "./belongings.ts";
import { Holders } from "./holders.ts";
import { type IsNews, JudgedInstance, type Registration } from "./instance.ts";
import type { TerminationRecord, Violation } from "./records.ts";
import type { ServiceScope } from "./scope.ts";
import { type TerminationOptions, Terminations } from "./terminations.ts";

/** What the judge must know of the world beyond its story. Times are in milliseconds. */
export type JudgeOptions = TerminationOptions & {
  readonly story: Story;
  readonly services: ServiceScope;
  /** Since when whoever acts at this moment has been looking at what he acts upon; infinity where nobody looked. */
  readonly lookedAt: () => number;
  /** How far reads lag behind. */
  readonly readLag: () => number;
  /** The instance ports of a classic load balancer. */
  readonly classicPorts: (loadBalancer: string) => readonly number[];
};

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/** Reads that lag further behind than this are not what the functions are made for. */
const READ_LAG_LIMIT_MS = 10_000;

/**
 * Follows the story and judges it: each termination with when it was really ready, and whatever violates the promise of
 * a drain. It looks at the world alone, never at what the functions say of themselves. What changed within the read lag
 * and the look before somebody acted could not be known to him, and does not count.
 */
export class Judge implements Past {
  readonly #violations: Violation[] = [];
  readonly #options: JudgeOptions;
  readonly #belongings: BelongingsLedger;
  readonly #instances = new Map<string, JudgedInstance>();
  readonly #terminations: Terminations;
  readonly #holders = new Holders();

  /** When the newest line was told, in milliseconds since 1970. */
  #now = Number.NEGATIVE_INFINITY;

  constructor(options: JudgeOptions) {
    this.#options = options;
    const accuse = (violation: Violation) => this.#violations.push(violation);
    this.#belongings = new BelongingsLedger(options.suspects, accuse);
    this.#terminations = new Terminations(options, accuse);
    for (const line of options.story.lines) this.#follow(line);
    options.story.listen((line) => this.#follow(line));
  }

  /** How many terminations have ended, those that are forgotten included. */
  get endedCount(): number {
    return this.#terminations.endedCount;
  }

  get terminations(): readonly TerminationRecord[] {
    return this.#terminations.records;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** Whether a termination of ours is still pending. */
  get pending(): boolean {
    return this.terminations.some(({ reason }) => reason === "");
  }

  /**
   * Judges what is left at the end: terminations that should have ended, and what was not given back.
   *
   * @param exists whether a target group or classic load balancer of that name is there
   */
  conclude(at: number, exists: (name: string) => boolean): void {
    this.#terminations.conclude(at, (instanceId) => this.#instance(instanceId));
    this.#violations.push(...this.#belongings.violations(at, exists));
  }

  /**
   * Forgets the terminations that ended before, and the instances that are in no group and of which nothing was told since.
   * What was violated stays.
   */
  forget(before: number): void {
    this.#terminations.forget(before);
    this.#belongings.forget(before);
    for (const [id, { isInGroup, toldAt }] of this.#instances) {
      if (!isInGroup && toldAt < before) this.#instances.delete(id);
    }
  }

  #follow(line: StoryLine): void {
    this.#now = line.at;
    this.#belongings.follow(line);
    switch (line.kind) {
      case "instance":
        this.#instance(line.instanceId).enter(line.state, line.at);
        return;
      case "action-started":
        if (line.terminating) this.#instance(line.instanceId).heldUntil = Number.POSITIVE_INFINITY;
        this.#terminations.started(line, this.#instance(line.instanceId));
        return;
      case "action-ended":
        this.#terminations.ended(line, this.#instance(line.instanceId), this.#isNews());
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
        this.#target(line);
        return;
      case "classic":
        this.#registration(line, line.instanceId, {
          kind: "classic",
          name: line.loadBalancer,
          port: undefined,
          holder: undefined,
        });
        return;
      default:
        this.#followInstance(line);
    }
  }

  #followInstance(
    line: LineOf<"instance-ended" | "interruption" | "message-forged" | "message-lost" | "agent">,
  ): void {
    switch (line.kind) {
      case "interruption":
        this.#instance(line.instanceId).interrupted = true;
        return;
      case "message-forged":
        this.#instance(line.instanceId).forged = true;
        return;
      case "message-lost":
        this.#instance(line.instanceId).loseMessage();
        return;
      case "instance-ended":
        this.#instance(line.instanceId).end(line.how);
        this.#update(line.instanceId, line.at);
        return;
      case "agent":
        return;
      default:
        line satisfies never;
    }
  }

  #instance(instanceId: string): JudgedInstance {
    const instance = this.#instances.get(instanceId) ?? new JudgedInstance(this.#options.services);
    this.#instances.set(instanceId, instance);
    instance.toldAt = this.#now;
    return instance;
  }

  #containerInstance({ at, instanceId, status, by, cluster }: LineOf<"container-instance">): void {
    const instance = this.#instance(instanceId);
    const isSuspect = this.#options.suspects.has(by);
    if (status === "DRAINING") {
      instance.drained = { by, at, lookedAt: this.#options.lookedAt() };
      this.#touched(at, instanceId, by, "it was set DRAINING");
    }
    if (status === "INACTIVE") {
      if (!instance.dead) this.#touched(at, instanceId, by, "its container instance was deregistered");
      if (!isSuspect) instance.givenUpIn.add(cluster);
    }
    if (status === "ACTIVE") {
      const { drained, heldSince } = instance;
      // What somebody else does while it is held, nobody can tell from what a run did that died.
      if (isSuspect && drained && !this.#options.suspects.has(drained.by) && drained.at < heldSince)
        this.#accuse(at, instanceId, "what comes back is as it was", `${drained.by} had set it DRAINING`);
      instance.drained = undefined;
      instance.givenUpIn.delete(cluster);
    }
  }

  #task(line: LineOf<"task">): void {
    const { at, instanceId, cluster, service, status, hostPorts } = line;
    const instance = this.#instance(instanceId);
    const since = instance.tasks.get(line.arn)?.since ?? at;
    const task = { cluster, service, status, hostPorts, since };
    // ECS may not have heard that a task has ended, or have given up one that runs: because somebody else told it to,
    // nobody can know of that one any more.
    const isGivenUp = status === "STOPPED" && instance.givenUpIn.has(cluster);
    if (line.gone || isGivenUp) instance.tasks.delete(line.arn);
    else instance.tasks.set(line.arn, task);
    this.#holders.follow(line);
    if (line.gone && line.address !== undefined) instance.forgetHolder(line.arn);
    if (this.#terminations.pendingScopes(instanceId).length > 0) instance.noteServices([task]);
    // What ECS stops because somebody set the instance DRAINING is that somebody's doing. A task that is gone by now may be
    // told as STOPPING once more.
    const isDrained =
      status === "STOPPING" && !line.gone && line.reason?.startsWith("Scaling activity") === true;
    if (isDrained) this.#stoppedByDraining(instance, line);
    this.#update(instanceId, at);
  }

  // Before an interruption there is no time to wait for connections.
  #stoppedByDraining(instance: JudgedInstance, { at, instanceId, arn, hostPorts }: LineOf<"task">): void {
    const { drained } = instance;
    if (!drained || !this.#options.suspects.has(drained.by) || instance.interrupted) return;
    const isNews = this.#isNews(drained.lookedAt);
    if (isNews(instance.tasks.get(arn)?.since ?? at)) return;
    const pointing = this.#terminations
      .pendingScopes(instanceId)
      .flatMap((scope) => instance.ours(scope))
      .filter(({ since }) => since < drained.at && !isNews(since))
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

  #target(line: LineOf<"target">): void {
    const registration = { kind: "target", name: line.targetGroup, port: line.port } as const;
    if (line.id.startsWith("i-")) {
      this.#registration(line, line.id, { ...registration, holder: undefined });
      return;
    }
    const holder = this.#holders.of(line.id);
    if (holder) this.#registration(line, holder.instanceId, { ...registration, holder: holder.arn });
  }

  #registration(
    { at, by, state }: LineOf<"target" | "classic">,
    instanceId: string,
    registration: Omit<Registration, "state" | "since">,
  ): void {
    const instance = this.#instance(instanceId);
    const { kind, name, port, holder = "" } = registration;
    const key = `${kind} ${name} ${port} ${holder}`;
    const before = instance.registrations.get(key);
    if (state !== "registered" && before?.state === "registered" && this.#options.suspects.has(by)) {
      this.#touched(at, instanceId, by, `it was taken out of ${name}`);
      const isNews = this.#isNews();
      const serving = instance.taskBehind(registration);
      if (serving && !isNews(serving.since) && !isNews(before.since))
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
    const { heldUntil, interrupted } = instance;
    // What EC2 is about to take needs no hook to be drained.
    if (heldUntil >= at || interrupted) return;
    if (!this.#isNews()(heldUntil))
      this.#accuse(at, instanceId, "no instance outside a wait state is touched", what);
  }

  // What changed within the read lag before a look, or since, could not be known to whoever acts after it.
  #isNews(lookedAt = this.#options.lookedAt()): IsNews {
    const known = lookedAt - Math.min(this.#options.readLag(), READ_LAG_LIMIT_MS);
    return (since) => since > known;
  }

  #accuse(at: number, instanceId: string, rule: string, what: string): void {
    this.#violations.push({ at, instanceId, rule, what });
  }
}
