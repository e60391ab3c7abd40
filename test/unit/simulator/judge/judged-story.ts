// Hand-made stories for the judge: one instance that a hook of ours holds from the first moment on.
import { Judge, type JudgeOptions } from "../../../../simulator/judge/judge.ts";
import { scopeOf } from "../../../../simulator/judge/scope.ts";
import { type Happening, Story } from "../../../../simulator/kernel/story.ts";

export const MINUTE = 60_000;
export const SECOND = 1_000;
export const held = "i-00000000000000001";
const token = "token";
export const [group, hook] = ["fleet", "drain"];
export const heartbeatTimeout = 300 * SECOND;

export type Told = readonly [at: number, happening: Happening];

/** What is violated in a story of one instance, which a hook holds from 0 on with the drain's settings. */
export function violations(
  told: readonly Told[],
  { keys = {}, ...more }: Partial<JudgeOptions> & { keys?: Record<string, unknown> } = {},
): string[] {
  const story = new Story();
  const times = { heartbeatTimeout, globalTimeout: 100 * heartbeatTimeout };
  const judge = new Judge({
    story,
    scopeOf: (_group, name) =>
      name === hook
        ? scopeOf({ drain_timeout_seconds: 600, ...keys }, { metadata: undefined, isSwept: false, ...times })
        : undefined,
    suspects: new Set(["deregister", "terminate"]),
    faultsEndAt: () => undefined,
    lateBy: 0,
    sweepInterval: 5 * MINUTE,
    stopTasksByInput: () => ["daemon"],
    replacing: () => ({ atOnce: 1, last: false, searches: true }),
    taskFacts: () => undefined,
    isSlow: false,
    exists: () => true,
    isCluster: () => true,
    isNetwork: (name) => name.startsWith("network"),
    isDry: () => false,
    isOursBy: () => true,
    wasCutShort: () => false,
    services: () => ({ targetGroups: [], loadBalancers: [] }),
    readSince: () => Number.POSITIVE_INFINITY,
    readLag: () => 0,
    drainsInterrupted: () => true,
    wasTold: () => false,
    classicPorts: () => [],
    ...more,
  });
  for (const [at, happening] of told) story.tell(at, happening);
  return judge.violations.map(({ rule, what }) => `${rule}: ${what}`);
}

export const is = (state: string): Happening => ({ kind: "instance", instanceId: held, group, state });
export const begins: Told[] = [
  [0, is("Terminating:Wait")],
  [0, { kind: "action-started", instanceId: held, group, hook, token, terminating: true }],
];
export const ends = (
  how: "call" | "timeout" | "cancelled",
  by: string,
  result: "CONTINUE" | "ABANDON",
  of: Partial<{ hook: string; token: string }> = {},
): Happening => ({ kind: "action-ended", instanceId: held, group, hook, token, how, result, by, ...of });
/** A function sees that a hook of ours holds it. */
export const sees = (by: string, of: Partial<{ token: string; notifies: string }> = {}): Happening => ({
  kind: "action-seen",
  instanceId: held,
  group,
  hook,
  notifies: "ours",
  token,
  by,
  ...of,
});
