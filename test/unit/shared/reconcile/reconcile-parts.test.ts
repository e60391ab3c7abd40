// Protects a pass at very many: the first are acted upon, and completed, before AWS is asked about the last.
import { expect } from "chai";
import type { Hook } from "../../../../shared/model/hooks.ts";
import type { Termination } from "../../../../shared/model/termination.ts";
import { reconcile } from "../../../../shared/reconcile/reconcile.ts";
import { Run } from "../../../../shared/run/run.ts";
import { hook, MINUTE, OURS, SECOND, SINCE, termination } from "../rules/builders.ts";
import { throttledPorts } from "../throttled.ts";

/** So many terminations of a cluster, named after it. */
const of = (cluster: string, count: number): Termination[] =>
  Array.from({ length: count }, (_, n) =>
    termination({}, { instanceId: `i-${cluster}-${n}`, settings: { clusterNames: [cluster] } }),
  );

/** Which clusters' instances are asked for call by call, where each call takes a second; and what the pass leaves. */
async function play(
  terminations: readonly Termination[],
  {
    seconds = 60,
    mayComplete = true,
    hooks = () => [],
  }: { seconds?: number; mayComplete?: boolean; hooks?: (group: string) => Hook[] } = {},
) {
  const asked: string[] = [];
  let now = SINCE;
  const throttled = throttledPorts(
    () => now,
    [],
    (ids) => {
      asked.push([...new Set(ids.map((id) => id.split("-")[1]))].join(" "));
      now += SECOND;
    },
  );
  const autoScaling = { ...throttled.autoScaling, terminatingHooks: async (group: string) => hooks(group) };
  const run = new Run({ ...throttled, autoScaling }, SINCE + MINUTE);
  const options = {
    mayComplete,
    dryRun: false,
    ours: OURS,
    keys: undefined,
    until: SINCE + seconds * SECOND,
  };
  const reconciled = await reconcile(run, terminations, options);
  const left = reconciled.filter(
    ({ before, termination, ending }) => before === termination && ending === "waiting",
  );
  return { asked, reconciled, left: left.length };
}

describe("a pass at the terminations of several clusters", () => {
  it("is at one cluster after the other, where each has many", async () => {
    const { asked, reconciled } = await play([...of("a", 100), ...of("b", 100), ...of("c", 100)]);
    expect(asked.sort()).to.deep.equal(["a", "a", "b", "b", "c", "c"]);
    expect(new Set(reconciled.map(({ before }) => before.instanceId)).size).to.equal(300);
  });

  it("is at small ones together, a hundred terminations at the least", async () => {
    const { asked } = await play([...of("a", 30), ...of("b", 20), ...of("c", 50), ...of("d", 50)]);
    expect(asked).to.deep.equal(["a b", "c", "d"]);
  });

  it("goes by the clusters that the hooks name, where many come at once", async () => {
    const ofGroup = (group: string) =>
      of(group, 100).map((each) => ({ ...each, group, settings: { ...each.settings, clusterNames: [] } }));
    const hooks = (group: string) => [hook({ metadata: JSON.stringify({ cluster_name: group }) })];
    const { asked } = await play([...ofGroup("a"), ...ofGroup("b")], { hooks });
    expect(asked.sort()).to.deep.equal(["a", "a", "b", "b"]);
  });

  it("is at no other part once it is too late to complete, and leaves these as they are", async () => {
    const all = [...of("a", 100), ...of("b", 100), ...of("c", 100), ...of("d", 100)];
    const { asked, left } = await play(all, { seconds: 3 });
    expect([new Set(asked).size, left]).to.deep.equal([2, 200]);
    expect((await play(all, { seconds: 3, mayComplete: false })).left).to.equal(0);
  });

  it("is at the first part in any case", async () => {
    const { asked, left } = await play(of("a", 100), { seconds: 0 });
    expect([asked, left]).to.deep.equal([["a", "a"], 0]);
  });
});
