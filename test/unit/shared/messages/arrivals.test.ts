// Protects what a message of the lifecycle queue brings: a termination, notices, nothing of ours, or what cannot be read.
import { expect } from "chai";
import { readArrivals } from "../../../../shared/messages/arrivals.ts";
import { NO_MEMORY } from "../../../../shared/model/memory.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import { untouchableRun } from "../fake-ports.ts";

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
const INSTANCE = "i-0123456789abcdef0";
const TOKEN = "87654321-4321-4321-4321-210987654321";
const terminating = (change: object = {}) => ({
  LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
  EC2InstanceId: INSTANCE,
  AutoScalingGroupName: "fleet",
  LifecycleHookName: "drain",
  LifecycleActionToken: TOKEN,
  ...change,
});
const messageOf = (body: object | string, id = "m1") => ({
  id,
  receipt: `${id}'s`,
  body: typeof body === "string" ? body : JSON.stringify(body),
  sentAt: at("09:00:05"),
});

function play(...bodies: (object | string)[]) {
  const { run, lines } = untouchableRun();
  const messages = bodies.map((body, i) => messageOf(body, `m${i + 1}`));
  // What is kept of a message: what deletes it.
  const receipts = messages.map(({ id, receipt }) => ({ id, receipt }));
  return { messages, receipts, lines, ...readArrivals(run, "lifecycle", messages, { cluster_name: "main" }) };
}
const NOTHING = { terminations: [], notices: [], unreadable: [], done: [] };
const termination = {
  instanceId: INSTANCE,
  group: "fleet",
  hook: "drain",
  token: TOKEN,
  since: at("09:00:00"),
  noticedAt: undefined,
  interruptedAt: undefined,
  dryRun: false,
  told: { cluster_name: "main" },
  settings: settingsOf({ cluster_name: "main" }),
  memory: { ...NO_MEMORY, lastHeartbeatAt: at("09:00:00") },
};
const drain = { instance_id: INSTANCE, auto_scaling_group: "fleet", lifecycle_hook_name: "drain" };

describe("arrivals", () => {
  it("a termination begins with its message's time, when the hook's timer began too", () => {
    const { lines, messages: _, receipts, ...arrivals } = play(terminating({ Time: "2026-11-20T09:00:00Z" }));
    expect(arrivals).to.deep.equal({ ...NOTHING, terminations: [{ termination, messages: receipts }] });
    expect(lines).to.deep.equal([
      ["info", "termination received", { ...drain, since: "2026-11-20T09:00:00.000Z" }],
    ]);
  });

  it("nothing that it tells of is later than when it was sent", () => {
    const FAR = "9999-12-31T00:00:00Z";
    const [arrival] = play(terminating({ Time: FAR })).terminations;
    expect(arrival?.termination.since).to.equal(at("09:00:05"));
    const notice = {
      source: "aws.ec2",
      "detail-type": "EC2 Spot Instance Interruption Warning",
      time: FAR,
      detail: { "instance-id": INSTANCE },
    };
    expect(play(notice).notices.map((each) => each.at)).to.deep.equal([at("09:00:05")]);
    const early = { ...notice, time: "2026-11-20T09:00:00Z" };
    expect(play(early).notices.map((each) => each.at)).to.deep.equal([at("09:00:00")]);
  });

  it("a termination without a time began when it was sent; since when its hook's timer runs, nobody knows", () => {
    const [arrival] = play(terminating()).terminations;
    const since = at("09:00:05");
    expect(arrival?.termination).to.deep.equal({ ...termination, since, memory: NO_MEMORY });
  });

  it("a termination from the future began when it was sent", () => {
    const [arrival] = play(terminating({ Time: "2026-11-20T09:00:06Z" })).terminations;
    expect(arrival?.termination.since).to.equal(at("09:00:05"));
    expect(arrival?.termination.memory.lastHeartbeatAt).to.equal(at("09:00:05"));
  });

  it("the settings are those of the input, whatever the message says of the hook's", () => {
    const [arrival] = play(
      terminating({ NotificationMetadata: '{"cluster_name":"other","poll_seconds":9}' }),
    ).terminations;
    expect(arrival?.termination.settings).to.deep.equal(settingsOf({ cluster_name: "main" }));
  });

  it("a notice is about each of its instances, and the message stands for all of them", () => {
    const { notices, lines, receipts } = play({
      source: "aws.health",
      time: "2026-11-20T09:00:01Z",
      detail: {
        service: "EC2",
        eventTypeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        eventTypeCategory: "scheduledChange",
        affectedEntities: [{ entityValue: INSTANCE }, { entityValue: "i-1234567890abcdef0" }],
      },
    });
    const notice = "maintenance";
    expect(notices).to.deep.equal([
      { notice, instanceId: INSTANCE, at: at("09:00:01"), messages: receipts },
      { notice, instanceId: "i-1234567890abcdef0", at: at("09:00:01"), messages: receipts },
    ]);
    expect(lines).to.deep.equal([
      ["info", "notice received", { instance_id: INSTANCE, notice, since: "2026-11-20T09:00:01.000Z" }],
      [
        "info",
        "notice received",
        { instance_id: "i-1234567890abcdef0", notice, since: "2026-11-20T09:00:01.000Z" },
      ],
    ]);
  });

  it("a notice without a time is as old as its message", () => {
    const { notices } = play({
      source: "aws.ec2",
      "detail-type": "EC2 Spot Instance Interruption Warning",
      detail: { "instance-id": INSTANCE },
    });
    expect(notices.map((each) => each.at)).to.deep.equal([at("09:00:05")]);
  });

  it("each message is in one of the lists, and no message hides another", () => {
    const { lines, messages, receipts, ...arrivals } = play(
      "hello",
      terminating({ Time: "2026-11-20T09:00:00Z" }),
      { Event: "autoscaling:TEST_NOTIFICATION", AutoScalingGroupName: "fleet" },
      { source: "aws.ec2", "detail-type": "EC2 Instance State-change Notification" },
    );
    const [text, , test, other] = messages;
    const [, terminated] = receipts;
    expect(arrivals).to.deep.equal({
      terminations: [{ termination, messages: [terminated] }],
      notices: [],
      unreadable: [{ message: text, reason: "expected JSON" }],
      done: [test, other],
    });
    expect(lines.slice(1)).to.deep.equal([
      ["info", "test notification deleted", { queue: "lifecycle", auto_scaling_group: "fleet" }],
      [
        "info",
        "notice ignored",
        { queue: "lifecycle", reason: "the event is EC2 Instance State-change Notification" },
      ],
    ]);
  });

  it("a message of more than 64 KB is not read, whatever it says", () => {
    const padded = (bytes: number) => {
      const text = JSON.stringify(terminating());
      return text + " ".repeat(bytes - text.length);
    };
    const { unreadable, terminations, messages } = play(padded(65_537), padded(65_536));
    const reason = "expected at most 64 KB, found 65 KB";
    expect(unreadable).to.deep.equal([{ message: messages[0], reason }]);
    expect(terminations).to.have.lengthOf(1);
  });

  it("of no message there is nothing", () => {
    const { messages: _, receipts: __, lines, ...arrivals } = play();
    expect([arrivals, lines]).to.deep.equal([NOTHING, []]);
  });
});
