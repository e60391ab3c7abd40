// Protects drains that are under way while another version of the functions is deployed, or rolled back: whichever of the two
// is replaced first, what the other one remembers in messages counts, and nothing is lost.
import { expect } from "chai";
import * as thisVersion from "../../cli/code.ts";
import type { FunctionsCode, InProcessOptions } from "../../cli/in-process.ts";
import { versionBefore } from "../versions/before.ts";
import { expectQuiet, functions, HOOK, instanceIds, linesOf, play } from "./fixture.ts";

const STARTS_AT = "2026-01-01T00:00:00Z";
const ids = instanceIds(24);
const leaving = ids.slice(0, 20);
const [pooled] = instanceIds(30).slice(29) as [string];

/** 20 instances leave at once, behind a classic load balancer and a target group, with tasks; one returns to its warm pool. */
const world = {
  starts_at: STARTS_AT,
  functions: functions({ cluster_name: "main", elb_name: "classic", target_groups: ["static"] }),
  target_groups: [{ name: "static", port: 8080, deregistration_delay_seconds: 240 }],
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 8080 }], connection_draining_seconds: 60 },
  ],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "worker",
          desired_count: 24,
          minimum_healthy_percent: 50,
          task: { stop_seconds: 60, stop_timeout_seconds: 120 },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids,
      cluster: "main",
      registers_with: { target_groups: [{ name: "static", port: 8080 }], load_balancers: ["classic"] },
      hooks: [HOOK],
    },
    {
      name: "pooled",
      instance_ids: [pooled],
      cluster: "main",
      registers_with: { target_groups: [{ name: "static", port: 8080 }] },
      warm_pool: { state: "Running" },
      hooks: [HOOK],
    },
  ],
  timeline: [
    { at_seconds: 5, terminate: { instance_ids: leaving, replace: true } },
    { at_seconds: 10, scale_in: { group: "pooled", count: 1 } },
  ],
};

/** When deregister and terminate change, in seconds after the start: before a drain is known, in its middle, at its end. */
const CHANGES: readonly (readonly [deregister: number, terminate: number])[] = [
  [25, 45],
  [70, 30],
  [100, 160],
  [190, 260],
  [260, 250],
];

function deployed(
  from: FunctionsCode,
  to: FunctionsCode,
  [deregister, terminate]: readonly [number, number],
): Required<Pick<InProcessOptions, "codeOf">> & { readonly ran: ReadonlySet<FunctionsCode> } {
  const changes = { deregister, terminate, "scale-tasks": deregister };
  const ran = new Set<FunctionsCode>();
  return {
    ran,
    codeOf: (name, at) => {
      const code = at - Date.parse(STARTS_AT) < changes[name] * 1_000 ? from : to;
      ran.add(code);
      return code;
    },
  };
}

describe("scenarios: two versions", () => {
  for (const change of CHANGES) {
    for (const way of ["an upgrade", "a rollback"] as const) {
      it(`${way} in the middle of 20 drains, of deregister after ${change[0]} s, of terminate after ${change[1]} s`, async () => {
        const before = await versionBefore();
        const [from, to] = way === "an upgrade" ? [before, thisVersion] : [thisVersion, before];
        const deployment = deployed(from, to, change);
        const outcome = await play(world, deployment);
        expect(deployment.ran.size).to.equal(2);
        expect(outcome.violations).to.deep.equal([]);
        expect(outcome.damage).to.deep.equal([]);
        expect(outcome.terminations.map(({ result }) => result)).to.deep.equal(
          [...leaving, pooled].map(() => "CONTINUE"),
        );
        expect(linesOf(outcome, "comes back", pooled)).to.have.lengthOf.at.least(1);
        expectQuiet(outcome);
      });
    }
  }
});
