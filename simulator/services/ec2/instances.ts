import { ZONES } from "../../account.ts";
import type { Agenda } from "../../clock.ts";
import { History } from "../../history.ts";
import type { Random } from "../../random.ts";
import type { Actor, Story } from "../../story.ts";

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

/** An EC2 instance. Other services look at `state`; nothing runs on it unless it is `running`. */
export type Instance = {
  readonly id: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly state: History<InstanceState>;
};

/** How long EC2 takes over things, in milliseconds: common values, not promises of AWS. */
const SHUTTING_DOWN_MS = 20_000;

/** All the account's instances, those that have ended included. */
export class Instances {
  readonly #world: { agenda: Agenda; random: Random; story: Story };
  readonly #byId = new Map<string, Instance>();
  readonly #onEnd: ((instance: Instance) => void)[] = [];

  constructor(world: { agenda: Agenda; random: Random; story: Story }) {
    this.#world = world;
  }

  /** Starts an instance; it is running `bootMilliseconds` later. Ids are drawn where none is given. */
  launch(options: { bootMilliseconds: number; id?: string | undefined }): Instance {
    const { agenda, random } = this.#world;
    const number = this.#byId.size;
    const instance: Instance = {
      id: options.id ?? `i-0${random.hex(16)}`,
      zone: ZONES[number % ZONES.length] as string,
      privateIp: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
      state: new History<InstanceState>(agenda.now, options.bootMilliseconds > 0 ? "pending" : "running"),
    };
    this.#byId.set(instance.id, instance);
    if (options.bootMilliseconds > 0) {
      agenda.in(options.bootMilliseconds, () => {
        if (instance.state.latest === "pending") instance.state.set(agenda.now, "running");
      });
    }
    return instance;
  }

  get(id: string): Instance | undefined {
    return this.#byId.get(id);
  }

  /** Ends an instance: all that runs on it dies in this moment. Ending one that has ended does nothing. */
  terminate(id: string, by: Actor): void {
    const { agenda, story } = this.#world;
    const instance = this.#byId.get(id);
    if (!instance || !isAlive(instance)) return;
    instance.state.set(agenda.now, "shutting-down");
    story.tell(agenda.now, { kind: "instance-ended", instanceId: id, by });
    for (const listener of this.#onEnd) listener(instance);
    agenda.in(SHUTTING_DOWN_MS, () => instance.state.set(agenda.now, "terminated"));
  }

  /** Calls `listener` when an instance ends, before its state is shown as `terminated`. */
  onEnd(listener: (instance: Instance) => void): void {
    this.#onEnd.push(listener);
  }
}

/** Whether the instance runs or is about to. */
export function isAlive(instance: Instance): boolean {
  return instance.state.latest === "pending" || instance.state.latest === "running";
}
