// Protects the judge of the alarms: it must call an alarm what CloudWatch would. The rows are those of CloudWatch's own tables.
import { expect } from "chai";
import { type Alarm, type Sample, stateOf, statesOf } from "./evaluate.ts";

const alarm = (change: Partial<Alarm> = {}): Alarm => ({
  Statistic: "Maximum",
  Period: 60,
  EvaluationPeriods: 3,
  Threshold: 0,
  ComparisonOperator: "GreaterThanThreshold",
  TreatMissingData: "notBreaching",
  ...change,
});
/** `0` is within the threshold, `X` is not, and of `-` there is no data. */
const pointsOf = (text: string) => [...text].map((each) => (each === "-" ? undefined : each === "X" ? 1 : 0));
/** 1970 begins with a full minute. */
const sample = (seconds: number, value = 1, knownAt = seconds): Sample => ({
  at: seconds * 1_000,
  knownAt: knownAt * 1_000,
  value,
});
/** The minutes at which an alarm is on, out of the first ten. */
const minutesOn = (
  of: Alarm,
  samples: readonly Sample[],
  { morePeriods = 2, delay = 0 }: { morePeriods?: number; delay?: number } = {},
) =>
  statesOf(of, samples, { from: 60_000, to: 600_000, morePeriods, delay })
    .filter(({ state }) => state === "ALARM")
    .map(({ at }) => at / 60_000);

describe("an alarm's state", () => {
  // [the range of five, 3 of 3 with breaching and notBreaching, 2 of 3 with breaching and notBreaching]
  const rows: readonly (readonly [string, string, string, string, string])[] = [
    ["0-X-X", "OK", "OK", "ALARM", "ALARM"],
    ["0----", "OK", "OK", "ALARM", "OK"],
    ["-----", "ALARM", "OK", "ALARM", "OK"],
    ["0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["----X", "ALARM", "OK", "ALARM", "OK"],
    ["X----", "ALARM", "OK", "ALARM", "OK"],
    ["00X0X", "OK", "OK", "ALARM", "ALARM"],
    ["0-X--", "OK", "OK", "ALARM", "OK"],
    ["----0", "OK", "OK", "ALARM", "OK"],
    ["XXX00", "OK", "OK", "OK", "OK"],
  ];
  for (const [points, ...expected] of rows)
    it(`${points}: what is there counts first, and what is missing only where that is too few`, () => {
      const states = [3, 2].flatMap((DatapointsToAlarm) =>
        ["breaching", "notBreaching"].map((TreatMissingData) =>
          stateOf(alarm({ DatapointsToAlarm, TreatMissingData }), pointsOf(points)),
        ),
      );
      expect(states).to.deep.equal(expected);
    });

  it("all of the evaluation periods must breach where no number is given", () => {
    expect(stateOf(alarm(), [1, 1, 0])).to.equal("OK");
    expect(stateOf(alarm(), [1, 1, 1])).to.equal("ALARM");
  });

  it("the threshold itself does not breach, either way", () => {
    const one = { EvaluationPeriods: 1, Threshold: 5 };
    expect(stateOf(alarm(one), [5])).to.equal("OK");
    expect(stateOf(alarm(one), [5.1])).to.equal("ALARM");
    const below = alarm({ ...one, ComparisonOperator: "LessThanThreshold" });
    expect(stateOf(below, [5])).to.equal("OK");
    expect(stateOf(below, [4.9])).to.equal("ALARM");
  });

  it("a minute's values become one by the statistic, and a minute that has not ended does not count", () => {
    const two = { EvaluationPeriods: 1, Threshold: 1 };
    const samples = [sample(120), sample(179)];
    expect(minutesOn(alarm({ ...two, Statistic: "Sum" }), samples)).to.deep.equal([3, 4, 5]);
    expect(minutesOn(alarm(two), samples)).to.deep.equal([]);
    expect(minutesOn(alarm({ ...two, Statistic: "Sum" }), [sample(119), sample(120)])).to.deep.equal([]);
  });

  it("a value that comes late is seen while its minute is in the range, and never after", () => {
    const one = alarm({ EvaluationPeriods: 1 });
    const late = [sample(59, 1, 149)];
    expect(minutesOn(one, late, { morePeriods: 2 })).to.deep.equal([3]);
    expect(minutesOn(one, late, { morePeriods: 1 })).to.deep.equal([]);
    expect(minutesOn(one, late, { morePeriods: 2, delay: 60_000 })).to.deep.equal([]);
    const patient = alarm({ EvaluationPeriods: 5, DatapointsToAlarm: 1 });
    expect(minutesOn(patient, late, { morePeriods: 1, delay: 60_000 })).to.deep.equal([4, 5, 6]);
  });

  it("what it does not know is refused, not guessed", () => {
    for (const wrong of [
      { TreatMissingData: "ignore" },
      { TreatMissingData: "missing" },
      { ComparisonOperator: "GreaterThanOrEqualToThreshold" },
      { Statistic: "p99" },
      { Period: 300 },
    ])
      expect(() => minutesOn(alarm(wrong), [sample(0)]), JSON.stringify(wrong)).to.throw();
    const { TreatMissingData: _, ...unsaid } = alarm();
    expect(() => stateOf(unsaid, [])).to.throw("missing");
  });
});
