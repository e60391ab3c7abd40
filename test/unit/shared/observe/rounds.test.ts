// Protects a round's progress from running ahead of what it found: only what a pass has read counts as asked. Rule 17.
import { expect } from "chai";
import type { LoadBalancer } from "../../../../shared/model/load-balancer.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import { hasRoundNews, leftOfRounds, rememberRound, roundOf } from "../../../../shared/observe/rounds.ts";
import { untouchableRun } from "../fake-ports.ts";
import { SINCE, termination } from "../rules/builders.ts";

const group: LoadBalancer = { kind: "target", id: "tg-1", name: "one", targetType: "ip", network: false };
const rest: LoadBalancer = { ...group, id: "tg-2", name: "two" };
const target = (id: string): RegisteredTarget => ({
  id,
  port: 80,
  state: "registered",
  invalid: false,
  pointsAt: [],
});

type Known = { readonly networks: boolean; readonly tasks: readonly string[] | undefined };

/** A run that has asked one of two groups, or both. */
function runThat(holds: readonly string[], { networks, tasks }: Known, isAll = false) {
  const { run } = untouchableRun();
  const { round } = run;
  round.setList(
    [group, rest].map((loadBalancer) => ({
      loadBalancer,
      vpc: "vpc-1",
      registered: [],
      isAskedAboutEach: false,
    })),
  );
  round.searched.set("i-1", []);
  if (networks) round.networks.set("i-1", { vpc: "vpc-1", addresses: ["10.0.0.1"] });
  if (tasks) round.taskAddresses.set("i-1", tasks);
  for (let i = 0; i < (isAll ? 2 : 1); i += 1) {
    const stop = round.next([{ ids: ["i-1"], network: undefined, progress: undefined }]);
    if (stop) round.visited(stop, holds.map(target), ["i-1"]);
  }
  return run;
}

const known: Known = { networks: true, tasks: [] };
const open = termination({}, { settings: { discover: "all" } });
const progressAfter = (holds: readonly string[], what: Known, of = open) =>
  rememberRound(runThat(holds, what), of).memory.round;

describe("between two passes", () => {
  it("a round goes on where nothing was found", () => {
    expect(progressAfter([], known)).not.to.equal(undefined);
    expect(progressAfter(["10.0.0.9", "i-2"], known)).not.to.equal(undefined);
  });

  for (const [what, holds, tasks] of [
    ["the instance", "i-1", []],
    ["an address of its own", "10.0.0.1", []],
    ["an address of a task", "10.0.0.5", ["10.0.0.5"]],
  ] as const) {
    it(`a round stays where it was once it has found ${what}, until a pass has`, () => {
      const own = { ...known, tasks };
      expect(progressAfter([holds], own)).to.equal(undefined);
      const registrations = [group, rest].map(({ kind, id }) => ({ kind, id }));
      const seen = termination({ registrations }, { settings: { discover: "all" } });
      expect(progressAfter([holds], own, seen)).not.to.equal(undefined);
      expect(hasRoundNews(runThat([holds], own), open)).to.equal(true);
      expect(hasRoundNews(runThat([holds], own), seen)).to.equal(false);
    });
  }

  it("a round stays where it was where nobody knows the addresses of the instance, or of its tasks", () => {
    expect(progressAfter([], { ...known, networks: false })).to.equal(undefined);
    expect(progressAfter([], { ...known, tasks: undefined })).to.equal(undefined);
  });
});

describe("what rounds still have to ask", () => {
  it("is what one of them has left, at the most", () => {
    expect(leftOfRounds(runThat([], known), [open])).to.equal(1);
    expect(leftOfRounds(runThat([], known), [open, termination({}, { instanceId: "i-2" })])).to.equal(1);
    expect(leftOfRounds(runThat([], known, true), [open])).to.equal(0);
    expect(leftOfRounds(runThat([], known), [])).to.equal(0);
  });

  it("does not count where AWS has refused an answer: that is why a round is not whole", () => {
    const run = runThat([], known);
    run.round.unread = { call: "elasticloadbalancing:DescribeTargetHealth", why: "throttled" };
    expect(leftOfRounds(run, [open])).to.equal(0);
  });
});

describe("in a pass", () => {
  it("a round is whole once all was asked, and the pass has read what was found", () => {
    const run = runThat([], known, true);
    expect(roundOf(run, open, true)).to.deep.include({ isWhole: true, wholeAt: run.now() });
    expect(roundOf(run, open, false)).to.deep.include({
      isWhole: false,
      wholeAt: undefined,
      progress: undefined,
    });
    expect(hasRoundNews(run, open)).to.equal(true);
  });

  it("a round that others have made is not whole for an instance whose addresses nobody knows", () => {
    const run = runThat([], { ...known, networks: false }, true);
    const progress = { since: SINCE, from: "a", to: "b" };
    const half = termination({ round: progress }, { settings: { discover: "all" } });
    expect(roundOf(run, half, true)).to.deep.include({ isWhole: false, wholeAt: undefined, progress });
    expect(hasRoundNews(run, half)).to.equal(false);
  });
});
