// Protects the saved queries: each finds in the functions' own lines what it is to find, and nothing else.
import { createRequire } from "node:module";
import { expect } from "chai";
import { functions, HOOK, instanceIds, play, QUEUES } from "../scenarios/fixture.ts";
import { answer, type Row } from "./insights.ts";

type Query = { readonly name: string; readonly answers: string; readonly query: string };
const { queries } = createRequire(import.meta.url)("../../deploy/queries.cjs") as {
  readonly queries: Readonly<Record<string, Query>>;
};

const ids = instanceIds(4);
const [stuck, quick, lost] = ids as [string, string, string];
const ENDLESS = { stop_seconds: 200_000, stop_timeout_seconds: 200_000 };

/** A fleet of which one instance hangs until it is cut off, one is drained, and the message of one is lost. A call is denied for a while. */
function troubled() {
  const { deregister, terminate } = functions({ cluster_name: "main", drain_timeout_seconds: 900 });
  const swept = { auto_scaling_groups: ["fleet"], lifecycle_queue_name: "lifecycle" };
  return {
    functions: {
      deregister,
      terminate: { ...terminate, input: { ...deregister.input, ...swept, queue_name: "monitor" } },
    },
    queues: QUEUES,
    clusters: [{ name: "main", services: [] }],
    tasks: [{ cluster: "main", family: "job", instance_ids: [stuck], task: ENDLESS }],
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
    timeline: [
      { at_seconds: 5, terminate: { instance_ids: [stuck, quick] } },
      { at_seconds: 200, lose_notifications: { for_seconds: 30, probability: 1 } },
      { at_seconds: 210, terminate: { instance_ids: [lost] } },
      { at_seconds: 220, deny: { actions: ["ecs:DescribeContainerInstances"], for_seconds: 60 } },
    ],
  };
}

describe("the saved queries", () => {
  let lines: readonly string[] = [];
  let dryLines: readonly string[] = [];
  before(async () => {
    ({ lines } = await play(troubled()));
    const dry = functions({ cluster_name: "main", dry_run: true });
    const input = { ...dry.terminate.input, dry_run: true };
    ({ lines: dryLines } = await play({
      ...troubled(),
      functions: { ...dry, terminate: { ...dry.terminate, input } },
      timeline: [{ at_seconds: 5, terminate: { instance_ids: [quick] } }],
      ends_after_seconds: 300,
    }));
  });
  const asked = (id: string, of = lines, change = (query: string) => query): Row[] =>
    answer(change(queries[id]?.query ?? ""), of);

  /** What each finds, by its logical id. A query without a row here fails. */
  const finds: Readonly<Record<string, () => void>> = {
    OneDrainQuery: () => {
      const rows = asked("OneDrainQuery", lines, (query) => query.replace("i-0123456789abcdef0", stuck));
      expect(rows[0]).to.include({ message: "termination received", function: "deregister" });
      expect(rows.at(-1)).to.include({ left: "1 task RUNNING", setting: "drain_timeout_seconds" });
      expect(rows.map((row) => row["tasks.0.family"])).to.include("job");
      expect(asked("OneDrainQuery"), "nobody has the id of the example").to.deep.equal([]);
    },
    OpenDrainsQuery: () => {
      const rows = asked("OpenDrainsQuery");
      expect(rows[0]).to.include({ instance_id: stuck, waits_for: "1 task RUNNING" });
      expect(rows[0]?.held).to.be.within(780, 920);
    },
    CutOffQuery: () => {
      const [row, ...more] = asked("CutOffQuery");
      expect(more).to.deep.equal([]);
      expect(row).to.include({
        instance_id: stuck,
        left: "1 task RUNNING",
        setting: "drain_timeout_seconds",
      });
    },
    EndedDrainsQuery: () => {
      const rows = asked("EndedDrainsQuery");
      expect(
        rows.map(({ auto_scaling_group, outcome, drains }) => [auto_scaling_group, outcome, drains]),
      ).to.deep.equal([
        ["fleet", "cut off", 1],
        ["fleet", "drained", 2],
      ]);
      const [, drained] = rows;
      expect(Number(drained?.p99)).to.equal(Number(drained?.most));
      expect(Number(drained?.mean)).to.be.below(Number(drained?.most));
    },
    FailuresQuery: () => {
      const [row] = asked("FailuresQuery");
      expect(row).to.include({
        message: "call failed",
        action: "ecs:DescribeContainerInstances",
        kind: "denied",
        missing_permission: "ecs:DescribeContainerInstances",
      });
      expect(row?.times).to.be.at.least(1);
      expect(row?.last_reason).to.match(/^AccessDeniedException: /);
    },
    OfRunsQuery: () => {
      const rows = asked("OfRunsQuery");
      expect(new Set(rows.map(({ message, action }) => `${message} ${action}`))).to.deep.equal(
        new Set(["call failed ecs:DescribeContainerInstances"]),
      );
    },
    SweptQuery: () =>
      expect(asked("SweptQuery")).to.deep.equal([
        { hour: "2026-01-05T09:00:00.000Z", auto_scaling_group: "fleet", found: 1 },
      ]),
    DryRunQuery: () => {
      expect(asked("DryRunQuery")).to.deep.equal([]);
      const [row] = asked("DryRunQuery", dryLines);
      expect(row).to.include({ instance_id: quick, auto_scaling_group: "fleet" });
      expect(row?.would).to.be.a("string");
    },
  };

  for (const [id, { name, answers }] of Object.entries(queries))
    it(`${name}: ${answers}`, () => {
      const check = finds[id];
      if (!check) throw new Error(`nothing says what ${id} finds`);
      check();
    });

  it("are written in the part of the language that these tests know, and no other is answered", () => {
    const line = '{"time":"2026-01-05T09:00:00.000Z","message":"a","n":2}';
    for (const wrong of [
      "parse message",
      "filter n ~ 2",
      "filter like(message)",
      "stats median(n)",
      "limit n",
      "filter n = 2 3",
    ])
      expect(() => answer(wrong, [line]), wrong).to.throw();
    expect(answer('filter n = 2 and message != "b" or n > 5 | fields n', [line])).to.deep.equal([{ n: 2 }]);
  });
});
