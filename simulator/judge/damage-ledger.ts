import type { Story, StoryLine } from "../kernel/story.ts";
import { CapacityLedger, type Parts } from "./capacity.ts";
import type { AllowedBy, Damage, OpenDamage, Staying } from "./damage.ts";
import { delayOf } from "./delays.ts";
import { foreignCalls } from "./foreign-calls.ts";
import { Latenesses } from "./lateness.ts";
import { leftBehind, unknownAddresses } from "./left-behind.ts";
import { isForNextRound, type WasTold } from "./next-round.ts";
import {
  allowedAtDraining,
  allowedAtEnd,
  allowedByDiscovery,
  dueAt,
  type Hold,
  knownUntil,
  type Lost,
  type PermitFacts,
} from "./permits.ts";
import type { NamesNow, Scope, ScopeNow, ServiceScope } from "./scope.ts";
import { cameAt, type Spot, serves, type TaskThere, type There, Whereabouts } from "./whereabouts.ts";

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/** A target group as it is at this moment; times in milliseconds. */
export type TargetGroupFacts = {
  /** Whether a load balancer sends to it. */
  readonly inUse: boolean;
  readonly healthyAfter: number;
  readonly delay: number;
  /** Whether a Network Load Balancer may be in front of it. */
  readonly isNetwork: boolean;
  /** The targets that are healthy, as `id:port`. */
  readonly healthy: readonly string[];
  /** Whether a target was healthy until it was taken out. */
  readonly wasHealthy: (target: string) => boolean;
};

/** A classic load balancer as it is at this moment. */
export type ClassicFacts = {
  /** Its instance ports. */
  readonly ports: readonly number[];
  /** How long it drains at most, in milliseconds. */
  readonly delay: number;
  /** The instances to which it sends. */
  readonly inService: readonly string[];
};

/** A service as it is at this moment. */
export type ServiceFacts = { readonly floor: number; readonly running: readonly string[] };

/** A call that was made, as the log of calls has it. */
export type MadeCall = {
  readonly at: number;
  readonly caller: string;
  readonly action: string;
  readonly input: unknown;
  readonly error?: string;
  /** Set where its answer was lost. */
  readonly unanswered?: unknown;
};

/** So long before its pass a function may have read the hooks, in milliseconds. */
const HOOKS_FRESH_MS = 5_000;

/** So long a run of a function lasts at most, in milliseconds. */
const RUN_MS = 60_000;

/** What the ledger of damage must know of the world and the scenario beyond the story. */
export type DamageFacts = PermitFacts &
  NamesNow & {
    readonly scopeOf: ScopeNow;
    /** When a hook was last put, changed or deleted, in milliseconds since 1970. */
    readonly hookChangedAt: (group: string, hook: string) => number;
    /** The scope of what no hook holds, in a group of ours; undefined for a group that has no hook of ours. */
    readonly scopeOfGroup: (group: string) => Scope | undefined;
    /** Whether terminate's sweeps look for ghosts of a group in a cluster, as its input is now. */
    readonly isSwept: (group: string, cluster: string) => boolean;
    /** Whether a hook that notifies this is ours by the input of a function. */
    readonly isOursBy: (caller: string, hook: Pick<LineOf<"action-seen">, "hook" | "notifies">) => boolean;
    readonly readSince: () => number;
    readonly wasTold: WasTold;
    readonly services: ServiceScope;
    readonly targetGroup: (name: string) => TargetGroupFacts | undefined;
    readonly service: (cluster: string, service: string) => ServiceFacts | undefined;
    /** Whether a service is a daemon. */
    readonly isDaemon: (cluster: string, service: string) => boolean;
    /** Whether each new instance of a group registers itself with a target group or a classic load balancer. */
    readonly registersItself: (group: string, place: string) => boolean;
    readonly classic: (name: string) => ClassicFacts | undefined;
    /** Whether nothing shows the ports of a task: it may listen on any. */
    readonly listensAnywhere: (task: TaskThere) => boolean;
    /** How long a task would still have needed to end by itself, in milliseconds; undefined where it would not have. */
    readonly needs: (task: TaskThere) => number | undefined;
    /** Which policy of the input asks for an instance's replacement after a notice about it, before a time. */
    readonly noticePolicy: (instanceId: string, before: number) => AllowedBy | undefined;
    /** How many instances of a group the input lets us replace at once, and whether the only one too. */
    readonly replacing: () => { readonly atOnce: number; readonly last: boolean };
    /** Until when what the scenario injects could delay the functions, of all that could in a time. Undefined where nothing could. */
    readonly disturbedUntil: (from: number, to: number) => number | undefined;
    /** The same, without silent agents. */
    readonly faultyUntil: (from: number, to: number) => number | undefined;
    /** The calls that the functions have made. */
    readonly calls: () => readonly MadeCall[];
    /** How long two runs of the schedules may take to come, in milliseconds. */
    readonly ticks: number;
    /** Whether EC2 still shows which group an instance is of. */
    readonly isTagged: (instanceId: string) => boolean;
    /** How late a tick may come, in milliseconds. */
    readonly lateBy: number;
    /** Whether the functions' clocks differ. */
    readonly doClocksDiffer: boolean;
    /** How long until the next sweep at the latest, in milliseconds. */
    readonly sweepInterval: number;
  };

