// Protects what counts as the same wait: typed blockers, never their texts, also where a message had no room for all of them.
import { expect } from "chai";
import {
  areSameBlockers,
  asInMessage,
  type Blocker,
  event,
  knownOf,
  unreadBlocker,
  unreadOf,
} from "../../../../shared/model/blocker.ts";

const tasks = (count: number, cluster = "main"): Blocker => ({
  kind: "tasks",
  cluster,
  status: "RUNNING",
  count,
});
const unread = unreadBlocker("tasks", { call: "ecs:ListTasks", why: "throttled" });
const many = (count: number, last = 1): Blocker[] =>
  Array.from({ length: count }, (_, i) => tasks(i === count - 1 ? last : 1, `cluster-${i}`));

describe("blockers", () => {
  it("are what is known to be there, and what AWS did not answer", () => {
    const all = [tasks(1), unread, event("settled")];
    expect(knownOf(all)).to.deep.equal([tasks(1), event("settled")]);
    expect(unreadOf(all)).to.deep.equal([unread]);
  });

  /** [which, some, others, whether they are the same] */
  const table: [string, Blocker[], Blocker[], boolean][] = [
    ["none and none", [], [], true],
    ["none and one", [], [tasks(1)], false],
    ["one twice", [tasks(1)], [tasks(1)], true],
    ["another count", [tasks(2)], [tasks(1)], false],
    ["another kind", [event("settled")], [event("effect")], false],
    ["another order", [tasks(1), event("effect")], [event("effect"), tasks(1)], false],
    [
      "one with its keys in another order",
      [{ count: 1, status: "RUNNING", cluster: "main", kind: "tasks" }],
      [tasks(1)],
      true,
    ],
    [
      "what has no call, and what a message gave none",
      [unreadBlocker("tasks", { call: undefined, why: "out of time" })],
      [JSON.parse('{"kind":"unread","what":"tasks","why":"out of time"}')],
      true,
    ],
    [
      "unread for another reason",
      [unread],
      [unreadBlocker("tasks", { call: "ecs:ListTasks", why: "denied" })],
      false,
    ],
    ["more than a message names", many(12), many(12), true],
    ["more than a message names, of which the last is another", many(12, 2), many(12), false],
    ["more than a message names, and one fewer", many(12), many(11), false],
  ];
  for (const [which, some, others, isSame] of table) {
    it(`${which}: ${isSame ? "the same" : "not the same"}`, () => {
      expect(areSameBlockers(some, others)).to.equal(isSame);
      expect(areSameBlockers(asInMessage(some), others), "the first from a message").to.equal(isSame);
      expect(areSameBlockers(some, JSON.parse(JSON.stringify(asInMessage(others)))), "the second").to.equal(
        isSame,
      );
    });
  }

  it("are ten in a message at the most, and it tells how many more there are", () => {
    expect(asInMessage(many(10))).to.deep.equal(many(10));
    const eleven = asInMessage(many(11));
    expect(eleven.slice(0, 10)).to.deep.equal(many(10));
    expect(eleven.slice(10).map((each) => each.kind === "more" && each.count)).to.deep.equal([1]);
    expect(asInMessage(eleven)).to.deep.equal(eleven);
  });
});
