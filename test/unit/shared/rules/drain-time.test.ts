// Protects what is said of a drain whose waits cannot fit into its time: which waits follow one another, and what to set.
import { expect } from "chai";
import type { Memory } from "../../../../shared/model/memory.ts";
import type { DrainTimes, Observation } from "../../../../shared/model/observation.ts";
import type { DrainSettings } from "../../../../shared/model/settings.ts";
import { waitsOf } from "../../../../shared/rules/drain-time.ts";
import { CLOCKS_APART_MS } from "../../../../shared/rules/timings.ts";
import {
  classic,
  clusterInstanceOf,
  decisionOf,
  hook,
  observed,
  SECOND,
  service,
  target,
  task,
  termination,
} from "./builders.ts";

const times: DrainTimes = {
  loadBalancers: [
    { kind: "target", id: "tg-1", limit: 300 * SECOND },
    { kind: "target", id: "tg-web", limit: 200 * SECOND },
    { kind: "target", id: "tg-short", limit: 10 * SECOND },
    { kind: "classic", id: "elb", limit: 60 * SECOND },
  ],
  definitions: [
    { definition: "web:1", stopTimeout: 30 * SECOND },
    { definition: "slow:2", stopTimeout: 400 * SECOND },
    { definition: "agent:1", stopTimeout: 5 * SECOND },
  ],
};
const web = (change = {}) => task("RUNNING", { arn: "a", ...change });
const slow = (change = {}) => task("RUNNING", { arn: "b", definition: "slow:2", service: "slow", ...change });
const agent = task("RUNNING", { arn: "c", definition: "agent:1", service: "agent" });
const ofWeb = target({ id: "tg-web", name: "web", managed: true, services: ["web"] });
const on = (status: string, ...tasks: ReturnType<typeof task>[]) => [
  clusterInstanceOf({ status }, tasks, [service("web"), service("slow"), service("agent", { daemon: true })]),
];

/** [why, what is observed, the waits, the memory, the settings] */
type WaitRow = [string, Partial<Observation>, string[], Partial<Memory>?, Partial<DrainSettings>?];
const rows: WaitRow[] = [
  ["nothing where nothing is there", {}, []],
  ["a registration of ours alone", { registrations: [target()] }, ["static 300"]],
  ["a classic load balancer's connection draining", { registrations: [classic()] }, ["elb 60"]],
  [
    "the longer of two registrations of ours",
    { registrations: [classic(), target(), target({ id: "tg-short", name: "short" })] },
    ["static 300"],
  ],
  ["a task's stop timeout", { clusterInstances: on("ACTIVE", web()) }, ["web 30"]],
  [
    "a service's target, and then the stop of its task",
    { clusterInstances: on("ACTIVE", web()), registrations: [ofWeb] },
    ["web 200", "web 30"],
  ],
  [
    "the longer of a service with a target, and one with a long stop",
    { clusterInstances: on("ACTIVE", web(), slow()), registrations: [ofWeb] },
    ["slow 400"],
  ],
  [
    "no delay for a task that is stopping already",
    { clusterInstances: on("DRAINING", task("STOPPING", { definition: "web:1" })), registrations: [ofWeb] },
    ["web 30"],
  ],
  [
    "the delay of a task that is DEACTIVATING",
    {
      clusterInstances: on("DRAINING", task("DEACTIVATING", { definition: "web:1" })),
      registrations: [ofWeb],
    },
    ["web 200", "web 30"],
  ],
  [
    "ours beside the tasks, where none listens behind it",
    { clusterInstances: on("ACTIVE", slow()), registrations: [target()] },
    ["slow 400"],
  ],
  [
    "ours before the tasks, where one listens behind it",
    { clusterInstances: on("ACTIVE", slow({ hostPorts: [8080] })), registrations: [target()] },
    ["static 300", "slow 400"],
  ],
  [
    "ours beside the tasks, where somebody else set DRAINING",
    { clusterInstances: on("DRAINING", slow({ hostPorts: [8080] })), registrations: [target()] },
    ["slow 400"],
  ],
  [
    "what we stop, after all else",
    { clusterInstances: on("ACTIVE", web(), agent), registrations: [ofWeb] },
    ["web 200", "web 30", "agent 5"],
  ],
  [
    "no task that nobody stops: nobody knows when it ends",
    { clusterInstances: on("ACTIVE", web(), slow({ service: undefined })) },
    ["web 30"],
  ],
  [
    "a standalone task that is stopped",
    { clusterInstances: on("ACTIVE", web(), slow({ service: undefined })) },
    ["web 30", "slow 400"],
    {},
    { stopTasks: "all" },
  ],
  [
    "settling, at the end",
    { clusterInstances: on("ACTIVE", web()) },
    ["web 30", "undefined 120"],
    { behindNetworkLoadBalancer: true },
  ],
  [
    "nothing for what could not be read",
    { clusterInstances: on("ACTIVE", web({ definition: "new:1" })) },
    [],
  ],
];

