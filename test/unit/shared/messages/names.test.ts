// Protects which names are taken: those that AWS gives, at both sides of their limits, and nothing around them.
import { expect } from "chai";
import { parseLifecycleMessage } from "../../../../shared/messages/lifecycle-message.ts";
import { groupName, keysOfMetadata, queueName } from "../../../../shared/model/settings.ts";

const clusterArn = "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:cluster/main";
const targetGroupArn =
  "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/web/0123456789abcdef";
const drainKey = (key: string) => (value: unknown) => {
  const read = keysOfMetadata(JSON.stringify({ [key]: value }));
  return read?.problems.length === 0;
};
const messageKey = (key: string) => (value: unknown) => {
  const read = parseLifecycleMessage(
    JSON.stringify({
      LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      EC2InstanceId: "i-0123456789abcdef0",
      AutoScalingGroupName: "fleet",
      LifecycleHookName: "drain",
      LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
      [key]: value,
    }),
  );
  return read.kind === "termination";
};

/** [what, whether a value is taken for one, those that are, those that are not] */
const table: [string, (value: unknown) => boolean, unknown[], unknown[]][] = [
  [
    "a queue",
    (value) => queueName.safeParse(value).success,
    ["q", "My_queue-1", "q".repeat(80)],
    ["", "q".repeat(81), "a b", "q.fifo", "q\n", "\nq"],
  ],
  [
    "an Auto Scaling group",
    (value) => groupName.safeParse(value).success,
    ["g", "my group / 1", "g".repeat(255)],
    ["", "g".repeat(256), "a:b", ":b", "a:"],
  ],
  [
    "a classic load balancer",
    drainKey("elb_name"),
    ["e", "my-ELB-1", "e".repeat(32)],
    ["", "e".repeat(33), "my_elb", "_elb", "elb_"],
  ],
  [
    "a cluster",
    drainKey("cluster_name"),
    ["c", "My_cluster-1", "c".repeat(255), clusterArn],
    [
      "",
      "c".repeat(256),
      "a b",
      ` ${clusterArn}`,
      `${clusterArn} `,
      clusterArn.replace("123456789012", "me"),
    ],
  ],
  [
    "target groups",
    (value) => drainKey("target_groups")([value]),
    ["t", "my-group-1", "t".repeat(32), targetGroupArn],
    [
      "",
      "t".repeat(33),
      "my_group",
      ` ${targetGroupArn}`,
      `${targetGroupArn}/more`,
      targetGroupArn.replace("123456789012", "me"),
      targetGroupArn.replace("/web/", "/"),
    ],
  ],
  [
    "an instance",
    messageKey("EC2InstanceId"),
    ["i-01234567", "i-0123456789abcdef0"],
    ["i-0123456", "i-0123456789abcdef01", "xi-01234567", "i-0123456g", "i-01234567 "],
  ],
  [
    "a lifecycle action's token",
    messageKey("LifecycleActionToken"),
    ["87654321-4321-4321-4321-210987654321", " ".repeat(36)],
    ["", "x".repeat(35), "x".repeat(37)],
  ],
  [
    "a group or hook in a message",
    messageKey("LifecycleHookName"),
    ["h", "a\nb", "h".repeat(1600)],
    ["", "h".repeat(1601)],
  ],
  [
    "a time",
    messageKey("Time"),
    ["2026-11-20T09:00:00Z", "2026-11-20T09:00:00.123Z", "2026-11-20T10:00:00+01:00", "0000-01-01T00:00:00Z"],
    ["2026-11-20", "09:00:00Z", 5],
  ],
];

describe("names", () => {
  for (const [what, isTaken, good, bad] of table) {
    for (const value of good) {
      it(`of ${what}: ${JSON.stringify(value).slice(0, 80)} is one`, () => {
        expect(isTaken(value)).to.equal(true);
      });
    }
    for (const value of bad) {
      it(`of ${what}: ${JSON.stringify(value).slice(0, 80)} is none`, () => {
        expect(isTaken(value)).to.equal(false);
      });
    }
  }
});
