// Rule 3: gone means gone.
// Protects the rule of what counts as gone.
import { clusterInstance, denied, MINUTE, rows, SECOND, SINCE, seen, target, task } from "./builders.ts";

describe("decide", () => {
  rows("rule 3: gone means gone", [
    ...["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"].map(
      (status) => ({
        why: `a task that is ${status} is still there`,
        memory: seen,
        observed: { clusterInstances: [clusterInstance("DRAINING", task(status))] },
        expected: ["wait"],
      }),
    ),
    {
      why: "seen and gone needs one pass",
      memory: { ...seen, drainingAt: SINCE },
      observed: { clusterInstances: [clusterInstance("DRAINING", task("STOPPED"))] },
      expected: ["complete"],
    },
    {
      why: "a target that drains is still there",
      memory: seen,
      observed: { registrations: [target({ state: "draining" })] },
      expected: ["wait"],
    },
    {
      why: "less than 10 s after the last step: not believed",
      memory: { ...seen, drainingAt: SINCE, actedAt: SINCE + MINUTE - 10 * SECOND + 1 },
      observed: { clusterInstances: [clusterInstance("DRAINING")] },
      expected: ["wait"],
    },
    {
      why: "10 s after the last step: believed",
      memory: { ...seen, drainingAt: SINCE, actedAt: SINCE + MINUTE - 10 * SECOND },
      observed: { clusterInstances: [clusterInstance("DRAINING")] },
      expected: ["complete"],
    },
    { why: "nothing ever seen, first pass: not believed", expected: ["wait"] },
    {
      why: "no container instance ever seen, second pass too soon: not believed",
      memory: { ...seen, containerInstances: [], noContainerInstanceSince: SINCE + MINUTE - 10 * SECOND + 1 },
      expected: ["wait"],
    },
    {
      why: "no container instance ever seen, second pass 10 s later: believed",
      memory: { ...seen, containerInstances: [], noContainerInstanceSince: SINCE + MINUTE - 10 * SECOND },
      expected: ["complete"],
      because: { why: "drained" },
    },
    {
      why: "no registration ever seen, second pass too soon: not believed",
      memory: { ...seen, registrations: [], noRegistrationSince: SINCE + MINUTE - 10 * SECOND + 1 },
      expected: ["wait"],
    },
    {
      why: "no registration ever seen, second pass 10 s later: believed",
      memory: { ...seen, registrations: [], noRegistrationSince: SINCE + MINUTE - 10 * SECOND },
      expected: ["complete"],
    },
    {
      why: "the tasks were not read: not gone",
      memory: seen,
      observed: { unread: { tasks: denied() } },
      expected: ["wait"],
    },
    {
      why: "the registrations were not read: not gone",
      memory: seen,
      observed: { unread: { registrations: denied() } },
      expected: ["wait"],
    },
    {
      why: "somebody else's DRAINING, seen just now: reads may lag",
      memory: seen,
      observed: { clusterInstances: [clusterInstance("DRAINING", task("STOPPED"))] },
      expected: ["wait"],
    },
  ]);
});
