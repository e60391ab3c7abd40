// Protects the rule of what a refused completion means.
import { denied, hook, MINUTE, rows, SINCE, seen, target } from "./builders.ts";

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
