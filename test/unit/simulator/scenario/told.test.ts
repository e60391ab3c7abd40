// Protects the judge's view of what the functions were told: by their own calls, as these were answered.
import { expect } from "chai";
import type { RecordedCall } from "../../../../simulator/cloud/simulation.ts";
import { toldIn } from "../../../../simulator/scenario/told.ts";

const ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef";
const call = (at: number, action: string, input: object, more: Partial<RecordedCall> = {}): RecordedCall => ({
  at,
  caller: "terminate",
  action,
  input,
  ...more,
});
const health = (at: number, more: Partial<RecordedCall> = {}) =>
  call(at, "elbv2:DescribeTargetHealth", { TargetGroupArn: ARN }, more);
const told = (kind: "target" | "classic", calls: RecordedCall[], readLag = 0) =>
  toldIn({ calls, readLag }, ["deregister", "terminate"])({ kind, name: "web" }, { from: 50, to: 200 });

describe("what the functions were told", () => {
  it("is told by a call whose answer shows a moment of the time, its end not included", () => {
    for (const [at, expected] of [
      [49, false],
      [50, true],
      [199, true],
      [200, false],
    ] as const)
      expect(told("target", [health(at)]), `${at}`).to.equal(expected);
    expect(told("target", [health(206)], 7), "it shows what was before").to.equal(true);
    expect(told("target", [])).to.equal(false);
  });

  it("is told by calls of theirs that were answered, about that load balancer", () => {
    const others = [
      health(100, { caller: "operator" }),
      health(100, { error: "Throttling: Rate exceeded" }),
      call(100, "elbv2:DescribeTargetHealth", { TargetGroupArn: ARN.replace("web", "other") }),
      call(100, "elbv2:DescribeTargetGroups", {}),
    ];
    expect(told("target", others)).to.equal(false);
    expect(told("classic", [health(100)])).to.equal(false);
  });

  it("is told of classic load balancers by a list of all, by name, and by the health of instances", () => {
    for (const [action, input, expected] of [
      ["elb:DescribeLoadBalancers", {}, true],
      ["elb:DescribeLoadBalancers", { LoadBalancerNames: ["web"] }, true],
      ["elb:DescribeLoadBalancers", { LoadBalancerNames: ["other"] }, false],
      ["elb:DescribeInstanceHealth", { LoadBalancerName: "web" }, true],
      ["elb:DescribeInstanceHealth", { LoadBalancerName: "other" }, false],
    ] as const)
      expect(told("classic", [call(100, action, input)]), `${action} ${JSON.stringify(input)}`).to.equal(
        expected,
      );
  });
});