describe("the waits of a drain", () => {
  for (const [why, change, waits, memory = {}, settings = {}] of rows)
    it(`are ${why}`, () => {
      const found = waitsOf(termination(memory, { settings }), observed(change), times);
      expect(
        found
          .filter(({ milliseconds }) => milliseconds > 0)
          .map(({ of, milliseconds }) => `${of} ${milliseconds / SECOND}`),
      ).to.deep.equal(waits);
    });
});

describe("a drain whose waits cannot fit into its time", () => {
  // What is added for clocks that differ suffices for nothing.
  const inFull = (settings: Partial<DrainSettings>): Partial<DrainSettings> =>
    settings.drainTimeoutSeconds === undefined
      ? settings
      : { ...settings, drainTimeoutSeconds: settings.drainTimeoutSeconds + CLOCKS_APART_MS / SECOND };
  const warned = (change: Partial<Observation>, settings: Partial<DrainSettings>, now = 10 * SECOND) =>
    decisionOf({ observed: { times, ...change }, settings: inFull(settings), now }).warnings.filter(
      ({ kind }) => kind === "time does not suffice",
    );
  const whole = { clusterInstances: on("ACTIVE", web()), registrations: [ofWeb] };

  it("is warned of, with each wait and what to set", () => {
    expect(warned(whole, { drainTimeoutSeconds: 239 })).to.deep.equal([
      {
        level: "warn",
        kind: "time does not suffice",
        fields: {
          needs_seconds: 230,
          has_seconds: 229,
          waits: [
            { wait: "deregistration delay", of: "web", seconds: 200 },
            { wait: "stop timeout", of: "web", seconds: 30 },
          ],
        },
        reason: { why: "too long", drainTimeoutSeconds: 360, hookTimeoutSeconds: undefined },
      },
    ]);
  });

  it("is warned of where a second is missing, and not where none is", () => {
    expect(warned(whole, { drainTimeoutSeconds: 239 })).to.have.lengthOf(1);
    expect(warned(whole, { drainTimeoutSeconds: 240 })).to.deep.equal([]);
  });

  it("names settle_seconds, which is nobody's", () => {
    const [warning] = warned({}, { drainTimeoutSeconds: 60, settleSeconds: 300 });
    expect(warning?.fields.waits).to.deep.equal([{ wait: "settle_seconds", seconds: 300 }]);
  });

  it("is not warned of where nobody asked how long it takes", () => {
    expect(warned({ ...whole, times: undefined }, { drainTimeoutSeconds: 60 })).to.deep.equal([]);
  });

  it("has no time left once its deadline has passed", () => {
    const [warning] = warned(whole, { drainTimeoutSeconds: 60, onTimeout: "leave" }, 100 * SECOND);
    expect(warning?.fields.has_seconds).to.equal(0);
  });

  /** [why, the hook's timeout, the delay, the drain's time, what to set] */
  const settingRows: [string, number, number, number, object][] = [
    [
      "the drain's time, where the hook holds for long enough",
      3600,
      3600,
      3600,
      { drainTimeoutSeconds: 3780 },
    ],
    ["the hook's timeout, where its global limit comes first", 30, 3600, 7200, { hookTimeoutSeconds: 39 }],
    ["both, where neither is enough", 30, 3600, 600, { drainTimeoutSeconds: 3780, hookTimeoutSeconds: 39 }],
    ["nothing, where no hook holds for so long", 7200, 172_800, 172_800, {}],
  ];
  for (const [why, hookTimeout, delay, drainTimeoutSeconds, expected] of settingRows)
    it(`is to be given ${why}`, () => {
      const [warning] = warned(
        {
          registrations: [target()],
          times: { definitions: [], loadBalancers: [{ kind: "target", id: "tg-1", limit: delay * SECOND }] },
          hooks: [hook({ heartbeatTimeout: hookTimeout * SECOND })],
        },
        { drainTimeoutSeconds },
      );
      const given = Object.entries(warning?.reason ?? {}).filter(([, value]) => value !== undefined);
      expect(Object.fromEntries(given)).to.deep.equal({ why: "too long", ...expected });
    });
});
