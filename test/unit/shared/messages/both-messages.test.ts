// Protects what a termination carries: read from each form that AWS sends, and handed from run to run without loss.
import { expect } from "chai";
import { parseLifecycleMessage } from "../../../../shared/messages/lifecycle-message.ts";
import { formatMonitorMessage, parseMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { type Memory, NO_MEMORY } from "../../../../shared/model/memory.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import type { Termination } from "../../../../shared/model/termination.ts";

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
const termination: Termination = {
  instanceId: "i-0123456789abcdef0",
  group: "fleet",
  hook: "drain",
  token: "87654321-4321-4321-4321-210987654321",
  since: at("09:00:00"),
  interruptedAt: at("09:00:30"),
  dryRun: true,
  settings: {
    elbNames: ["web", "api"],
    targetGroups: ["static"],
    clusterNames: ["main"],
    pollSeconds: 7,
    drainTimeoutSeconds: 600,
    onTimeout: "abandon",
    stopTasks: "all",
    deregisterContainerInstance: "always",
    settleSeconds: 0,
  },
  memory: {
    containerInstances: [
      { cluster: "main", arn: "arn:aws:ecs:us-east-1:123456789012:container-instance/main/abc" },
    ],
    tasks: ["arn:aws:ecs:us-east-1:123456789012:task/main/1"],
    noTasksVersions: [{ arn: "arn:ci-1", version: 7 }],
    noTasksToRunSince: at("09:00:20"),
    registrations: [
      { kind: "target", id: "arn:tg", port: 8080 },
      { kind: "classic", id: "web" },
    ],
    deregistered: [{ what: { kind: "classic", id: "web" }, at: at("09:00:10") }],
    drained: [{ what: "arn:ci", at: at("09:00:11") }],
    plannedDraining: ["arn:ci"],
    plannedDeregistrations: [{ kind: "classic", id: "api" }],
    behindNetworkLoadBalancer: true,
    managedTargetGroups: ["arn:managed"],
    managedElbNames: ["api"],
    targetGroups: [
      { asked: "static", group: { arn: "arn:tg", name: "static", targetType: "instance", network: true } },
    ],
    actedAt: at("09:00:01"),
    drainingAt: at("09:00:02"),
    noContainerInstanceSince: at("09:00:03"),
    noRegistrationSince: at("09:00:04"),
    absentSince: at("09:00:05"),
    completedAt: at("09:00:18"),
    refusedAt: at("09:00:06"),
    lastHeartbeatAt: at("09:00:12"),
    goneAt: at("09:00:13"),
    disconnectedSince: at("09:00:14"),
    unknownSince: at("09:00:15"),
    deadSince: at("09:00:16"),
    deadAs: "terminated",
    terminatingSince: at("09:00:21"),
    returns: "root volume",
    returningSince: at("09:00:17"),
    waitingFor: "1 task RUNNING",
    changedAt: at("09:00:07"),
    nextPassAt: at("09:00:08"),
    recheck: { what: { kind: "classic", id: "web" }, until: at("09:00:19") },
    queuedUntil: at("09:00:22"),
    failures: 3,
    logged: ["cluster lacks the instance"],
  } satisfies Memory,
  restorePlan: {
    plannedDraining: ["arn:ci"],
    plannedDeregistrations: [{ kind: "classic", id: "api" }],
  },
};

const NOTHING = { plannedDraining: [], plannedDeregistrations: [] };

describe("the message to terminate", () => {
  it("comes back as it was written, with all of its memory", () => {
    expect(parseMonitorMessage(formatMonitorMessage(termination), 0, { elb_name: "other" })).to.deep.equal({
      kind: "termination",
      termination,
    });
  });

  it("is of characters that SQS takes, whatever it was told in escapes", () => {
    const told = { ...termination, group: "fleet \u0000\uFFFE\uFFFF\uD800" };
    const body = formatMonitorMessage(told);
    expect(body).to.match(/^[ -\uD7FF\uE000-\uFFFD]+$/);
    expect(parseMonitorMessage(body, 0, {})).to.deep.equal({ kind: "termination", termination: told });
  });

  it("can be passed on with the original's load balancer, whatever that is called", () => {
    const original = {
      instance_id: termination.instanceId,
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
      elb_name: "no such_name",
      elb_names: ["web"],
    };
    const read = parseMonitorMessage(JSON.stringify(original), 0, {});
    if (read.kind === "unreadable") throw new Error(read.reason);
    expect(read.termination.settings.elbNames).to.deep.equal(["no such_name", "web"]);
    expect(parseMonitorMessage(formatMonitorMessage(read.termination), 0, {})).to.deep.equal(read);
  });

  it("names the action by the instance where the token is empty", () => {
    const read = parseMonitorMessage(
      JSON.stringify({ ...JSON.parse(formatMonitorMessage(termination)), lifecycle_action_token: "" }),
      0,
      {},
    );
    expect(read.kind === "termination" && read.termination.token).to.equal(undefined);
  });

  it("comes back as it was written, with nothing remembered and nothing set", () => {
    const bare: Termination = {
      ...termination,
      token: undefined,
      interruptedAt: undefined,
      dryRun: false,
      settings: settingsOf({}),
      memory: NO_MEMORY,
      restorePlan: NOTHING,
    };
    expect(parseMonitorMessage(formatMonitorMessage(bare), 0, { elb_name: "other" })).to.deep.equal({
      kind: "termination",
      termination: bare,
    });
  });

  it("keeps the original's keys", () => {
    expect(JSON.parse(formatMonitorMessage(termination))).to.include({
      version: 1,
      elb_name: "web",
      instance_id: "i-0123456789abcdef0",
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
      lifecycle_action_token: "87654321-4321-4321-4321-210987654321",
    });
  });

  it("is read from the original's, which has no settings, no time and no memory: the input's settings hold", () => {
    const body = JSON.stringify({
      elb_name: "web",
      instance_id: "i-0123456789abcdef0",
      auto_scaling_group: "fleet",
      life_cycle_hook_name: "drain",
      lifecycle_action_token: "87654321-4321-4321-4321-210987654321",
    });
    expect(
      parseMonitorMessage(body, at("08:59:00"), { cluster_name: "main", elb_names: ["other"] }),
    ).to.deep.equal({
      kind: "termination",
      termination: {
        ...termination,
        since: at("08:59:00"),
        interruptedAt: undefined,
        dryRun: false,
        settings: settingsOf({ elb_name: "web", cluster_name: "main" }),
        memory: NO_MEMORY,
        restorePlan: NOTHING,
      },
    });
  });

  it("drops a memory that it cannot read, and keeps the drain", () => {
    const body = JSON.parse(formatMonitorMessage(termination));
    for (const memory of ["lost", { failures: "many" }, { acted_at: "soon" }, 5, null]) {
      const read = parseMonitorMessage(JSON.stringify({ ...body, memory }), 0, {});
      expect(read).to.deep.equal({
        kind: "termination",
        termination: { ...termination, memory: NO_MEMORY, restorePlan: NOTHING },
      });
    }
  });
});

describe("the lifecycle message", () => {
  const core = {
    LifecycleActionToken: "87654321-4321-4321-4321-210987654321",
    AutoScalingGroupName: "fleet",
    LifecycleHookName: "drain",
    EC2InstanceId: "i-0123456789abcdef0",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  };
  const expected = {
    kind: "termination",
    instanceId: "i-0123456789abcdef0",
    group: "fleet",
    hook: "drain",
    token: core.LifecycleActionToken,
    time: at("09:00:00"),
    keys: {},
  };
  const direct = {
    ...core,
    Service: "AWS Auto Scaling",
    Time: "2026-11-20T09:00:00.000Z",
    AccountId: "123456789012",
  };
  const forms: [string, unknown][] = [
    ["straight from Auto Scaling", direct],
    ["with Origin and Destination", { ...direct, Origin: "AutoScalingGroup", Destination: "EC2" }],
    ["in an SNS envelope", { Type: "Notification", MessageId: "1", Message: JSON.stringify(direct) }],
    [
      "as an EventBridge event",
      {
        version: "0",
        source: "aws.autoscaling",
        "detail-type": "EC2 Instance-terminate Lifecycle Action",
        time: "2026-11-20T09:00:00Z",
        detail: core,
      },
    ],
    ["with metadata that is not for us", { ...direct, NotificationMetadata: '{"team":"web"}' }],
    ["with metadata that is no JSON", { ...direct, NotificationMetadata: "team web" }],
    ["with empty metadata", { ...direct, NotificationMetadata: "" }],
  ];
  for (const [what, body] of forms) {
    it(`is read ${what}`, () => expect(parseLifecycleMessage(JSON.stringify(body))).to.deep.equal(expected));
  }

  it("without a time says so", () => {
    expect(parseLifecycleMessage(JSON.stringify(core))).to.deep.equal({ ...expected, time: undefined });
  });

  it("carries the hook's own settings", () => {
    const body = {
      ...direct,
      NotificationMetadata: '{"cluster_name":"other","poll_seconds":9,"team":"web"}',
    };
    expect(parseLifecycleMessage(JSON.stringify(body))).to.deep.equal({
      ...expected,
      keys: { cluster_name: "other", poll_seconds: 9 },
    });
  });

  for (const key of ["Event", "LifecycleTransition"]) {
    it(`is a test notification by ${key}`, () => {
      const body = {
        [key]: "autoscaling:TEST_NOTIFICATION",
        AutoScalingGroupName: "fleet",
        Service: "AWS Auto Scaling",
      };
      expect(parseLifecycleMessage(JSON.stringify(body))).to.deep.equal({
        kind: "test notification",
        group: "fleet",
      });
    });
  }
});
