// Protects what is drawn of terminate's own settings: each share of them is there, and no world expects what its functions cannot know.
import { expect } from "chai";
import { randomSource } from "../../simulator/kernel/random.ts";
import type { Entry } from "./happenings.ts";
import { fits, type Own, ownInput, ownOf } from "./own-settings.ts";

const all: readonly Own[] = ["all", "some", "no settings", "queue_name alone"];
const settings = { drain_timeout_seconds: 400, on_timeout: "leave", stop_tasks: "all", settle_seconds: 5 };
const input = (own: Own, ours: Record<string, unknown> = { sweep_minutes: 1 }) =>
  Array.from({ length: 20 }, (_, seed) => ownInput(randomSource(seed)("own"), own, { ours, settings }));

describe("terminate's own settings", () => {
  it("are all there in most worlds, and each other share in some", () => {
    const drawn = Array.from({ length: 400 }, (_, seed) => ownOf(randomSource(seed)("own")));
    const counts = all.map((own) => drawn.filter((each) => each === own).length);
    for (const count of counts) expect(count).to.be.greaterThan(8);
    expect(counts[0]).to.be.greaterThan(280);
  });

  it("are those of the world, some of them, or none", () => {
    const ours = { queue_name: "monitor", sweep_minutes: 1 };
    for (const each of input("all")) expect(each).to.deep.equal({ ...ours, ...settings });
    for (const each of input("no settings")) expect(each).to.deep.equal(ours);
    for (const each of input("queue_name alone")) expect(each).to.deep.equal({ queue_name: "monitor" });
    const sizes = new Set(input("some").map((each) => Object.keys(each).length));
    expect(sizes.size).to.be.greaterThan(1);
    for (const each of input("some")) expect({ ...ours, ...settings }).to.deep.include(each);
  });

  it("with its queue alone, it still names a hook that an event rule tells of", () => {
    const [named] = input("queue_name alone", {
      sweep_minutes: 1,
      lifecycle_hook_names: ["drain"],
    });
    expect(named).to.deep.equal({
      queue_name: "monitor",
      lifecycle_queue_name: "lifecycle",
      lifecycle_hook_names: ["drain"],
    });
  });

  const change = (which: "deregister" | "terminate", keys: object) =>
    ({ at_seconds: 1, change_input: { function: which, input: keys } }) as Entry;
  const put = (name: string, queue: string): Entry => ({
    at_seconds: 1,
    put_hook: { group: "g0", hook: { name, queue } },
  });
  /** [what, the entry, where it can be] */
  const table: [string, Entry, readonly Own[]][] = [
    ["settings that are deployed for terminate", change("terminate", settings), ["all", "some"]],
    ["settings that are deployed for deregister", change("deregister", settings), all],
    ["the end of a dry run", change("terminate", { dry_run: null }), all],
    ["our hook given to another team", put("drain", "their-lifecycle"), all.slice(0, 3)],
    ["our hook under its new name, given away", put("drain-2", "their-lifecycle"), all.slice(0, 3)],
    ["our hook edited", put("drain", "lifecycle"), all],
    ["another team's hook", put("audit", "their-lifecycle"), all],
  ];
  for (const [what, entry, where] of table)
    it(`${what}: where ${where.join(", ")}`, () =>
      expect(all.filter((own) => fits(own)(entry))).to.deep.equal(where));
});
