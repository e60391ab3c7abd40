import type { Part } from "./figure.ts";
import { type BenchOptions, SWEEP, some } from "./options.ts";
import { playWorlds, type What } from "./worlds.ts";

/**
 * Deregistration delays, in seconds, of which most are no multiple of the five seconds between two checks. Of each, the most
 * that it may come to: 5 % above what was measured.
 */
const DELAYS: readonly { readonly seconds: number; readonly limits: Partial<Record<What, number>> }[] = [
  { seconds: 45, limits: { "calls per instance": 8.13, "lag p50": 2.8, "lag p99": 5.7, "lag most": 5.8 } },
  { seconds: 57, limits: { "calls per instance": 8.29, "lag p50": 2.6, "lag p99": 5.8, "lag most": 5.8 } },
  { seconds: 63, limits: { "calls per instance": 9.32, "lag p50": 2, "lag p99": 4.8, "lag most": 4.8 } },
  { seconds: 90, limits: { "calls per instance": 10.87, "lag p50": 5.6, "lag p99": 5.7, "lag most": 5.8 } },
  { seconds: 200, limits: { "calls per instance": 17.51, "lag p50": 0.9, "lag p99": 1.6, "lag most": 1.6 } },
  { seconds: 297, limits: { "calls per instance": 23.12, "lag p50": 4.2, "lag p99": 4.9, "lag most": 4.9 } },
  { seconds: 307, limits: { "calls per instance": 24.45, "lag p50": 4.9, "lag p99": 5.1, "lag most": 5.1 } },
  { seconds: 600, limits: { "calls per instance": 42.41, "lag p50": 3.8, "lag p99": 5.4, "lag most": 5.4 } },
  {
    seconds: 1_000,
    limits: { "calls per instance": 66.24, "lag p50": 27.6, "lag p99": 29.6, "lag most": 29.7 },
  },
];

/** How long after it is ready an instance is completed, over deregistration delays, as the template deploys it. */
export function delays({ quick }: BenchOptions): Promise<Part> {
  return playWorlds(
    (quick ? some(DELAYS, 3) : DELAYS).map(({ seconds, limits }) => ({
      name: `D=${seconds} s, 10 of 100`,
      fleet: {
        terminations: 10,
        instances: 100,
        asDeployed: true,
        delaySeconds: seconds,
        drainSeconds: seconds,
      },
      timings: quick ? some(SWEEP, 2) : SWEEP,
      limits,
    })),
  );
}
