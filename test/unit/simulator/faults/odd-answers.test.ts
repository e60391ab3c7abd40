// Protects what is made odd about an answer: one thing, of those that a client can notice, and nothing of the given answer.
import { expect } from "chai";
import { servedActions } from "../../../../simulator/cloud/simulation.ts";
import { canBeOdd, oddAnswer } from "../../../../simulator/faults/odd-answers.ts";
import { randomSource } from "../../../../simulator/kernel/random.ts";

const ARN = "arn:aws:ecs:us-east-1:123456789012:task/main/1";
const one = {
  taskArn: ARN,
  group: "service:web",
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  taskDefinitionArn: "web:1",
};
const whole = () => ({ tasks: [{ ...one }], failures: [] });

/** What so many drawn answers look like, each once. */
function made(action: string, input: object, output: object): Set<string> {
  const random = randomSource(7)("odd");
  return new Set(Array.from({ length: 300 }, () => JSON.stringify(oddAnswer(action, input, output, random))));
}

describe("an odd answer of the simulated AWS", () => {
  it("lacks its list, a field or an item, or has a status that nobody knows", () => {
    const given = whole();
    const left = (reason: string) => ({ tasks: [], failures: [{ arn: ARN, reason }] });
    const lacking = Object.keys(one).map((key) => ({ ...whole(), tasks: [{ ...one, [key]: undefined }] }));
    const expected = [
      { failures: [] },
      ...lacking,
      { ...whole(), tasks: [{ ...one, lastStatus: "HOVERING" }] },
      { tasks: [], failures: [] },
      left("MISSING"),
      left("INTERNAL_ERROR"),
    ].map((each) => JSON.stringify(each));
    expect([...made("ecs:DescribeTasks", { tasks: [ARN] }, given)]).to.have.members(expected);
    expect(given).to.deep.equal(whole());
  });

  it("finds a status within an item", () => {
    const instance = (Name: string) => ({
      Reservations: [{ Instances: [{ InstanceId: "i-1", State: { Name } }] }],
    });
    expect([...made("ec2:DescribeInstances", {}, instance("running"))]).to.have.members(
      [{}, { Reservations: [{}] }, instance("HOVERING")].map((each) => JSON.stringify(each)),
    );
  });

  it("leaves nothing out that was not asked for by name: no client could know", () => {
    const all = { TargetGroups: [{ TargetType: "instance" }] };
    expect(made("elbv2:DescribeTargetGroups", {}, all)).to.not.include('{"TargetGroups":[]}');
    const asked = { TargetGroupArns: ["arn:web"] };
    expect(made("elbv2:DescribeTargetGroups", asked, all)).to.include('{"TargetGroups":[]}');
  });

  it("of an empty list has no list", () => {
    expect([...made("ecs:ListTasks", {}, { taskArns: [] })]).to.deep.equal(["{}"]);
  });

  it("is one of an action that is served, and of no other", () => {
    expect(servedActions().filter(canBeOdd)).to.include.members([
      "ecs:DescribeTasks",
      "sqs:SendMessageBatch",
    ]);
    for (const action of ["ecs:StopTask", "constructor", "autoscaling:CompleteLifecycleAction"])
      expect(canBeOdd(action), action).to.equal(false);
  });
});
