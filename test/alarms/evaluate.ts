// Evaluates a CloudWatch alarm as CloudWatch does (CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data"),
// as far as the template's alarms need it. It throws at anything else, so that no alarm is taken for one that it is not.

/** A value of a metric. Times are in milliseconds since 1970. */
export type Sample = {
  /** The time that it counts for. */
  readonly at: number;
  /** From when on CloudWatch has it: a function's metrics are of its start, and come at its end. */
  readonly knownAt: number;
  readonly value: number;
};

/** An alarm, by the names of its properties in a template. */
export type Alarm = {
  readonly Statistic: string;
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData?: string;
};

export type AlarmState = "OK" | "ALARM";

/** What AWS leaves open. */
export type Circumstances = {
  /**
   * How many periods more than it evaluates CloudWatch retrieves: some, and it does not say how many. Its example has two more
   * than three.
   */
  readonly morePeriods: number;
  /** How long a value takes until an alarm sees it, in milliseconds. */
  readonly delay: number;
};

const MINUTE = 60_000;

/** The alarm's state at each full minute between two times. */
export function statesOf(
  alarm: Alarm,
  samples: readonly Sample[],
  { from, to, morePeriods, delay }: Circumstances & { readonly from: number; readonly to: number },
): { readonly at: number; readonly state: AlarmState }[] {
  const { Period, EvaluationPeriods } = alarm;
  if (Period * 1_000 !== MINUTE) throw new Error(`cannot evaluate a period of ${Period} seconds`);
  const states: { readonly at: number; readonly state: AlarmState }[] = [];
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at <= to; at += MINUTE) {
    const known = samples.filter(({ knownAt }) => knownAt + delay <= at);
    const points = Array.from({ length: EvaluationPeriods + morePeriods }, (_, i) => {
      const begins = at - (EvaluationPeriods + morePeriods - i) * MINUTE;
      const values = known.filter((each) => each.at >= begins && each.at < begins + MINUTE);
      return values.length === 0
        ? undefined
        : statisticOf(
            alarm,
            values.map(({ value }) => value),
          );
    });
    states.push({ at, state: stateOf(alarm, points) });
  }
  return states;
}

/** The alarm's state by the points of its evaluation range, oldest first. A period without data has none. */
export function stateOf(alarm: Alarm, points: readonly (number | undefined)[]): AlarmState {
  const { EvaluationPeriods: most, DatapointsToAlarm: enough = most } = alarm;
  // The newest that are there, however old. Only what is then still lacking counts as missing.
  const there = points.filter((point) => point !== undefined).slice(-most);
  const missing = most - there.length;
  const breaching =
    there.filter((value) => breaches(alarm, value)).length + (missingBreaches(alarm) ? missing : 0);
  return breaching >= enough ? "ALARM" : "OK";
}

function missingBreaches({ TreatMissingData = "missing" }: Alarm): boolean {
  if (TreatMissingData === "breaching") return true;
  if (TreatMissingData === "notBreaching") return false;
  throw new Error(`cannot treat missing data as ${TreatMissingData}`);
}

function statisticOf({ Statistic }: Alarm, values: readonly number[]): number {
  switch (Statistic) {
    case "Sum":
      return values.reduce((sum, value) => sum + value, 0);
    case "Maximum":
      return Math.max(...values);
    case "SampleCount":
      return values.length;
    default:
      throw new Error(`cannot make the statistic ${Statistic}`);
  }
}

function breaches({ ComparisonOperator, Threshold }: Alarm, value: number): boolean {
  switch (ComparisonOperator) {
    case "GreaterThanThreshold":
      return value > Threshold;
    case "LessThanThreshold":
      return value < Threshold;
    default:
      throw new Error(`cannot compare by ${ComparisonOperator}`);
  }
}
