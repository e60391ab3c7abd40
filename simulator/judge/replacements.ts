import type { StoryLine } from "../kernel/story.ts";

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/** What the input allows of replacing instances because of notices. */
export type ReplacePolicy = {
  readonly atOnce: number;
  readonly last: boolean;
  /** Whether a search is sure to find the load balancers of the group in time. */
  readonly searches: boolean;
};

/** Whether an instance serves its group, comes or leaves. Those apart say nothing of the group's capacity. */
type Part = "serving" | "coming" | "leaving" | "apart";
type Member = { readonly group: string; readonly part: Part; readonly since: number };

type Registered = { readonly id: string; readonly since: number; readonly isHealthy: boolean };

const APART = /^(Standby|Detach(ing|ed)|Terminated|Terminating:Retained|Warmed:.*)$/;

/** Judges each instance that is replaced because of a notice by what Auto Scaling showed of its group. */
export class Replacements {
  readonly #members = new Map<string, Member>();
  /** The targets of each target group, by id and port: whose each is, since when, and whether it is healthy. */
  readonly #targets = new Map<string, Map<string, Registered>>();
  /** Those that one of us has had replaced. Who asks for the next knows of them at once. */
  readonly #asked = new Set<string>();

  /** An instance has come to another state. */
  follow({ instanceId, group, state, at }: LineOf<"instance">): void {
    if (state === "gone") {
      this.#members.delete(instanceId);
      this.#asked.delete(instanceId);
      return;
    }
    const part = partOf(state);
    if (this.#members.get(instanceId)?.part !== part)
      this.#members.set(instanceId, { group, part, since: at });
  }

  /** A target was registered or taken out, or has become healthy. */
  followTarget(line: LineOf<"target"> | LineOf<"target-healthy">): void {
    const { targetGroup, id, port, at } = line;
    const targets = this.#targets.get(targetGroup) ?? new Map<string, Registered>();
    this.#targets.set(targetGroup, targets);
    const key = `${id} ${port}`;
    const known = targets.get(key);
    if (line.kind === "target-healthy") {
      if (known) targets.set(key, { ...known, isHealthy: true });
    } else if (line.state === "registered") targets.set(key, { id, since: at, isHealthy: false });
    else targets.delete(key);
  }

  /**
   * One of us has an instance replaced. Returns what is wrong with that, in words.
   *
   * @param known up to when it can know what has happened, in milliseconds since 1970
   */
  asked(
    { instanceId, group, lowersCapacity }: LineOf<"termination-asked">,
    { atOnce, last, searches }: ReplacePolicy,
    known: number,
  ): string[] {
    if (this.#members.get(instanceId)?.part !== "serving") return [];
    const others = [...this.#members].filter(([id, each]) => each.group === group && id !== instanceId);
    const isKnown = (id: string, { since }: Member) => since <= known || this.#asked.has(id);
    const count = (part: Part) =>
      others.filter(([id, each]) => each.part === part && isKnown(id, each)).length;
    const underWay = Math.max(count("leaving"), count("coming"));
    const serving = others.filter(([id, each]) => each.part === "serving" || !isKnown(id, each)).length;
    const unhealthy = searches ? this.#unhealthyBeside(instanceId, group, known) : 0;
    this.#asked.add(instanceId);
    return [
      ...(lowersCapacity ? ["the desired capacity of its group went down with it"] : []),
      ...(underWay >= atOnce ? [`${underWay} others of its group were under way, and ${atOnce} may be`] : []),
      // One of these may stand in for one that is leaving, so the two do not add up.
      ...(underWay < atOnce && unhealthy >= atOnce
        ? [
            `${unhealthy} others of its group had a target that was not healthy yet, and ${atOnce} may be under way`,
          ]
        : []),
      ...(serving === 0 && !last ? ["it was the last of its group in service"] : []),
    ];
  }

  // How many others in service have a target that is not healthy, in a target group in which it has one.
  #unhealthyBeside(instanceId: string, group: string, known: number): number {
    const serving = [...this.#members].filter(([, each]) => each.group === group && each.part === "serving");
    const ids = new Set(serving.map(([id]) => id));
    const unhealthy = [...this.#targets.values()].flatMap((targets) => {
      const own = [...targets.values()].filter(({ id }) => ids.has(id));
      if (!own.some(({ id }) => id === instanceId) || !own.some(({ isHealthy }) => isHealthy)) return [];
      return own.filter(({ isHealthy, since }) => !isHealthy && since <= known).map(({ id }) => id);
    });
    return new Set(unhealthy.filter((id) => id !== instanceId)).size;
  }
}

function partOf(state: string): Part {
  if (state === "InService") return "serving";
  if (state.startsWith("Pending")) return "coming";
  return APART.test(state) ? "apart" : "leaving";
}
