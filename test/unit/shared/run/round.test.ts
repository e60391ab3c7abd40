// Protects a round: it asks each load balancer once, goes on where the last run stopped, and is whole only when all were asked.
import { expect } from "chai";
import type { RoundProgress } from "../../../../shared/model/discovery.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import { Round, type Rounder, type Stop } from "../../../../shared/run/round.ts";

const SINCE = 1_000;
type Listed = Parameters<Round["setList"]>[0][number];

const listed = (id: string, vpc = "vpc-1"): Listed => ({
  loadBalancer: { kind: "target", id, name: id, targetType: "instance", network: false },
  vpc,
  registered: [],
  isAskedAboutEach: false,
});
const ten = Array.from({ length: 10 }, (_, i) => listed(`tg-${i}`));
const target = (id: string): RegisteredTarget => ({
  id,
  port: 80,
  state: "registered",
  invalid: false,
  pointsAt: [80],
});
const rounder = (progress?: RoundProgress, vpc = "vpc-1"): Rounder => ({
  ids: ["i-1"],
  network: { vpc, addresses: [] },
  progress,
});

function roundOf(all: readonly Listed[] = ten): Round {
  const round = new Round();
  round.setList(all);
  return round;
}

/** Asks so many, as a run does, and returns the order. */
function ask(round: Round, rounders: readonly Rounder[], count = Number.POSITIVE_INFINITY): string[] {
  const asked: string[] = [];
  for (let stop: Stop | undefined; asked.length < count; asked.push(stop.loadBalancer.id)) {
    stop = round.next(rounders);
    if (!stop) break;
    round.visited(stop, [], ["i-1"]);
  }
  return asked;
}

describe("a round", () => {
  it("asks each once, in one order", () => {
    const order = ask(roundOf(), [rounder()]);
    expect(order).to.have.members(ten.map(({ loadBalancer }) => loadBalancer.id));
    expect(ask(roundOf([...ten].reverse()), [rounder()])).to.deep.equal(order);
  });

  it("knows whether it was listed, and what is left", () => {
    expect(new Round().isListed).to.equal(false);
    const round = roundOf();
    expect(round.isListed).to.equal(true);
    expect(round.left(rounder())).to.equal(10);
    ask(round, [rounder()], 4);
    expect(round.left(rounder())).to.equal(6);
    ask(round, [rounder()]);
    expect(round.left(rounder())).to.equal(0);
  });

  it("goes on where the message says that the last run stopped, and begins there again for others", () => {
    const order = ask(roundOf(), [rounder()]);
    const first = roundOf();
    ask(first, [rounder()], 4);
    const progress = first.progressOf(rounder(), SINCE);
    expect(progress?.since).to.equal(SINCE);
    const second = roundOf();
    expect(second.left(rounder(progress))).to.equal(6);
    expect(ask(second, [rounder(progress)])).to.deep.equal(order.slice(4));
    expect(second.left(rounder(progress))).to.equal(0);
    const third = roundOf();
    expect(ask(third, [rounder(progress), rounder()])).to.deep.equal([
      ...order.slice(4),
      ...order.slice(0, 4),
    ]);
  });

  it("tells how far it has come over the end of the order, and keeps when it began", () => {
    const order = ask(roundOf(), [rounder()]);
    const first = roundOf();
    ask(first, [rounder()], 7);
    const progress = first.progressOf(rounder(), SINCE);
    const second = roundOf();
    // Another drain, which has none of this, goes on from there, and over the end.
    ask(second, [rounder(progress), rounder()], 5);
    const after = second.progressOf(rounder(), SINCE + 60_000);
    expect(after?.since).to.equal(SINCE + 60_000);
    const third = roundOf();
    expect(ask(third, [rounder(after)])).to.deep.equal(order.slice(2, 7));
  });

  it("keeps what a message tells where this run has read less, or nothing", () => {
    const first = roundOf();
    ask(first, [rounder()], 6);
    const progress = first.progressOf(rounder(), SINCE);
    expect(roundOf().progressOf(rounder(progress), 9_000)).to.deep.equal(progress);
    expect(roundOf().progressOf(rounder(), 9_000)).to.equal(undefined);
  });

  it("goes on with what it has read of what a message tells, as one", () => {
    const first = roundOf();
    ask(first, [rounder()], 3);
    const progress = first.progressOf(rounder(), SINCE);
    const second = roundOf();
    ask(second, [rounder(progress)], 3);
    const after = second.progressOf(rounder(progress), SINCE + 60_000);
    expect([after?.since, after?.from]).to.deep.equal([SINCE, progress?.from]);
    expect(roundOf().left(rounder(after))).to.equal(4);
  });

  it("leaves out the groups of other VPCs, unless nobody knows where the instance is", () => {
    const all = [listed("a", "vpc-1"), listed("b", "vpc-2"), { ...listed("c"), vpc: undefined }];
    expect(ask(roundOf(all), [rounder()])).to.have.members(["a", "c"]);
    expect(ask(roundOf(all), [rounder(undefined, "vpc-2")])).to.have.members(["b", "c"]);
    expect(ask(roundOf(all), [{ ids: [], network: undefined, progress: undefined }])).to.have.members([
      "a",
      "b",
      "c",
    ]);
  });

  it("needs nothing of what a pass has asked anyway", () => {
    const round = roundOf();
    const [one] = ten;
    if (one) round.note(one.loadBalancer, [target("i-1")], []);
    expect(round.left(rounder())).to.equal(9);
    expect(ask(round, [rounder()])).to.not.include("tg-0");
  });

  it("finds what has an instance or an address, by all that it has read", () => {
    const classic: Listed = {
      loadBalancer: { kind: "classic", id: "old", name: "old", targetType: "instance", network: false },
      vpc: undefined,
      registered: ["i-1"],
      isAskedAboutEach: true,
    };
    const round = roundOf([...ten, classic]);
    for (const { loadBalancer } of ten.slice(0, 2))
      round.note(loadBalancer, [target("i-1"), target("10.0.0.1")], []);
    const held = (...wanted: string[]) => round.holdersOf(wanted).map(({ id }) => id);
    expect(held("i-1")).to.have.members(["old", "tg-0", "tg-1"]);
    expect(held("i-1", "10.0.0.1")).to.have.lengthOf(3);
    expect(held("i-2")).to.deep.equal([]);
  });

  it("asks some about each instance: what it was told of one says nothing of another", () => {
    const round = roundOf(ten.slice(0, 1).map((each) => ({ ...each, isAskedAboutEach: true })));
    const of = (...ids: string[]): Rounder => ({ ...rounder(), ids });
    ask(round, [of("i-1")]);
    expect([round.left(of("i-1")), round.left(of("i-2")), round.left(of("i-1", "i-2"))]).to.deep.equal([
      0, 1, 1,
    ]);
    const [one] = ten;
    if (one) round.note(one.loadBalancer, [], ["i-2"]);
    expect(round.left(of("i-1", "i-2"))).to.equal(0);
  });

  it("does one thing after the other, also where one fails", async () => {
    const round = roundOf();
    const done: string[] = [];
    const first = round.inTurn(async () => {
      await Promise.resolve();
      done.push("first");
      throw new Error("a fault");
    });
    const second = round.inTurn(async () => {
      done.push("second");
      return 2;
    });
    await first.catch(() => {});
    expect(await second).to.equal(2);
    expect(done).to.deep.equal(["first", "second"]);
  });
});
