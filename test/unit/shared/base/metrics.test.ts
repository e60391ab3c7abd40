// Protects what CloudWatch Logs makes of a run's numbers, by the embedded metric format.
import { expect } from "chai";
import { METRICS, MetricValues } from "../../../../shared/base/metrics.ts";

const AT = Date.parse("2026-01-05T09:00:00Z");
const linesOf = (values: MetricValues) =>
  values.linesOf("asg-drain-live", AT).map((line) => JSON.parse(line));

describe("metrics", () => {
  it("are one line for the function and one for each group, with the dimensions named", () => {
    const values = new MetricValues();
    values.add("DrainsInProgress", 1, "web");
    values.add("DrainsInProgress", 1, "api");
    values.add("CallsFailed");
    const [own, web, api, ...more] = linesOf(values);
    expect(more).to.deep.equal([]);
    expect(own).to.deep.equal({
      _aws: {
        Timestamp: AT,
        CloudWatchMetrics: [
          {
            Namespace: "asg-drain",
            Dimensions: [["service"]],
            Metrics: [
              { Name: "DrainsInProgress", Unit: "Count" },
              { Name: "CallsFailed", Unit: "Count" },
            ],
          },
        ],
      },
      service: "asg-drain-live",
      DrainsInProgress: 2,
      CallsFailed: 1,
    });
    expect(web._aws.CloudWatchMetrics[0].Dimensions).to.deep.equal([["service", "AutoScalingGroup"]]);
    expect([web.AutoScalingGroup, web.DrainsInProgress, web.CallsFailed]).to.deep.equal([
      "web",
      1,
      undefined,
    ]);
    expect([api.AutoScalingGroup, api.DrainsInProgress]).to.deep.equal(["api", 1]);
  });

  it("count the highest of ages, and each of times, at most 99 in a line", () => {
    const values = new MetricValues();
    for (let i = 1; i <= 150; i++) {
      values.add("OldestDrainSeconds", i);
      values.add("HeldSeconds", i);
    }
    const [first, second, ...more] = linesOf(values);
    expect(more).to.deep.equal([]);
    expect([first.OldestDrainSeconds, second.OldestDrainSeconds]).to.deep.equal([150, undefined]);
    expect([first.HeldSeconds.length, second.HeldSeconds.length]).to.deep.equal([99, 51]);
    expect(second.HeldSeconds.at(-1)).to.equal(150);
  });

  it("are no lines without a number: nothing is billed for what did not happen", () => {
    expect(linesOf(new MetricValues())).to.deep.equal([]);
  });

  it("have units that CloudWatch knows", () =>
    expect(new Set(Object.values(METRICS).map(({ unit }) => unit))).to.deep.equal(
      new Set(["Count", "Seconds"]),
    ));
});
