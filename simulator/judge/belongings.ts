import type { Past } from "../kernel/past.ts";
import type { Actor, StoryLine } from "../kernel/story.ts";
import type { Violation } from "./records.ts";
import { READ_LAG_LIMIT_MS } from "./scope.ts";

const RETURNING_WITH_ALL = "ReplacingRootVolume:Wait";
/** In these states an instance has its container instance ACTIVE again. */
const IN_USE: ReadonlySet<string> = new Set([
  "InService",
  "Warmed:Stopped",
  "Warmed:Running",
  "Warmed:Hibernated",
]);

/** These register and deregister by themselves. */
const AWS: ReadonlySet<Actor> = new Set(["ecs", "auto-scaling", "elb", "ec2"]);
/** The rule that this ledger checks. */
export const RETURN_RULE = "what comes back is as it was";

/** Which instance a line is about, and when it was written. */
type Subject = { readonly instanceId: string; readonly at: number };

/** What was taken from one instance, and has not been given back. */
class Belongings {
  state = "";
  /** The time of the newest line about it, in milliseconds since 1970. */
  lastLineAt = Number.NEGATIVE_INFINITY;
  /** Whether nothing has to be given back: it has ended or is about to, or the message with the list was lost. */
  isExcused = false;
  /** The newest container instance in each cluster. Older ones do not count. */
  readonly containerInstances = new Map<string, { arn: string; status: string; by: string }>();
  /** Who took each registration that must come back, by target group or load balancer and port. */
  readonly taken = new Map<string, string>();
  /** Where it is registered. */
  readonly registered = new Set<string>();
  /** Where ECS registered it for a task, which is ECS's own to give back. */
  readonly ofTasks = new Set<string>();
  /** Where the functions may register it: they took it out, or they could not know that somebody else did. */
  readonly mayBeGivenBack = new Set<string>();
  /** When somebody other than AWS and the functions took it out, in milliseconds since 1970, by place. */
  readonly takenByOthers = new Map<string, number>();

  /** Its group shows it in another state. */
  enter(state: string, at: number): void {
    this.state = state;
    if (!this.#isHeld) return;
    if (this.isExcused) this.begin();
    // A change shortly before a hook holds the instance may not show yet.
    for (const [place, takenAt] of this.takenByOthers)
      if (at - takenAt <= READ_LAG_LIMIT_MS) this.mayBeGivenBack.add(place);
  }

  /** Somebody takes it out of a place: the judged functions, AWS itself, or somebody else. */
  leave(place: string, at: number, whose: "ours" | "aws" | "other"): void {
    const wasThere = this.registered.delete(place);
    // An address may have been registered before it was this instance's.
    if (!wasThere && whose !== "ours") return;
    if (whose === "other") this.takenByOthers.set(place, at);
    if (whose === "ours" || (whose === "other" && this.#isHeld)) this.mayBeGivenBack.add(place);
    else this.mayBeGivenBack.delete(place);
  }

  get #isHeld(): boolean {
    return this.state.endsWith(":Wait");
  }

  /** Another lifecycle action begins. What was excused stays lost; what is taken from now on must come back. */
  begin(): void {
    this.isExcused = false;
    this.taken.clear();
    for (const [cluster, { status }] of this.containerInstances)
      if (status === "DRAINING") this.containerInstances.delete(cluster);
  }
}

/**
 * Checks that instances that live on get back what the functions took from them, and no more. An instance with a new root
 * volume gets back all of it. One that returns to its warm pool gets back its place in the cluster.
 */
export class BelongingsLedger implements Past {
  readonly #suspects: ReadonlySet<string>;
  readonly #accuse: (violation: Violation) => void;
  readonly #instances = new Map<string, Belongings>();

  constructor(suspects: ReadonlySet<string>, accuse: (violation: Violation) => void) {
    this.#suspects = suspects;
    this.#accuse = accuse;
  }

  /** Takes in what happened. `owner` is the instance that has the address of a target, as its own. */
  follow(line: StoryLine & { readonly owner?: string }): void {
    switch (line.kind) {
      case "instance":
        this.#of(line).enter(line.state, line.at);
        return;
      case "instance-ended":
        this.#of(line).isExcused ||= line.how === "terminated" || line.by !== "auto-scaling";
        return;
      case "interruption":
        this.#of(line).isExcused = true;
        return;
      // Nothing else says what was taken. What is taken later must come back.
      case "message-lost":
        this.#loseMessage(this.#of(line));
        return;
      case "container-instance": {
        const { containerInstances } = this.#of(line);
        const { arn, status, by, cluster } = line;
        const isNew = status === "ACTIVE" && by === "ecs";
        if (isNew || containerInstances.get(cluster)?.arn === arn)
          containerInstances.set(cluster, { arn, status, by });
        return;
      }
      case "target":
        if (line.id.startsWith("i-"))
          this.#registration(`${line.targetGroup}:${line.port}`, { ...line, instanceId: line.id });
        else if (line.owner !== undefined)
          this.#registration(`${line.targetGroup}:${line.port} ${line.id}`, {
            ...line,
            instanceId: line.owner,
          });
        return;
      case "classic":
        this.#registration(line.loadBalancer, line);
        return;
      default:
        return;
    }
  }

