// Protects the judge from excusing too much: only what a person registers after the functions have asked counts from their next
// round on. Rule 17.
import { expect } from "chai";
import { isForNextRound } from "../../../../simulator/judge/next-round.ts";
import type { Happening } from "../../../../simulator/kernel/story.ts";
import { held, MINUTE, SECOND } from "./judged-story.ts";

type Target = Extract<Happening, { kind: "target" }>;
const target = (change: Partial<Target> = {}): Target => ({
  kind: "target",
  targetGroup: "late",
  id: held,
  port: 80,
  state: "registered",
  by: "operator",
  ...change,
});
const classic: Happening = {
  kind: "classic",
  loadBalancer: "late",
  instanceId: held,
  state: "registered",
  by: "operator",
};
/** The hook has held the instance from 0 on, and a function completes its action then, in seconds. */
const COMPLETED = 300;

type Row = {
  readonly why: string;
  readonly excused: boolean;
  /** What happened, by seconds. */
  readonly told: readonly (readonly [at: number, happening: Happening])[];
  /** When a function was told what the load balancer has; after a minute by default. */
  readonly at?: number | undefined;
  readonly kind?: "target" | "classic";
  readonly completed?: number;
};
const rows: readonly Row[] = [
  { why: "registered after they were told", excused: true, told: [[61, target()]] },
  { why: "in a classic load balancer too", excused: true, told: [[61, classic]], kind: "classic" },
  { why: "one of that name of the other kind tells nothing", excused: false, told: [[61, classic]] },
  { why: "registered when they were told", excused: false, told: [[60, target()]] },
  { why: "nobody was told", excused: false, told: [[61, target()]], at: undefined },
  { why: "registered by ECS", excused: false, told: [[61, target({ by: "ecs" })]] },
  { why: "registered before the hook held it", excused: false, told: [[-1, target()]], at: -2 },
  {
    why: "it was there before the hook held it, and somebody put it back",
    excused: false,
    told: [
      [-1, target()],
      [20, target({ state: "gone", by: "terminate" })],
      [61, target()],
    ],
  },
  {
    why: "it was there meanwhile, and somebody put it back",
    excused: false,
    told: [
      [10, target({ by: "ecs" })],
      [20, target({ state: "gone", by: "terminate" })],
      [61, target()],
    ],
  },
  {
    why: "it was there long before, and was taken out by then",
    excused: true,
    told: [
      [-20, target()],
      [-10, target({ state: "gone" })],
      [61, target()],
    ],
  },
  {
    why: "another instance and another group tell nothing",
    excused: true,
    told: [
      [10, target({ id: "i-2" })],
      [10, target({ targetGroup: "other" })],
      [61, target()],
    ],
  },
  { why: "by a run that had asked before the hook held it", excused: true, told: [[1, target()]], at: -62 },
  { why: "not by one before that", excused: false, told: [[1, target()]], at: -63 },
  { why: "a round of a quarter of an hour ago", excused: true, told: [[61, target()]], completed: 960 },
  { why: "an older one", excused: false, told: [[61, target()]], completed: 961 },
];

describe("what counts from the next round on", () => {
  for (const { why, excused, told, kind = "target", completed = COMPLETED, ...row } of rows) {
    it(`${why}: ${excused ? "it does" : "it counts at once"}`, () => {
      const lines = told.map(([at, happening]) => ({ at: at * SECOND, ...happening }));
      const asked = "at" in row ? row.at : MINUTE / SECOND;
      const is = isForNextRound(
        { lines },
        { kind, name: "late", id: held },
        { from: 0, to: completed * SECOND },
        (_, { from, to }) => asked !== undefined && from <= asked * SECOND && asked * SECOND < to,
      );
      expect(is).to.equal(excused);
    });
  }
});
