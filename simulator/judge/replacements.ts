import type { StoryLine } from "../kernel/story.ts";

type LineOf<Kind extends StoryLine["kind"]> = Extract<StoryLine, { kind: Kind }>;

/** What the input allows of replacing instances because of notices. */
export type ReplacePolicy = { readonly atOnce: number; readonly last: boolean };

/** Whether an instance serves its group, comes or leaves. Those apart say nothing of the group's capacity. */
type Part = "serving" | "coming" | "leaving" | "apart";
type Member = { readonly group: string; readonly part: Part; readonly since: number };

const APART = /^(Standby|Detach(ing|ed)|Terminated|Terminating:Retained|Warmed:.*)$/;

/** Judges each instance that is replaced because of a notice by what Auto Scaling showed of its group. */
export class Replacements {
  readonly #members = new Map<string, Member>();
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

  /**
   * One of us has an instance replaced. Returns what is wrong with that, in words.
   *
   * @param known up to when it can know what has happened, in milliseconds since 1970
   */
  asked(
    { instanceId, group, lowersCapacity }: LineOf<"termination-asked">,
    { atOnce, last }: ReplacePolicy,
    known: number,
  ): string[] {
    if (this.#members.get(instanceId)?.part !== "serving") return [];
    const others = [...this.#members].filter(([id, each]) => each.group === group && id !== instanceId);
    const isKnown = (id: string, { since }: Member) => since <= known || this.#asked.has(id);
    const count = (part: Part) =>
      others.filter(([id, each]) => each.part === part && isKnown(id, each)).length;
    const underWay = Math.max(count("leaving"), count("coming"));
    const serving = others.filter(([id, each]) => each.part === "serving" || !isKnown(id, each)).length;
    this.#asked.add(instanceId);
    return [
      ...(lowersCapacity ? ["the desired capacity of its group went down with it"] : []),
      ...(underWay >= atOnce ? [`${underWay} others of its group were under way, and ${atOnce} may be`] : []),
      ...(serving === 0 && !last ? ["it was the last of its group in service"] : []),
    ];
  }
}

function partOf(state: string): Part {
  if (state === "InService") return "serving";
  if (state.startsWith("Pending")) return "coming";
  return APART.test(state) ? "apart" : "leaving";
}
