// Protects the bench's word: a figure that got worse ends it with a status that nobody overlooks, and no limit is out of reach.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Figure, isOver } from "../../../bench/figure.ts";
import { SWEEP, some } from "../../../bench/options.ts";
import { readResults } from "../../../bench/results.ts";
import { playWorlds, type What, type World } from "../../../bench/worlds.ts";

/** Parts in which each figure has a limit, close above what was measured. */
const LIMITED = ["deployed", "delays", "mapping"];
/** How much a figure of these may get worse before it is over its limit, at the most. */
const SHARE = 0.06;
/** The limit of a small figure is a tenth above it at the least. */
const STEP = 0.1;

function statusOf(figures: readonly Figure[]): number | null {
  const folder = mkdtempSync(join(tmpdir(), "bench-limits-"));
  try {
    const file = join(folder, "results.json");
    writeFileSync(file, JSON.stringify({ deployed: figures }));
    const command = ["--import", "tsx", "bench/main.ts", "--judge", file];
    return spawnSync(process.execPath, command, { encoding: "utf8" }).status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const small = (
  input: Readonly<Record<string, unknown>>,
  limits: World["limits"],
  also: readonly What[],
): World => ({
  name: "1 of 5",
  fleet: { terminations: 1, instances: 5, asDeployed: true, input },
  timings: some(SWEEP, 2),
  limits,
  also,
});

describe("the bench's limits", () => {
  it("end it with 1 where a figure is over its own, and with 0 where none is", () => {
    const { deployed = [] } = readResults();
    expect(statusOf(deployed)).to.equal(0);
    const first = deployed.findIndex(({ what }) => what === "lag p99");
    const worse = (each: Figure) => ({ ...each, value: each.value * (1 + SHARE) + STEP });
    expect(statusOf(deployed.map((each, i) => (i === first ? worse(each) : each)))).to.equal(1);
    expect(deployed.map(worse).filter((each) => !isOver(each))).to.deep.equal([]);
  });

  for (const { why, input, what } of [
    { why: "five times as many checks", input: { poll_seconds: 1 }, what: "calls per instance" },
    { why: "20 s more of waiting", input: { settle_seconds: 20 }, what: "lag p99" },
  ] as const) {
    it(`are missed by a run with ${why}`, async () => {
      const usual = await playWorlds([small({}, {}, [what])]);
      const limits = Object.fromEntries(usual.figures.map((each) => [each.what, each.value]));
      const again = await playWorlds([small({}, limits, [])]);
      expect(again.figures.map(isOver)).to.deep.equal([false]);
      const worse = await playWorlds([small(input, limits, [])]);
      expect(worse.figures.map(isOver)).to.deep.equal([true]);
    });
  }

  it("are close enough to what was measured that a run can miss them", () => {
    const results = readResults();
    const far = LIMITED.flatMap((part) => results[part] ?? []).filter(
      ({ value, limit }) => limit === undefined || limit > value * (1 + SHARE) + STEP,
    );
    expect(far).to.deep.equal([]);
  });
});
