// Protects the hand-over at a run's end: each drain is sent again before its old messages are deleted, and none is lost.
import { expect } from "chai";
import { waitingFields } from "../../../../shared/log-lines/blocker-text.ts";
import { formatMonitorMessage } from "../../../../shared/messages/monitor-message.ts";
import { event, unreadBlocker } from "../../../../shared/model/blocker.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { handOver, warnOfUnfinishedRounds } from "../../../../shared/reconcile/hand-over.ts";
import { MAX_TRACKED } from "../../../../shared/reconcile/tracked-terminations.ts";
import { Run } from "../../../../shared/run/run.ts";
import { about, failure } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { MINUTE, SINCE, termination } from "../rules/builders.ts";

const unread = [unreadBlocker("tasks", { call: "ecs:ListTasks", why: "throttled" })];
const one = termination({ blockers: [event("effect")], unread, failures: 2 });
const two = termination({}, { instanceId: "i-2" });
const tracked = [
  { termination: one, messages: [receipt("a"), receipt("b")] },
  { termination: two, messages: [receipt("c")] },
];

/** Hands them over to a queue that does not take those whose body has this text; `calls` has what was asked, in its order. */
async function play(refused?: string, these = tracked) {
  const { ports: untouchable, lines } = untouchablePorts();
  const calls: [string, string, ...string[]][] = [];
  const delays: (number | undefined)[] = [];
  const ports = {
    ...untouchable,
    now: () => SINCE + MINUTE,
    queues: {
      ...untouchable.queues,
      send: async <T extends { readonly body: string }>(
        queue: string,
        all: readonly T[],
        delaySeconds?: number,
      ) => {
        delays.push(...all.map(() => delaySeconds));
        calls.push(["send", queue, ...all.map(({ body }) => body)]);
        const isTaken = ({ body }: T) => refused === undefined || !body.includes(refused);
        return {
          done: all.filter(isTaken),
          failed: all
            .filter((each) => !isTaken(each))
            .map((item) => ({ item, reason: "aws:Call: denied", cause: failure("denied") })),
        };
      },
      delete: async (queue: string, receipts: readonly string[]) => {
        calls.push(["delete", queue, ...receipts]);
        return { done: receipts, failed: [] };
      },
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  await handOver(run, "monitor", these);
  return { calls, delays, lines, run };
}

describe("the hand-over", () => {
  it("sends each drain once, and then deletes all the messages that stood for it", async () => {
    const { calls, run } = await play();
    expect(calls).to.deep.equal([
      ["send", "monitor", formatMonitorMessage(one), formatMonitorMessage(two)],
      ["delete", "monitor", "a's", "b's", "c's"],
    ]);
    expect(run.hasFailures).to.equal(false);
  });

  it("lets what is only followed rest in the queue, and says nothing of it: it is no open drain", async () => {
    const { nextPassAt, followedSince } = { nextPassAt: SINCE + MINUTE + 20_000, followedSince: SINCE };
    const followed = termination({ followedSince, nextPassAt }, { instanceId: "i-3" });
    const { delays, lines } = await play(undefined, [
      ...tracked,
      { termination: followed, messages: [receipt("d")] },
    ]);
    expect(delays).to.deep.equal([0, 0, 20]);
    expect(lines.map(([, , fields]) => fields.instance_id)).to.deep.equal(["i-1", "i-2"]);
  });

  it("says of each what it waits for, and what AWS did not answer", async () => {
    const { lines } = await play();
    expect(lines).to.deep.equal([
      [
        "info",
        "handed over",
        { ...about(), ...waitingFields([event("effect"), ...unread]), held_seconds: 60, failures: 2 },
      ],
      ["info", "handed over", { ...about("i-2"), ...waitingFields([]), held_seconds: 60 }],
    ]);
  });

  it("leaves in the queue what cannot be sent, and notes that; the others are handed over", async () => {
    const { calls, lines, run } = await play('"i-2"');
    expect(calls.slice(1)).to.deep.equal([["delete", "monitor", "a's", "b's"]]);
    expect(lines.map(([, phrase, { instance_id }]) => [phrase, instance_id])).to.deep.equal([
      ["call failed", undefined],
      ["step failed", "i-2"],
      ["handed over", "i-1"],
    ]);
    expect(run.hasFailures).to.equal(true);
  });

  it("passes each of as many as a run tracks on, and deletes no message before", async () => {
    const ids = Array.from({ length: MAX_TRACKED }, (_, n) => `i-${n}`);
    const { calls } = await play(
      undefined,
      ids.map((instanceId) => ({
        termination: termination({}, { instanceId }),
        messages: [receipt(instanceId)],
      })),
    );
    const sent = calls.filter(([call]) => call === "send").flatMap(([, , ...bodies]) => bodies);
    expect(sent.map((body) => JSON.parse(body).instance_id)).to.deep.equal(ids);
    const deleted = calls.filter(([call]) => call === "delete").flatMap(([, , ...receipts]) => receipts);
    expect(deleted).to.have.members(ids.map((id) => `${id}'s`));
    const deletions = calls.flatMap(([call], place) => (call === "delete" ? [place] : []));
    expect(Math.min(...deletions)).to.be.above(calls.findLastIndex(([call]) => call === "send"));
  });

  it("calls nothing where nothing is left", async () => {
    expect((await play(undefined, [])).calls).to.deep.equal([]);
  });
});

describe("a round that was not made to its end", () => {
  const open = (change: Parameters<typeof termination>[0] = {}) =>
    termination(change, { settings: { discover: "all" } });

  /** What is logged by a run whose round has asked none of two load balancers. */
  function warned(these: readonly Termination[], isListed = true) {
    const { ports, lines } = untouchablePorts();
    const run = new Run({ ...ports, now: () => SINCE + MINUTE }, Number.POSITIVE_INFINITY);
    const list = ["tg-1", "tg-2"].map((id) => ({
      loadBalancer: { kind: "target", id, name: id, targetType: "instance", network: false } as const,
      vpc: undefined,
      registered: [],
      isAskedAboutEach: false,
    }));
    if (isListed) run.round.setList(list);
    warnOfUnfinishedRounds(
      run,
      these.map((each) => ({ termination: each, messages: [] })),
    );
    return lines.map(([level, phrase, { drains, load_balancers_left: left, variable }]) => [
      level,
      phrase,
      { drains, left, variable },
    ]);
  }
  const line = (drains: number) => [
    "warn",
    "round does not fit into a run",
    { drains, left: 2, variable: "SENDER_ROLE_IDS" },
  ];

  it("is told of once a run, with the variable, how many wait for it, and what is left to ask", () => {
    expect(warned([open()])).to.deep.equal([line(1)]);
    expect(warned([open(), open()])).to.deep.equal([line(2)]);
  });

  it("is not where nobody needs one: the run has made it, or nothing is looked for", () => {
    const made = open({ roundAt: SINCE + MINUTE });
    expect(warned([made, termination({}, { settings: { discover: "named" } })])).to.deep.equal([]);
    expect(warned([made, open()])).to.deep.equal([line(1)]);
    expect(warned([])).to.deep.equal([]);
  });

  it("is not where the load balancers could not be listed", () => {
    expect(warned([open()], false)).to.deep.equal([]);
  });
});

function receipt(id: string) {
  return { id, receipt: `${id}'s` };
}