/** Damage, from the world alone: what happened is in the story, and what allows it in the scenario's file. */
export class DamageLedger {
  readonly #story: Story;
  readonly #facts: DamageFacts;
  readonly #where: Whereabouts;
  readonly #damage: Damage[] = [];
  /** Registrations that send to nothing. */
  readonly #unserved = new Map<Spot, OpenDamage>();
  /** The newest hold of each instance by a hook of ours. */
  readonly #holds = new Map<string, Hold>();
  readonly #capacity: CapacityLedger;
  readonly #lateness: Latenesses;
  /** Since when hooks are known not to be ours, by group and hook; in milliseconds since 1970. */
  readonly #foreign = new Map<string, number>();
  /** Hooks that were ours when they came to hold an instance, by group and hook. */
  readonly #wereOurs = new Set<string>();
  #now = Number.NEGATIVE_INFINITY;

  constructor(story: Story, facts: DamageFacts) {
    this.#story = story;
    this.#facts = facts;
    this.#where = new Whereabouts(facts.readSince);
    const add = (damage: Damage) => this.#damage.push(damage);
    this.#capacity = new CapacityLedger(facts, this.#where, add);
    this.#lateness = new Latenesses(facts, this.#where, add);
    for (const line of story.lines) this.#follow(line);
    story.listen((line) => this.#follow(line));
  }

  /** When the newest termination ended, or instance, in milliseconds since 1970; minus infinity where none has. */
  lastEndAt = Number.NEGATIVE_INFINITY;

  /** Whether something may be left behind that a call could still clear up: an agent is silent, or an instance is DRAINING. */
  get hasLeft(): boolean {
    return [...this.#where.instances.values()].some((there) =>
      [...there.containerInstances.values()].some(
        ({ status, connected }) =>
          status !== "INACTIVE" && (!connected || (status === "DRAINING" && !there.isLeaving)),
      ),
    );
  }

  /** All damage up to a time, in milliseconds since 1970, with what is left behind then. */
  conclude(at: number): Damage[] {
    const open = [...this.#unserved.values()].map((each) => ({ ...each, to: at }));
    const releases = {
      allowed: (there: There, lost: Lost) => this.#allowedAtEnd(there, lost),
      isForNextRound: (there: There, spot: Spot, hold: Hold) => this.#isForNextRound(there, spot, hold),
      scopeOf: ({ instanceId }: There) => this.#holds.get(instanceId)?.scope,
      wasHeld: ({ instanceId }: There) => this.#holds.has(instanceId),
      isUntold: ({ instanceId }: There) => {
        const hold = this.#holds.get(instanceId);
        const scope = hold && this.#facts.scopeOf(hold.group, hold.hook);
        if (scope !== undefined) return !scope.isTold;
        const isFollowed = hold?.begunAt !== undefined && this.#facts.sweepInterval > 0;
        return hold !== undefined && !isFollowed;
      },
    };
    const left = leftBehind(at, this.#where, releases, this.#facts);
    const unknown = unknownAddresses(at, this.#where, this.#facts);
    const more = [...this.#capacity.open(at), ...this.#lateness.open(at)];
    const foreign = (hook: string) => {
      const since = this.#foreign.get(hook);
      return since === undefined ? undefined : { since, wasOurs: this.#wereOurs.has(hook) };
    };
    const tried = foreignCalls(this.#facts.calls(), foreign, this.#facts.faultyUntil);
    return [...this.#damage, ...open, ...more, ...left, ...unknown, ...tried].sort((a, b) => a.from - b.from);
  }

  #follow(line: StoryLine): void {
    this.#now = line.at;
    if ("instanceId" in line) this.#updateScope(this.#holds.get(line.instanceId));
    switch (line.kind) {
      case "task":
        this.#task(line);
        break;
      case "target":
      case "classic":
        this.#registration(line);
        break;
      case "instance-ended":
        this.lastEndAt = line.at;
        this.#instanceEnded(line);
        break;
      case "instance":
        this.#where.follow(line);
        this.#instance(line);
        break;
      case "action-started":
        this.#started(line);
        break;
      case "action-seen":
        this.#seen(line);
        break;
      case "action-ended":
        this.#ended(line);
        break;
      case "termination-asked":
        this.#asked(line);
        break;
      case "container-instance":
        this.#containerInstance(line);
        break;
      case "task-stop":
        this.#taskStop(line);
        break;
      default:
        this.#where.follow(line);
    }
    this.#capacity.follow(line);
    this.#lateness.follow(line);
  }

  // The functions read the settings again in each run. Those of a hook that is gone, or not ours any more, stay as they were.
  #updateScope(hold: Hold | undefined): void {
    if (!hold || hold.ended) return;
    hold.scope = this.#facts.scopeOf(hold.group, hold.hook, hold.scope) ?? hold.scope;
  }

  #started(line: LineOf<"action-started">): void {
    const scope = this.#facts.scopeOf(line.group, line.hook);
    this.#noteOwner(line, scope);
    if (!line.terminating || !scope) return;
    const { instanceId, group, hook, token, at } = line;
    const hold: Hold = {
      instanceId,
      group,
      hook,
      token,
      scope,
      askedAt: at,
      begunAt: undefined,
      isTurnedAway: false,
      dryUntil: new Map(),
      ended: undefined,
    };
    this.#holds.set(instanceId, hold);
    this.#lateness.started(hold);
  }

  // One that was ours counts as another's once no run can have read it as it was.
  #noteOwner({ at, group, hook }: LineOf<"action-started">, scope: Scope | undefined): void {
    const key = `${group} ${hook}`;
    if (scope) this.#wereOurs.add(key);
    else if (!this.#foreign.has(key)) {
      const changed = this.#facts.hookChangedAt(group, hook);
      this.#foreign.set(key, this.#wereOurs.has(key) ? Math.max(at, changed + RUN_MS) : at);
    }
  }

  // Its time begins when one of us could first work on it. On a dry run nobody does.
  #seen({ at, by, instanceId, token, group, hook, notifies }: LineOf<"action-seen">): void {
    const scope = this.#facts.scopeOf(group, hook);
    // An input has come to name it.
    if (scope) this.#foreign.delete(`${group} ${hook}`);
    const hold = this.#holds.get(instanceId);
    if (hold?.token !== token || !this.#facts.suspects.has(by)) return;
    hold.isTurnedAway = !this.#facts.isOursBy(by, { hook, notifies });
    if (this.#facts.isDry(by)) {
      hold.dryUntil.set(by, Number.POSITIVE_INFINITY);
      return;
    }
    hold.begunAt ??= at;
    if (hold.dryUntil.get(by) === Number.POSITIVE_INFINITY) hold.dryUntil.set(by, at);
  }

  #ended(line: LineOf<"action-ended">): void {
    const { at, by, how, instanceId, hook } = line;
    const isSuspect = this.#facts.suspects.has(by);
    const hold = this.#holds.get(instanceId);
    if (hold?.token === line.token) {
      this.lastEndAt = at;
      hold.ended = { at, how, by, knownUntil: knownUntil(this.#facts.readSince(), this.#facts.readLag()) };
      this.#lateness.ended(hold);
      if (isSuspect && how === "call" && this.#isMadeForeign(line))
        this.#completedForeign(line, `${by} completed the hook ${hook}`, undefined);
      return;
    }
    if (!isSuspect || this.#facts.scopeOf(line.group, hook)) return;
    const allowedBy = how === "cancelled" ? this.#allowedToCancel(hold, at) : undefined;
    const what =
      how === "cancelled" ? `${by} cancelled the hook ${hook}` : `${by} completed the hook ${hook}`;
    this.#completedForeign(line, what, allowedBy);
  }

  #completedForeign(
    { instanceId, at }: LineOf<"action-ended">,
    what: string,
    allowedBy: AllowedBy | undefined,
  ): void {
    const told = `${what}, which is not ours`;
    this.#damage.push({ kind: "others", instanceId, what: told, from: at, to: at, allowedBy });
  }

  // Whether somebody has made a hook of ours another's, long enough ago to be seen: a pass may use what was read just before it.
  #isMadeForeign({ group, hook }: LineOf<"action-ended">): boolean {
    const known = knownUntil(this.#facts.readSince(), this.#facts.readLag()) - HOOKS_FRESH_MS;
    return !this.#facts.scopeOf(group, hook) && this.#facts.hookChangedAt(group, hook) <= known;
  }

  // ABANDON cancels the other hooks of an instance. From the deadline on the input asks for it.
  #allowedToCancel(hold: Hold | undefined, at: number): AllowedBy | undefined {
    return hold?.scope.mayAbandon && at >= dueAt(hold) ? "on_timeout" : undefined;
  }

  #asked({ at, by, group, instanceId }: LineOf<"termination-asked">): void {
    const there = this.#where.instance(instanceId);
    if (!this.#facts.suspects.has(by) || there.isLeaving) return;
    const allowedBy = this.#noticePolicy({ instanceId, group });
    this.#capacity.instanceTaken(instanceId, at, allowedBy);
    if (allowedBy) return;
    const what = `${by} had it replaced, which nobody asked for`;
    this.#damage.push({ kind: "others", instanceId, what, from: at, to: at, allowedBy });
  }

  #instance(line: LineOf<"instance">): void {
    const there = this.#where.instance(line.instanceId);
    // Within seconds all that runs on it is lost with its old root volume.
    if (line.state === "ReplacingRootVolume:Proceed") {
      there.ended = { at: line.at, by: "auto-scaling", how: "root volume replaced" };
      this.#end(line.instanceId);
    }
    if (!there.ended) for (const spot of this.#where.spotsOf(there)) this.#closeIfServed(spot, line.at);
  }

  // One that was stopped before has nothing more to lose when it is terminated.
  #instanceEnded(line: LineOf<"instance-ended">): void {
    const wasDead = this.#where.instance(line.instanceId).ended !== undefined;
    this.#where.follow(line);
    if (!wasDead) this.#end(line.instanceId);
  }

  #end(instanceId: string): void {
    const there = this.#where.instance(instanceId);
    if (!this.#scopeFor(there)) return;
    for (const spot of this.#where.spotsOf(there)) {
      const delay = delayOf(spot, this.#facts);
      if (delay === undefined || this.#unserved.has(spot)) continue;
      const lost = this.#lostSpot(there, spot);
      const allowedBy =
        this.#allowedToGiveUp(this.#where.holderOf(spot.id)) ?? this.#allowedAtEnd(there, lost);
      if (spot.state === "registered") {
        const what = `${nameOf(spot)} sent to it after its end`;
        this.#open(spot, there, {
          what,
          allowedBy,
          ...this.#toldOf(instanceId, this.#stayingBehind(there, spot)),
        });
      } else if ((spot.drainingSince ?? 0) + delay > this.#now) {
        const to = (spot.drainingSince ?? 0) + delay;
        const what = `it ended while it drained from ${nameOf(spot)}`;
        const more = this.#toldOf(instanceId, "on its way");
        this.#damage.push({ kind: "cut", instanceId, what, from: this.#now, to, allowedBy, ...more });
      }
    }
    for (const task of there.running) {
      if (task.reason?.startsWith("Essential container")) continue;
      const what = `it ended with ${taskText(task)}`;
      const to = this.#now + (this.#facts.needs(task) ?? 0);
      const allowedBy = this.#allowedToGiveUp(task) ?? this.#allowedAtEnd(there, this.#lostTask(task));
      const more = this.#toldOf(instanceId, this.#stayingOf(there, task));
      this.#damage.push({ kind: "cut", instanceId, what, from: this.#now, to, allowedBy, ...more });
    }
  }

  // What tells which setting would have saved it.
  #toldOf(instanceId: string, staying: Staying | undefined): Pick<Damage, "staying" | "drain"> {
    const scope = this.#holds.get(instanceId)?.scope;
    return { staying, drain: scope && { stopTasks: scope.isToStop, globalLimit: scope.globalLimit } };
  }

  #stayingOf({ containerInstances }: There, task: TaskThere): Staying {
    if (this.#isGoing(task)) return "on its way";
    const isSilent = [...containerInstances.values()].some(
      ({ cluster, connected }) => cluster === task.cluster && !connected,
    );
    if (isSilent) return "silent agent";
    if (task.service === undefined) return "standalone";
    return this.#facts.isDaemon(task.cluster, task.service) ? "daemon" : "service";
  }

  // What ECS has registered stays for as long as its task does.
  #stayingBehind(there: There, spot: Spot): Staying | undefined {
    const task = there.running.find((each) => spot.by === "ecs" && this.#listensAt(each, spot));
    return task && this.#stayingOf(there, task);
  }

  #isGoing(task: TaskThere): boolean {
    return this.#facts.needs(task) !== undefined || task.status === "DEACTIVATING";
  }

  #task(line: LineOf<"task">): void {
    const before = this.#where.instance(line.instanceId).tasks.get(line.arn);
    const served = before !== undefined && serves(before);
    this.#where.follow(line);
    const there = this.#where.instance(line.instanceId);
    const task = there.tasks.get(line.arn) as TaskThere;
    if (served === serves(task)) return;
    const spots = this.#where.spotsOf(there).filter((spot) => this.#listensAt(task, spot));
    for (const spot of spots) {
      if (serves(task)) this.#closeIfServed(spot, line.at);
      else if (!there.ended && task.status === "STOPPING") this.#signalled(there, task, spot);
    }
  }

  // A task got SIGTERM while a load balancer could still send to it, or while it drained there.
  #signalled(there: There, task: TaskThere, spot: Spot): void {
    if (delayOf(spot, this.#facts) === undefined || this.#unserved.has(spot) || this.#isServed(there, spot))
      return;
    const scope = this.#scopeFor(there);
    if (!scope || !this.#wasHealthy(spot)) return;
    const { at: drainingAt = Number.POSITIVE_INFINITY } = there.draining(task.cluster) ?? {};
    const isDraining = Number.isFinite(drainingAt);
    const ofOurs = task.stoppedBy !== undefined && this.#facts.suspects.has(task.stoppedBy);
    // What ends by itself, and what a deployment replaces, is none of a drain's doing.
    if (task.reason?.startsWith("Essential container")) return;
    if (isDraining && !ofOurs && (task.leavingAt ?? drainingAt) < drainingAt) return;
    if (!ofOurs && !isDraining && !there.isLeaving) return;
    const lost = this.#lostSpot(there, spot);
    const allowedBy = ofOurs
      ? this.#allowedToStop(scope, lost)
      : allowedAtDraining({ there, scope }, { task, spot, lost }, this.#facts);
    this.#open(spot, there, { what: `${nameOf(spot)} sent to ${taskText(task)} after SIGTERM`, allowedBy });
  }

  // Set DRAINING, or out of its cluster, it loses what ECS started there, unless it is ACTIVE again before that.
  #containerInstance(line: LineOf<"container-instance">): void {
    this.#where.follow(line);
    const { by, cluster, instanceId, status } = line;
    const there = this.#where.instance(instanceId);
    const tasks = there.running.filter((task) => task.cluster === cluster);
    if (status === "ACTIVE")
      this.#capacity.partsKept(
        this.#withSpots(
          there,
          tasks.filter(({ leavingAt }) => leavingAt === undefined),
        ),
      );
    else if (this.#facts.suspects.has(by)) this.#stopped(there, tasks);
  }

  #taskStop(line: LineOf<"task-stop">): void {
    this.#where.follow(line);
    const there = this.#where.instance(line.instanceId);
    const task = there.tasks.get(line.arn);
    if (task && this.#facts.suspects.has(line.by)) this.#stopped(there, [task]);
  }

  // One of us lets tasks stop. On an instance that goes, a rule of the judge says which.
  #stopped(there: There, tasks: readonly TaskThere[]): void {
    if (there.isLeaving) return;
    const allowedBy = this.#allowedToTake(there) ?? this.#noticePolicy(there);
    this.#capacity.partsTaken(this.#withSpots(there, tasks), this.#now, allowedBy);
  }

  // Tasks, with where ECS has registered them.
  #withSpots(there: There, tasks: readonly TaskThere[]): Parts {
    const spots = this.#where
      .spotsOf(there)
      .filter((spot) => spot.by === "ecs" && tasks.some((task) => this.#listensAt(task, spot)));
    return { spots, tasks };
  }

  #allowedToStop(scope: Scope, { isNamed, since }: Lost): AllowedBy | undefined {
    if (!isNamed(scope)) return allowedByDiscovery(scope);
    return since > knownUntil(this.#facts.readSince(), this.#facts.readLag()) ? "the read lag" : undefined;
  }

  #registration(line: LineOf<"target" | "classic">): void {
    const spot = this.#where.spotOf(line);
    const wasRegistered = spot?.state === "registered";
    if (spot && wasRegistered && line.state !== "registered" && this.#facts.suspects.has(line.by))
      this.#removed(spot, line.by);
    this.#where.follow(line);
    if (spot && line.state === "gone") this.#close(spot, line.at);
  }

  // One of us took a registration out. It must be one of an instance that goes, or nobody's.
  #removed(spot: Spot, by: string): void {
    const holder = this.#where.holderOf(spot.id);
    const instanceId = holder && !holder.gone ? holder.instanceId : this.#where.ownerOf(spot);
    if (instanceId === undefined) return;
    const there = this.#where.instance(instanceId);
    if (there.isLeaving) return;
    const allowedBy = this.#allowedToTake(there, holder?.since);
    const what = `${by} took it out of ${nameOf(spot)}, though nothing was to end it`;
    this.#damage.push({ kind: "others", instanceId, what, from: this.#now, to: this.#now, allowedBy });
    const parts = { spots: [spot], tasks: [] };
    this.#capacity.partsTaken(parts, this.#now, allowedBy ?? this.#noticePolicy(there));
  }

  // No read could show yet that its hook holds it no more, or that an address is now another's.
  #allowedToTake({ instanceId }: There, since = 0): AllowedBy | undefined {
    const known = knownUntil(this.#facts.readSince(), this.#facts.readLag());
    const changedAt = Math.max(since, this.#holds.get(instanceId)?.ended?.at ?? 0);
    return changedAt > known ? "the read lag" : undefined;
  }

  // A notice makes its replacement due, where the input asks for that.
  #noticePolicy({ instanceId, group }: Pick<There, "instanceId" | "group">): AllowedBy | undefined {
    return this.#facts.scopeOfGroup(group) && this.#facts.noticePolicy(instanceId, this.#now);
  }

  #open(
    spot: Spot,
    { instanceId }: There,
    what: Pick<Damage, "what" | "allowedBy" | "staying" | "drain">,
  ): void {
    this.#unserved.set(spot, { kind: "unserved", instanceId, from: this.#now, to: this.#now, ...what });
  }

