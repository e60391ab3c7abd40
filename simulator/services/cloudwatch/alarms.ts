import { arn } from "../../kernel/account.ts";

/** An alarm of a metric. What somebody could change by hand can be changed. */
export type Alarm = {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  isEnabled: boolean;
  /** The ARNs that are told when it goes off. */
  actions: string[];
};

/** The account's alarms, as CloudWatch's reads show them. None ever goes off. */
export class Alarms {
  readonly #alarms = new Map<string, Alarm>();

  put(alarm: Alarm): void {
    this.#alarms.set(alarm.name, alarm);
  }

  remove(name: string): void {
    this.#alarms.delete(name);
  }

  get all(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  /** The alarms of a metric with exactly these dimensions. */
  of(namespace: string, metric: string, dimensions: Readonly<Record<string, string>>): readonly Alarm[] {
    const wanted = keyOf(dimensions);
    return this.all.filter(
      (each) => each.namespace === namespace && each.metric === metric && keyOf(each.dimensions) === wanted,
    );
  }
}

/** An alarm's ARN. */
export function alarmArn({ name }: Alarm): string {
  return arn("cloudwatch", `alarm:${name}`);
}

function keyOf(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1)));
}