  /** What is not as it was at the end. `exists` says whether a target group or load balancer is still there. */
  violations(at: number, exists: (name: string) => boolean): Violation[] {
    return [...this.#instances].flatMap(([instanceId, own]) => {
      if (own.isExcused || !IN_USE.has(own.state)) return [];
      const drained = this.#drainedOf(own);
      const missing = own.state === "InService" ? [...own.taken.keys()] : [];
      return [
        ...drained.map(({ arn }) => `its container instance ${arn} is still DRAINING`),
        ...missing
          .filter((place) => exists(place.split(":")[0] as string))
          .map((place) => `it is not registered with ${place} any more`),
      ].map((what) => ({ at, instanceId, rule: RETURN_RULE, what }));
    });
  }

  /** Forgets instances that are in no group and that no line has been about since. */
  forget(before: number): void {
    for (const [id, { state, lastLineAt }] of this.#instances) {
      if ((state === "" || state === "gone") && lastLineAt < before) this.#instances.delete(id);
    }
  }

  #loseMessage(own: Belongings): void {
    own.isExcused ||= own.taken.size > 0 || this.#drainedOf(own).length > 0;
  }

  // The container instances that one of us set DRAINING.
  #drainedOf({ containerInstances }: Belongings) {
    return [...containerInstances.values()].filter(
      ({ status, by }) => status === "DRAINING" && this.#suspects.has(by),
    );
  }

  #of({ instanceId, at }: Subject): Belongings {
    const own = this.#instances.get(instanceId) ?? new Belongings();
    this.#instances.set(instanceId, own);
    own.lastLineAt = at;
    return own;
  }

  #registration(
    place: string,
    line: Subject & Pick<Extract<StoryLine, { kind: "target" | "classic" }>, "state" | "by">,
  ): void {
    const own = this.#of(line);
    const { state, by, at, instanceId } = line;
    const isOurs = this.#suspects.has(by);
    if (state !== "registered") own.leave(place, at, isOurs ? "ours" : AWS.has(by) ? "aws" : "other");
    else if (!own.registered.has(place)) {
      own.registered.add(place);
      if (isOurs && !own.mayBeGivenBack.has(place)) {
        const what = `${by} registered it with ${place}, though none of us took it out`;
        this.#accuse({ at, instanceId, rule: RETURN_RULE, what });
      }
    }
    if (state === "registered") {
      own.taken.delete(place);
      if (by === "ecs") own.ofTasks.add(place);
      else own.ofTasks.delete(place);
    } else if (state === "draining" || !own.taken.has(place)) {
      const isToReturn = own.state === RETURNING_WITH_ALL && !own.ofTasks.has(place);
      if (isOurs && isToReturn) own.taken.set(place, by);
      else own.taken.delete(place);
    }
  }
}
