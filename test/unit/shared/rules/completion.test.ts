// Protects the rule of what a refused completion means.
import { event } from "../../../../shared/model/blocker.ts";
import { denied, hook, MINUTE, rows, SINCE, seen, state, target } from "./builders.ts";

describe("decide", () => {
  rows("rule 8: done twice is done once", [
    {
      why: "refused, no other hook: tried again",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      expected: ["complete"],
    },
    {
      why: "refused for just under two minutes: tried again",
      memory: { ...seen, refusedAt: SINCE },
      now: 2 * MINUTE - 1,
      expected: ["complete"],
    },
    {
      why: "refused for two minutes: given up",
      memory: { ...seen, refusedAt: SINCE },
      now: 2 * MINUTE,
      expected: ["drop"],
    },
    {
      why: "refused, another hook explains the wait: done at once, and kept until that lets go",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      observed: { hooks: [hook(), hook({ name: "backup" })] },
      expected: ["wait"],
    },
    {
      why: "completed, another hook holds it: kept, and nothing is done, whatever is there",
      memory: { ...seen, completedAt: SINCE },
      now: 60 * MINUTE,
      observed: { hooks: [hook(), hook({ name: "backup" })], registrations: [target()] },
      expected: ["wait"],
    },
    {
      why: "completed, the hooks cannot be read: kept",
      memory: { ...seen, completedAt: SINCE },
      now: 60 * MINUTE,
      observed: { hooks: undefined, unread: { hooks: denied() } },
      expected: ["wait"],
    },
    {
      why: "completed just under two minutes ago, and no other hook: Describe may lag",
      memory: { ...seen, completedAt: SINCE },
      now: 2 * MINUTE - 1,
      expected: ["wait"],
    },
    {
      why: "completed two minutes ago, no other hook, and still held: given up",
      memory: { ...seen, completedAt: SINCE },
      now: 2 * MINUTE,
      expected: ["drop"],
    },
    {
      why: "refused for two minutes, the hooks were not read: wait",
      memory: { ...seen, refusedAt: SINCE },
      now: 2 * MINUTE,
      observed: { hooks: undefined, unread: { hooks: denied() } },
      expected: ["wait"],
    },
  ]);
});

describe("decide", () => {
  rows("rule 8: what a completed action waits for", [
    {
      why: "the other hooks are named",
      memory: { ...seen, completedAt: SINCE },
      observed: { hooks: [hook(), hook({ name: "backup" }), hook({ name: "audit" })] },
      expected: ["wait"],
      because: [{ kind: "other hooks", hooks: ["backup", "audit"] }],
    },
    {
      why: "no other hook",
      memory: { ...seen, completedAt: SINCE },
      expected: ["wait"],
      because: [event("released")],
    },
    {
      why: "no other hook, and it comes back: waited for, however long",
      memory: { ...seen, completedAt: SINCE, returns: "warm pool" },
      observed: state("Warmed:Pending:Wait"),
      now: 60 * MINUTE,
      expected: ["wait"],
      because: [event("released")],
    },
    {
      why: "it was to come back, nothing is completed yet, and it is terminated after all: drained as any other",
      memory: { ...seen, returns: "warm pool" },
      expected: ["complete"],
    },
    {
      why: "the hooks were not read: nobody knows of another one, and it is tried again",
      memory: { ...seen, refusedAt: SINCE + MINUTE },
      observed: { hooks: undefined, unread: { hooks: denied() } },
      expected: ["complete"],
    },
  ]);
});
