// Protects whoever copies from a page: each piece of the block that a page shows is one that is packaged, and does what the page says.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { type Package, PROJECT, packageWith, refusalOf } from "./packaged.ts";

/** What each piece is put into. */
const BASE = {
  region: "us-east-1",
  stage: "live",
  auto_scaling_group_name: "first",
  heartbeat_timeout_seconds: 3600,
  deregister: { cluster_name: "web" },
};
type Piece = Readonly<Record<string, unknown>>;

/** [the page, the keys of the piece, what the stack then has]. The block of thirty groups is deployed by the contract tests. */
const PIECES: readonly (readonly [page: string, keys: readonly string[], has: (made: Package) => unknown])[] =
  [
    [
      "deployment.md",
      ["group_tag"],
      ({ resources }) => JSON.stringify(resources).includes('"aws:ResourceTag/drain":"yes"'),
    ],
    [
      "events.md",
      ["event_bus"],
      ({ resources }) => resources.DeregisterEventsPolicy && resources.TerminateEventsPolicy,
    ],
    [
      "intake.md",
      ["deregister", "terminate", "more_auto_scaling_groups", "topics"],
      ({ resources }) => Object.values(resources).some(({ Type }) => Type === "AWS::SNS::Subscription"),
    ],
    [
      "intake.md",
      ["more_auto_scaling_groups", "lifecycle_events"],
      ({ resources }) => resources.LifecycleEventsRule,
    ],
  ];

describe("what the pages show of the block", () => {
  it("is all tried here, or by the contract tests", () => {
    const pages = readdirSync(join(PROJECT, "docs")).filter((name) => name.endsWith(".md"));
    const shown = pages.flatMap((page) => piecesOf(page).map((piece) => [page, Object.keys(piece)]));
    expect(shown).to.have.deep.members([
      ["deployment.md", ["custom"]],
      ...PIECES.map(([page, keys]) => [page, keys]),
    ]);
  });

  for (const [page, keys, has] of PIECES)
    it(`${page}: ${keys.join(", ")}`, async () => {
      const [piece] = piecesOf(page).filter((each) => Object.keys(each).join() === keys.join());
      expect(has(await packageWith({ ...BASE, ...piece }))).to.be.ok;
    });

  it("deployment.md: the two mistakes are told in the page's words", async () => {
    const wrong = { heartbeat_timeout_seconds: 29, deregister: { drain_timeout_secnds: 900 } };
    const told = [...(await refusalOf({ ...BASE, ...wrong })).matchAll(/^- serverless\.yml: .*$/gm)].map(
      ([line]) => `    ${line}`,
    );
    expect(told).to.have.lengthOf(2);
    const page = readFileSync(join(PROJECT, "docs", "deployment.md"), "utf8").split("\n");
    expect(page).to.include.members(told);
  });
});

// The pieces of YAML that stand by themselves, with keys of the block.
function piecesOf(page: string): Piece[] {
  const text = readFileSync(join(PROJECT, "docs", page), "utf8");
  const indented = [...text.matchAll(/^(?: {4,}\S.*\n|\n(?= {4}))+/gm)].map(([piece]) => piece.trimEnd());
  return (
    indented
      .filter((piece) => /^\s*[a-z_]+:(?: |\n)/.test(piece))
      .map((piece) => parse(piece, { merge: true }))
      // A scenario is no piece of the block.
      .filter((piece) => !("timeline" in piece))
  );
}
