// Protects the messages in which notices wait: what is written is read again, few messages carry many, and nothing odd throws.
import { expect } from "chai";
import { MESSAGE_BYTES } from "../../../../shared/messages/message-size.ts";
import { formatMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { formatNoticeBatch, parseNoticeBatch } from "../../../../shared/messages/notice-batch.ts";
import type { NoticeBatch, WaitingNotice } from "../../../../shared/model/notice.ts";
import { SINCE, termination } from "../rules/builders.ts";

const one: WaitingNotice = {
  instanceId: "i-0123456789abcdef0",
  notice: "maintenance",
  at: SINCE,
  denials: 2,
  waitsFor: "warms up",
  wholeSince: SINCE + 1,
};
const plain: WaitingNotice = {
  instanceId: "i-0123456789abcdef1",
  notice: "rebalance",
  at: SINCE,
  denials: 0,
  waitsFor: undefined,
  wholeSince: undefined,
};
const settings: NoticeBatch["settings"] = {
  atOnce: 3,
  last: true,
  ours: {
    queue: "lifecycle",
    topics: ["arn:aws:sns:us-east-1:123456789012:topic"],
    names: ["drain"],
  },
};
/** When the messages were sent. Whatever they tell of had happened by then. */
const SENT = SINCE + 1_000;
const read = (body: string) => parseNoticeBatch(body, SENT);

describe("messages with notices", () => {
  it("are read as they were written", () => {
    const batch = { settings, notices: [one, plain] };
    expect(formatNoticeBatch(batch).map((body) => read(body))).to.deep.equal([{ kind: "notices", batch }]);
    const short = {
      settings: { ...settings, ours: { queue: undefined, topics: [], names: [] } },
      notices: [plain],
    };
    expect(formatNoticeBatch(short).map((body) => read(body))).to.deep.equal([
      { kind: "notices", batch: short },
    ]);
  });

  it("are written in characters that SQS takes, whatever hooks are called", () => {
    const ours = { ...settings.ours, names: ["\uFFFE\uFFFF\uD800"] };
    const batch = { settings: { ...settings, ours }, notices: [plain] };
    const bodies = formatNoticeBatch(batch);
    expect(bodies.join()).to.match(/^[\n -\uD7FF\uE000-\uFFFD]*$/);
    expect(bodies.map((body) => read(body))).to.deep.equal([{ kind: "notices", batch }]);
  });

  it("are few, and none is larger than any other message may be", () => {
    const notices = Array.from({ length: 121 }, () => one);
    const bodies = formatNoticeBatch({ settings, notices });
    expect(bodies).to.have.lengthOf(3);
    for (const body of bodies) expect(Buffer.byteLength(body)).to.be.below(MESSAGE_BYTES);
    expect(formatNoticeBatch({ settings, notices: [] })).to.deep.equal([]);
  });

  it("are not those of a drain, nor any other text", () => {
    for (const body of [formatMonitorMessage(termination()), "no JSON", "[]", "null", "5", "{}"])
      expect(read(body)).to.equal(undefined);
  });

  const written = JSON.parse(formatNoticeBatch({ settings, notices: [one] })[0] as string);
  /** [why, what differs, what is wrong] */
  const wrong: [string, object, RegExp][] = [
    ["notices that are no list", { notices: 1 }, /^notices: /],
    ["a FIFO queue", { lifecycle_queue_name: "x.fifo" }, /^lifecycle_queue_name: /],
    ["a notice of another kind", { notices: [{ ...written.notices[0], notice: "flood" }] }, /^notices\W+0/],
    ["no instance", { notices: [{ ...written.notices[0], instance_id: "web" }] }, /^notices\W+0/],
    ["none at once", { replace_at_once: 0 }, /^replace_at_once: /],
  ];
  for (const [why, change, reason] of wrong)
    it(`that have ${why} cannot be read`, () => {
      const answer = read(JSON.stringify({ ...written, ...change }));
      expect(answer?.kind).to.equal("unreadable");
      expect(answer && "reason" in answer ? answer.reason : "").to.match(reason);
    });

  it("have no time that is later than when they were sent", () => {
    const FAR = "9999-12-31T00:00:00.000Z";
    const notices = [{ ...written.notices[0], time: FAR, whole_since: FAR }];
    const answer = read(JSON.stringify({ ...written, notices }));
    expect(answer && "batch" in answer ? answer.batch.notices : []).to.deep.equal([
      { ...one, at: SENT, wholeSince: SENT },
    ]);
  });

  it("forget what a later version writes of the waiting", () => {
    const notices = [{ ...written.notices[0], waits_for: "the moon", whole_since: "soon" }];
    const answer = read(JSON.stringify({ ...written, notices }));
    expect(answer && "batch" in answer ? answer.batch.notices : []).to.deep.equal([
      { ...one, waitsFor: undefined, wholeSince: undefined },
    ]);
  });
});
