// Protects the judge from blaming somebody for what no read has shown.
import { expect } from "chai";
import { allowedAtDraining, type Lost, type PermitFacts } from "../../../../simulator/judge/permits.ts";
import { scopeOf } from "../../../../simulator/judge/scope.ts";
import type { Spot, TaskThere } from "../../../../simulator/judge/whereabouts.ts";
import { Whereabouts } from "../../../../simulator/judge/whereabouts.ts";
import type { StoryLine } from "../../../../simulator/kernel/story.ts";
import { held, MINUTE, SECOND } from "./judged-story.ts";

const address = "10.9.0.6";
const task = (at: number, status: string): StoryLine => ({
  kind: "task",
  at,
  arn: "task",
  cluster: "main",
  service: "web",
  instanceId: held,
  status,
  gone: false,
  hostPorts: [],
  address,
  reason: undefined,
});

describe("where the judge takes a task's address to lead", () => {
  it("shows from PENDING on, and not while the task is PROVISIONING, as with ECS", () => {
    const where = new Whereabouts(() => 0);
    where.follow(task(SECOND, "PROVISIONING"));
    expect(where.holderOf(address)).to.include({ since: SECOND, addressShownAt: Number.POSITIVE_INFINITY });
    where.follow(task(MINUTE, "PENDING"));
    where.follow(task(2 * MINUTE, "STOPPING"));
    expect(where.holderOf(address)).to.include({ since: SECOND, addressShownAt: MINUTE });
  });

  it("allows a SIGTERM by DRAINING only if it led there after the reads for that", () => {
    const facts: PermitFacts = { suspects: new Set(["terminate"]), isDry: () => false, readLag: () => 0 };
    const timeouts = { heartbeatTimeout: MINUTE, globalTimeout: 100 * MINUTE };
    const scope = scopeOf({ target_groups: ["ip"] }, { metadata: undefined, isSwept: false, ...timeouts });
    const allowed = (since: number) => {
      const where = new Whereabouts(() => 5 * MINUTE);
      const there = where.instance(held);
      where.follow({
        kind: "container-instance",
        at: 5 * MINUTE,
        arn: "ci",
        cluster: "main",
        instanceId: held,
        status: "DRAINING",
        by: "terminate",
      });
      const lost = { since, by: "operator", isNamed: () => true } as unknown as Lost;
      const given = { task: { cluster: "main", since: 0 } as TaskThere, spot: { since: 0 } as Spot, lost };
      return allowedAtDraining({ there, scope }, given, facts);
    };
    expect(allowed(6 * MINUTE)).to.equal("the read lag");
    expect(allowed(4 * MINUTE)).to.equal(undefined);
  });
});