  #closeIfServed(spot: Spot, at: number): void {
    const open = this.#unserved.get(spot);
    const there = open && this.#where.instance(open.instanceId);
    if (there && !there.ended && this.#isServed(there, spot)) this.#close(spot, at);
  }

  #close(spot: Spot, at: number): void {
    const open = this.#unserved.get(spot);
    this.#unserved.delete(spot);
    if (open && at > open.from) this.#damage.push({ ...open, to: at });
  }

  #isServed({ tasks }: There, spot: Spot): boolean {
    return [...tasks.values()].some((task) => serves(task) && this.#listensAt(task, spot));
  }

  // A task whose ports nothing shows listens on any, but where ECS has registered the port of a task of its own.
  #listensAt(task: TaskThere, spot: Spot): boolean {
    const { kind, name, id, port } = spot;
    if (!id.startsWith("i-") && this.#where.ownerOf(spot) !== task.instanceId) return task.address === id;
    const ports = kind === "classic" ? (this.#facts.classic(name)?.ports ?? []) : [port];
    const mayListen = spot.by !== "ecs" && this.#facts.listensAnywhere(task);
    return task.hostPorts.some((each) => ports.includes(each)) || mayListen;
  }

  #wasHealthy({ kind, name, since, drainingSince }: Spot): boolean {
    if (kind === "classic") return true;
    return (drainingSince ?? this.#now) - since >= (this.#facts.targetGroup(name)?.healthyAfter ?? 0);
  }

  // The scope of an instance's last drain, or of one that its group would give it; undefined for one that is not ours.
  #scopeFor({ instanceId, group }: There): Scope | undefined {
    return this.#holds.get(instanceId)?.scope ?? this.#facts.scopeOfGroup(group);
  }

  #allowedAtEnd(there: There, lost: Lost): AllowedBy | undefined {
    return allowedAtEnd(there, this.#holds.get(there.instanceId), lost, this.#facts);
  }

  // Nobody can know any more of a task that somebody has made ECS give up, nor of what its address is registered with.
  #allowedToGiveUp(
    { givenUpBy: by }: Pick<TaskThere, "givenUpBy"> = { givenUpBy: undefined },
  ): AllowedBy | undefined {
    return by === undefined || by === "ecs" || this.#facts.suspects.has(by) ? undefined : "a person's act";
  }

  #lostSpot(there: There, spot: Spot): Lost {
    const { kind, name, by, state } = spot;
    // Before ECS showed whose address it is, nobody could know where it leads.
    const shownAt = this.#where.holderOf(spot.id)?.addressShownAt ?? 0;
    const since = Math.max(spot.since, shownAt, cameAt(there, spot));
    const services = [...there.tasks.values()].filter(({ service }) => service !== undefined);
    const isNamed = ({ permits, targetGroups, loadBalancers }: Scope) =>
      (kind === "target" ? targetGroups : loadBalancers).has(name) ||
      services.some(({ cluster, service = "" }) => {
        const own = this.#facts.services(cluster, service);
        return permits.clusters.has(cluster) && [...own.targetGroups, ...own.loadBalancers].includes(name);
      });
    const isForNextRound = (hold: Hold) => this.#isForNextRound(there, spot, hold);
    return { since, by, isNamed, isForNextRound, isGoing: state === "draining", isStandalone: false };
  }

  // What the settings name, or a service with a task there, the functions ask about in each pass.
  #isForNextRound({ tasks }: There, { kind, name, id }: Spot, { scope, askedAt, ended }: Hold): boolean {
    const isAsked =
      (kind === "target" ? scope.named.targetGroups : scope.named.loadBalancers).has(name) ||
      [...tasks.values()].some(({ cluster, service = "" }) => {
        const { targetGroups, loadBalancers } = this.#facts.services(cluster, service);
        return [...targetGroups, ...loadBalancers].includes(name);
      });
    const hold = { from: askedAt, to: ended?.at ?? this.#now };
    return !isAsked && isForNextRound(this.#story, { kind, name, id }, hold, this.#facts.wasTold);
  }

  #lostTask(task: TaskThere): Lost {
    return {
      since: task.since,
      by: "ecs",
      cluster: task.cluster,
      isNamed: ({ permits }) => permits.clusters.has(task.cluster),
      isForNextRound: () => false,
      isGoing: this.#isGoing(task),
      isStandalone: task.service === undefined,
    };
  }
}

/** A registration's load balancer in words. */
function nameOf({ kind, name, port, id }: Spot): string {
  if (kind === "classic") return name;
  return id.startsWith("i-") ? `${name} (port ${port})` : `${name} (${id}:${port})`;
}

function taskText({ service, status }: TaskThere): string {
  return `a task of ${service ?? "no service"} ${status}`;
}
