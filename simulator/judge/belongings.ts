import type { Past } from "../kernel/past.ts";
import type { Actor, StoryLine } from "../kernel/story.ts";
import type { Violation } from "./records.ts";

const RETURNING_WITH_ALL = "ReplacingRootVolume:Wait";
/** Where an instance has its container instance ACTIVE again. */
const IN_USE: ReadonlySet<string> = new Set([
  "InService",
  "Warmed:Stopped",
  "Warmed:Running",
  "Warmed:Hibernated",
]);

/** What somebody does to an instance so soon before a hook holds it can look undone to whoever reads then, in milliseconds. */
const READ_LAG_MS = 10_000;
/** Who takes out what he has registered himself, and gives it back himself. */
const AWS: ReadonlySet<Actor> = new Set(["ecs", "auto-scaling", "elb", "ec2"]);
const RULE = "what comes back is as it was";

/** Of which instance something is told, and when. */
type Told = { readonly instanceId: string; readonly at: number };

/** What was taken from one instance, and has not been given back. */
class Belongings {
  state = "";
  /** When something was last told of it, in milliseconds since 1970. */
  toldAt = Number.NEGATIVE_INFINITY;
  /** Whether nobody can know any more what was taken: it has ended, is about to, or the message that says so was lost. */
  isExcused = false;
  /** The newest container instance in each cluster; those before it are left behind. */
  readonly members = new Map<string, { arn: string; status: string; by: string }>();
  /** The registrations that are to come back, in words, by target group or load balancer and port. */
  readonly taken = new Map<string, string>();
  /** Where it is registered. */
  readonly registered = new Set<string>();
  /** Where it may be registered again: we took it out, or nobody could know that somebody else did. */
  readonly mayBeGivenBack = new Set<string>();
  /** When somebody other than AWS and us took it out of where it was, in milliseconds since 1970. */
  readonly takenByOthers = new Map<string, number>();

  /** Its group shows it in another state. */
  enter(state: string, at: number): void {
    this.state = state;
    if (!this.#isHeld) return;
    if (this.isExcused) this.begin();
    for (const [place, takenAt] of this.takenByOthers)
      if (at - takenAt <= READ_LAG_MS) this.mayBeGivenBack.add(place);
  }

  /** It is taken out of where it was: by AWS itself, by one of the judged functions, or by whoever may be taken for one. */
  leave(place: string, at: number, whose: "ours" | "aws" | "other"): void {
    if (!this.registered.delete(place)) return;
    if (whose === "other") this.takenByOthers.set(place, at);
    if (whose === "ours" || (whose === "other" && this.#isHeld)) this.mayBeGivenBack.add(place);
    else this.mayBeGivenBack.delete(place);
  }

  get #isHeld(): boolean {
    return this.state.endsWith(":Wait");
  }

  /** A hook holds it anew. What was excused before stays lost; of what is taken from now on, the messages tell again. */
  begin(): void {
    this.isExcused = false;
    this.taken.clear();
    for (const [cluster, { status }] of this.members) if (status === "DRAINING") this.members.delete(cluster);
  }
}

/**
 * Follows what the functions take from instances that do not die, and whether those get it back, and no more: an instance with
 * a new root volume all of it, one of the warm pool its place in the cluster.
 */
export class BelongingsLedger implements Past {
  readonly #suspects: ReadonlySet<string>;
  readonly #accuse: (violation: Violation) => void;
  readonly #instances = new Map<string, Belongings>();

  constructor(suspects: ReadonlySet<string>, accuse: (violation: Violation) => void) {
    this.#suspects = suspects;
    this.#accuse = accuse;
  }

  follow(line: StoryLine): void {
    switch (line.kind) {
      case "instance":
        this.#of(line).enter(line.state, line.at);
        return;
      case "instance-ended":
        this.#of(line).isExcused ||= line.how === "terminated" || line.by !== "auto-scaling";
        return;
      case "interruption":
      case "message-lost":
        this.#of(line).isExcused = true;
        return;
      case "container-instance": {
        const { members } = this.#of(line);
        const { arn, status, by, cluster } = line;
        const isNew = status === "ACTIVE" && by === "ecs";
        if (isNew || members.get(cluster)?.arn === arn) members.set(cluster, { arn, status, by });
        return;
      }
      case "target":
        if (line.id.startsWith("i-"))
          this.#registration(`${line.targetGroup}:${line.port}`, { ...line, instanceId: line.id });
        return;
      case "classic":
        this.#registration(line.loadBalancer, line);
        return;
      default:
        return;
    }
  }

  /** What is not as it was, at the end. `exists` tells whether a target group or load balancer is still there. */
  violations(at: number, exists: (name: string) => boolean): Violation[] {
    return [...this.#instances].flatMap(([instanceId, own]) => {
      if (own.isExcused || !IN_USE.has(own.state)) return [];
      const drained = [...own.members.values()].filter(
        ({ status, by }) => status === "DRAINING" && this.#suspects.has(by),
      );
      const missing = own.state === "InService" ? [...own.taken.keys()] : [];
      return [
        ...drained.map(({ arn }) => `its container instance ${arn} is still DRAINING`),
        ...missing
          .filter((place) => exists(place.split(":")[0] as string))
          .map((place) => `it is not registered with ${place} any more`),
      ].map((what) => ({ at, instanceId, rule: RULE, what }));
    });
  }

  /** Forgets the instances that are in no group, and of which nothing was told since. */
  forget(before: number): void {
    for (const [id, { state, toldAt }] of this.#instances) {
      if ((state === "" || state === "gone") && toldAt < before) this.#instances.delete(id);
    }
  }

  #of({ instanceId, at }: Told): Belongings {
    const own = this.#instances.get(instanceId) ?? new Belongings();
    this.#instances.set(instanceId, own);
    own.toldAt = at;
    return own;
  }

  #registration(
    place: string,
    line: Told & Pick<Extract<StoryLine, { kind: "target" | "classic" }>, "state" | "by">,
  ): void {
    const own = this.#of(line);
    const { state, by, at, instanceId } = line;
    const isOurs = this.#suspects.has(by);
    if (state !== "registered") own.leave(place, at, isOurs ? "ours" : AWS.has(by) ? "aws" : "other");
    else if (!own.registered.has(place)) {
      own.registered.add(place);
      if (isOurs && !own.mayBeGivenBack.has(place)) {
        const what = `${by} registered it with ${place}, though none of us took it out`;
        this.#accuse({ at, instanceId, rule: RULE, what });
      }
    }
    if (state === "registered") own.taken.delete(place);
    else if (state === "draining" || !own.taken.has(place)) {
      if (isOurs && own.state === RETURNING_WITH_ALL) own.taken.set(place, by);
      else own.taken.delete(place);
    }
  }
}
