// Protects the numbers that only make sense together, and the promise of serverless.yml's first lines: what a user edits
// stands in the block at its top, and what is left out of it there is left out of the stack.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse } from "yaml";
import {
  FUNCTIONS,
  PACKAGING_MS,
  type Package,
  PROJECT,
  type Resource,
  type Resources,
  resourceOf,
  thePackage,
} from "./packaged.ts";

const HOUR = 3600;

describe("the packaged template", function () {
  this.timeout(PACKAGING_MS);
  let packaged: Package;
  let resources: Resources;

  before(async () => {
    packaged = await thePackage();
    resources = packaged.resources;
  });

  for (const name of ["LifecycleQueue", "MonitorQueue"]) {
    it(`${name}: its dead letters outlive it, and redrive outlasts an hour's outage`, () => {
      const queue = propertiesOf(name);
      const { deadLetterTargetArn, maxReceiveCount } = queue.RedrivePolicy as {
        deadLetterTargetArn: { "Fn::GetAtt": [string, string] };
        maxReceiveCount: number;
      };
      const deadLetters = propertiesOf(deadLetterTargetArn["Fn::GetAtt"][0]);
      expect(deadLetters.MessageRetentionPeriod).to.be.above(queue.MessageRetentionPeriod as number);
      // Two ticks a minute at the most: schedules may deliver twice.
      expect(maxReceiveCount).to.be.above(2 * 60);
      for (const { timeoutSeconds } of Object.values(packaged.functions)) {
        expect(queue.VisibilityTimeout, "longer than a run").to.be.above(timeoutSeconds);
      }
      for (const each of [queue, deadLetters]) expect(each.SqsManagedSseEnabled).to.equal(true);
    });
  }

  for (const name of FUNCTIONS) {
    it(`${name}: runs every minute on Lambda's arm64 Node 24, and stale ticks do not pile up`, () => {
      const { functionName } = packaged.functions[name];
      const lambda = resourceOf(
        resources,
        "AWS::Lambda::Function",
        ({ FunctionName }) => FunctionName === functionName,
      );
      expect(lambda.properties).to.include({ Runtime: "nodejs24.x", MemorySize: 256 });
      expect(lambda.properties.Architectures).to.deep.equal(["arm64"]);
      expect(lambda.properties).to.not.have.property("ReservedConcurrentExecutions");
      const isOfIt = (properties: Resource["Properties"]) => JSON.stringify(properties).includes(lambda.id);
      const asynchronous = resourceOf(resources, "AWS::Lambda::EventInvokeConfig", isOfIt);
      const once = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 };
      expect(asynchronous.properties).to.include(once);
      const rule = resourceOf(resources, "AWS::Events::Rule", isOfIt);
      expect(rule.properties).to.include({ ScheduleExpression: "rate(1 minute)", State: "ENABLED" });
      expect(rule.properties.Targets).to.have.lengthOf(1);
      expect((rule.properties.Targets as { RetryPolicy: unknown }[])[0]?.RetryPolicy).to.deep.equal(once);
      const log = resourceOf(
        resources,
        "AWS::Logs::LogGroup",
        ({ LogGroupName }) => LogGroupName === `/aws/lambda/${functionName}`,
      );
      expect(log.properties.RetentionInDays).to.be.a("number");
    });
  }

  it("the hook waits for instances that terminate, tells the lifecycle queue, and can write to it alone", () => {
    const { properties } = resourceOf(resources, "AWS::AutoScaling::LifecycleHook");
    const queue = { "Fn::GetAtt": ["LifecycleQueue", "Arn"] };
    expect(properties).to.deep.include({
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      DefaultResult: "CONTINUE",
      NotificationTargetARN: queue,
      RoleARN: { "Fn::GetAtt": ["LifecycleHookRole", "Arn"] },
    });
    expect(properties.HeartbeatTimeout).to.be.within(30, 2 * HOUR);
    const role = propertiesOf("LifecycleHookRole");
    expect(role.AssumeRolePolicyDocument).to.deep.include({
      Statement: [
        { Effect: "Allow", Principal: { Service: "autoscaling.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    });
    expect(
      (role.Policies as unknown as { PolicyDocument: { Statement: unknown } }[]).map(
        ({ PolicyDocument }) => PolicyDocument.Statement,
      ),
    ).to.deep.equal([[{ Effect: "Allow", Action: ["sqs:SendMessage", "sqs:GetQueueUrl"], Resource: queue }]]);
  });

  it("each queue, each dead-letter queue and each function has its alarm", () => {
    const alarms = Object.values(resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
    const watched = alarms.map(({ Properties }) => {
      const [{ Value }] = Properties.Dimensions as [{ Value: { Ref?: string; "Fn::GetAtt"?: string[] } }];
      return `${Value.Ref ?? Value["Fn::GetAtt"]?.[0]} ${Properties.MetricName}`;
    });
    expect(watched).to.have.members([
      "LifecycleDeadLetterQueue ApproximateNumberOfMessagesVisible",
      "MonitorDeadLetterQueue ApproximateNumberOfMessagesVisible",
      "LifecycleQueue ApproximateAgeOfOldestMessage",
      "MonitorQueue ApproximateAgeOfOldestMessage",
      "DeregisterLambdaFunction Errors",
      "TerminateLambdaFunction Errors",
    ]);
    for (const { Properties } of alarms) expect(Properties.AlarmActions).to.be.an("array");
  });

  it("with another block, all names are the block's, and what it leaves out is not there", async () => {
    const topic = "arn:aws:sns:eu-west-1:123456789012:on-call";
    const text = await packageWith({
      region: "eu-west-1",
      stage: "blue",
      auto_scaling_group_name: "other-plain",
      heartbeat_timeout_seconds: 900,
      deregister: {
        lifecycle_queue_name: "other-plain-in",
        elb_monitor_queue_name: "other-plain-out",
        target_groups: ["other-plain-a"],
      },
      terminate: { queue_name: "other-plain-out", poll_seconds: 10 },
      more_auto_scaling_groups: [],
      more_clusters: [],
      alarm_actions: [topic],
    });
    const { Resources } = JSON.parse(text) as { Resources: Resources };
    const inputs = Object.values(Resources)
      .filter(({ Type }) => Type === "AWS::Events::Rule")
      .map(({ Properties }) => JSON.parse((Properties.Targets as { Input: string }[])[0]?.Input ?? ""));
    expect(inputs).to.have.deep.members([
      {
        lifecycle_queue_name: "other-plain-in",
        elb_monitor_queue_name: "other-plain-out",
        target_groups: ["other-plain-a"],
      },
      { queue_name: "other-plain-out", poll_seconds: 10 },
    ]);
    expect(Resources.LifecycleHook?.Properties).to.include({
      AutoScalingGroupName: "other-plain",
      HeartbeatTimeout: 900,
    });
    expect(Resources.DeregisterErrorsAlarm?.Properties.AlarmActions).to.deep.equal([topic]);
    expect(text, "no cluster, so no permission for ECS").to.not.include("ecs:");
    for (const name of namesIn(parse((await readServerless()).block))) {
      expect(text, "a name of the block as it is committed").to.not.match(
        new RegExp(`(?<![\\w-])${name}(?![\\w-])`),
      );
    }
  });

  function propertiesOf(id: string): Resource["Properties"] {
    const found = resources[id];
    if (!found) throw new Error(`the template has no ${id}`);
    return found.Properties;
  }
});

// The names that a block gives: of the group, the queues, the load balancer and the cluster.
function namesIn(block: Record<string, unknown>): string[] {
  const { auto_scaling_group_name, deregister } = block;
  return [auto_scaling_group_name, ...Object.values(deregister as object)]
    .flat()
    .filter((value): value is string => typeof value === "string" && !value.startsWith("arn:"));
}

/** serverless.yml in three parts. */
async function readServerless(): Promise<{ before: string; block: string; after: string }> {
  const text = await readFile(join(PROJECT, "serverless.yml"), "utf8");
  const parts = /^(?<before>.*?^custom:\n)(?<block>.*?)(?<after>^ {2}# -+ nothing below.*)$/ms.exec(
    text,
  )?.groups;
  if (!parts) throw new Error("serverless.yml: expected a block between `custom:` and the line of dashes");
  return parts as { before: string; block: string; after: string };
}

// Packages a copy of the project that differs from it in the block alone, and gives the template's text.
async function packageWith(block: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "block-"));
  try {
    for (const each of ["functions", "shared", "deploy", "node_modules", "package.json"]) {
      await symlink(join(PROJECT, each), join(folder, each));
    }
    const { before, after } = await readServerless();
    const lines = Object.entries(block).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
    await writeFile(join(folder, "serverless.yml"), before + lines.join("") + after);
    const { PATH = "", HOME = "" } = process.env;
    await promisify(execFile)(join(PROJECT, "node_modules", ".bin", "serverless"), ["package"], {
      cwd: folder,
      env: { PATH, HOME },
    });
    return await readFile(join(folder, ".serverless", "cloudformation-template-update-stack.json"), "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}
