// Protects those that could not be completed while what was found was fresh: each comes to its turn, and not all at once.
import { expect } from "chai";
import { type Concluded, inTurns } from "../../shared/conclude.ts";
import { MINUTE, SECOND, SINCE, termination } from "./decide/builders.ts";
import { untouchablePorts } from "./ports.ts";

const concluded = (fate: Concluded["fate"], n: number): Concluded => {
  const before = termination({ waitingFor: "1 task RUNNING", changedAt: SINCE }, { instanceId: `i-${n}` });
  return { before, termination: before, fate };
};

function play(completed: number, waiting: number) {
  const { ports: untouchable, lines } = untouchablePorts();
  const ports = { ...untouchable, now: () => SINCE + MINUTE };
  const looked = inTurns(
    ports,
    [
      ...Array.from({ length: waiting }, (_, n) => concluded("its turn", n)),
      ...Array.from({ length: completed }, (_, n) => concluded("completed", waiting + n)),
    ],
    { mayComplete: true, dryRun: false, until: SINCE + 2 * MINUTE },
  );
  const after = looked.slice(0, waiting).map((each) => each.termination.memory);
  const seconds = after.map(({ lookAt = 0 }) => (lookAt - SINCE - MINUTE) / SECOND);
  return {
    looked,
    lines,
    after,
    inSeconds: (from: number, to: number) => [...new Set(seconds.slice(from, to))],
  };
}

describe("those that wait for their turn to be completed", () => {
  it("are looked at again by twice as many as were completed, each twenty seconds after the ones before", () => {
    const { inSeconds } = play(60, 250);
    expect([inSeconds(0, 120), inSeconds(120, 240), inSeconds(240, 250)]).to.deep.equal([[0], [20], [40]]);
  });

  it("are a hundred at the least", () => {
    const { inSeconds } = play(3, 101);
    expect([inSeconds(0, 100), inSeconds(100, 101)]).to.deep.equal([[0], [20]]);
  });

  it("are watched, and say what they wait for since when", () => {
    const { after, lines, looked } = play(1, 1);
    expect(looked.map(({ fate }) => fate)).to.deep.equal(["watch", "completed"]);
    expect(after[0]).to.include({ waitingFor: "its turn to be completed", changedAt: SINCE + MINUTE });
    expect(lines.map(([, phrase, fields]) => [phrase, fields.waiting_for])).to.deep.equal([
      ["waiting", "its turn to be completed"],
    ]);
  });
});
