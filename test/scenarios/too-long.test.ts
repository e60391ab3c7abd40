// Protects that a drain whose delays and stop timeouts cannot fit into its time says so at the first look, with the numbers, and
// that one whose waits fit says nothing.
import { expect } from "chai";
import { calls, functions, HOOK, instanceIds, type LogLine, linesOf, type Outcome, play } from "./fixture.ts";

const ids = instanceIds(3);
const [leaving] = ids as [string];
const terminate = { at_seconds: 5, terminate: { instance_ids: [leaving] } };
const group = (change: Record<string, unknown> = {}, hook: Record<string, unknown> = {}) => ({
  name: "fleet",
  instance_ids: ids,
  hooks: [{ ...HOOK, ...hook }],
  ...change,
});

type Said = {
  readonly needs: number;
  readonly waits: readonly (readonly [wait: string, of: string | undefined, seconds: number])[];
  readonly set: RegExp;
};
type Fleet = Readonly<Record<string, unknown>>;

const ports = [{ container_port: 8080 }];
const behind = (target_group: string) => [{ target_group, container_port: 8080 }];

/** [why, the fleet, what is said] */
const members: [string, Fleet, Said][] = [
  [
    "a target group of plain instances with a delay of half an hour",
    {
      functions: functions({ target_groups: ["static"], drain_timeout_seconds: 600 }),
      target_groups: [{ name: "static", port: 80, deregistration_delay_seconds: 1_800 }],
      auto_scaling_groups: [group({ registers_with: { target_groups: [{ name: "static" }] } })],
    },
    {
      needs: 1_800,
      waits: [["deregistration delay", "static", 1_800]],
      set: /drain_timeout_seconds to 1980 /,
    },
  ],
  [
    "a classic load balancer whose connections drain for longer than the hook can hold",
    {
      functions: functions({ elb_name: "classic", drain_timeout_seconds: 7_200 }),
      load_balancers: [
        { name: "classic", listeners: [{ port: 80, instance_port: 80 }], connection_draining_seconds: 3_600 },
      ],
      auto_scaling_groups: [
        group({ registers_with: { load_balancers: ["classic"] } }, { heartbeat_timeout_seconds: 30 }),
      ],
    },
    { needs: 3_600, waits: [["connection draining", "classic", 3_600]], set: /heartbeat timeout to 39 s/ },
  ],
  [
    "a worker that may take twenty minutes to stop",
    {
      functions: functions({ cluster_name: "main", drain_timeout_seconds: 900 }),
      clusters: [
        {
          name: "main",
          services: [
            { name: "encode", desired_count: 3, task: { stop_seconds: 30, stop_timeout_seconds: 1_200 } },
          ],
        },
      ],
      auto_scaling_groups: [group({ cluster: "main" })],
    },
    { needs: 1_200, waits: [["stop timeout", "encode", 1_200]], set: /drain_timeout_seconds to 1380 / },
  ],
  [
    "a worker whose proxy stops after it: their timeouts add up",
    {
      functions: functions({ cluster_name: "main", drain_timeout_seconds: 600 }),
      clusters: [
        {
          name: "main",
          services: [
            {
              name: "fetch",
              desired_count: 3,
              task: {
                container: "fetch",
                stop_timeout_seconds: 400,
                depends_on: ["proxy"],
                sidecars: [{ name: "proxy", stop_timeout_seconds: 300 }],
              },
            },
          ],
        },
      ],
      auto_scaling_groups: [group({ cluster: "main" })],
    },
    { needs: 700, waits: [["stop timeout", "fetch", 700]], set: /drain_timeout_seconds to 840 / },
  ],
  [
    "a static target that a task listens behind, and the stop of the task after it",
    {
      functions: functions({ cluster_name: "main", target_groups: ["edge"], drain_timeout_seconds: 420 }),
      target_groups: [{ name: "edge", port: 8080, deregistration_delay_seconds: 300 }],
      clusters: [
        {
          name: "main",
          services: [
            {
              name: "proxy",
              scheduling_strategy: "DAEMON",
              task: { ports: [{ container_port: 8080, host_port: 8080 }], stop_timeout_seconds: 120 },
            },
          ],
        },
      ],
      auto_scaling_groups: [
        group({ cluster: "main", registers_with: { target_groups: [{ name: "edge" }] } }),
      ],
    },
    {
      needs: 420,
      waits: [
        ["deregistration delay", "edge", 300],
        ["stop timeout", "proxy", 120],
      ],
      set: /drain_timeout_seconds to 600 /,
    },
  ],
  [
    "a service's target, its stop, and the time to settle",
    {
      functions: functions({ cluster_name: "main", drain_timeout_seconds: 600, settle_seconds: 300 }),
      target_groups: [{ name: "shop", port: 80, deregistration_delay_seconds: 300 }],
      clusters: [
        {
          name: "main",
          services: [
            {
              name: "shop",
              desired_count: 3,
              load_balancers: behind("shop"),
              task: { ports, stop_timeout_seconds: 60 },
            },
          ],
        },
      ],
      auto_scaling_groups: [group({ cluster: "main" })],
    },
    {
      needs: 660,
      waits: [
        ["deregistration delay", "shop", 300],
        ["stop timeout", "shop", 60],
        ["settle_seconds", undefined, 300],
      ],
      set: /drain_timeout_seconds to 840 /,
    },
  ],
];

const secondsOf = (outcome: Outcome, line: LogLine | undefined) =>
  (Date.parse(String(line?.time)) - outcome.startedAt) / 1_000;

describe("scenarios: a drain whose waits cannot fit into its time", () => {
  for (const [why, fleet, { needs, waits, set }] of members)
    it(`${why}: it is said once, at the first look, with what to set`, async () => {
      const outcome = await play({ ...fleet, timeline: [terminate] });
      const [line, ...others] = linesOf(outcome, "time does not suffice", leaving);
      expect(others).to.deep.equal([]);
      expect(line).to.include({ level: "WARN", function: "deregister", needs_seconds: needs });
      expect(line?.has_seconds).to.be.below(needs);
      expect(line?.waits).to.deep.equal(
        waits.map(([wait, of, seconds]) => ({ wait, ...(of === undefined ? {} : { of }), seconds })),
      );
      expect(line?.reason).to.match(set);
      const [received] = linesOf(outcome, "termination received", leaving);
      expect(secondsOf(outcome, line) - secondsOf(outcome, received)).to.be.within(0, 10);
    });

  it("with the setting that it names, the drain ends with nothing left", async () => {
    const [, fleet] = members[0] as (typeof members)[0];
    const outcome = await play({
      ...fleet,
      functions: functions({ target_groups: ["static"], drain_timeout_seconds: 1_980 }),
      timeline: [terminate],
    });
    expect(linesOf(outcome, "time does not suffice")).to.deep.equal([]);
    expect(outcome.terminations.map(({ reason }) => reason)).to.deep.equal([
      "completed when nothing was left",
    ]);
  });

  it("what could not be read is not guessed: nothing is said, and the drain goes on", async () => {
    const [, fleet] = members[0] as (typeof members)[0];
    const deny = { actions: ["elbv2:DescribeTargetGroupAttributes"], for_seconds: 3_600 };
    const outcome = await play({ ...fleet, timeline: [{ at_seconds: 1, deny }, terminate] });
    expect(linesOf(outcome, "time does not suffice")).to.deep.equal([]);
    expect(linesOf(outcome, "deregistered", leaving)).to.have.lengthOf(1);
  });

  it("ten instances of one fleet: each load balancer and each definition is asked once", async () => {
    const [, fleet] = members[5] as (typeof members)[0];
    const many = instanceIds(12);
    const outcome = await play({
      ...fleet,
      auto_scaling_groups: [{ ...group({ cluster: "main" }), instance_ids: many }],
      timeline: [{ at_seconds: 5, terminate: { instance_ids: many.slice(0, 10) } }],
    });
    const by = (action: string) => calls(outcome, action);
    expect(linesOf(outcome, "time does not suffice").length).to.be.within(1, 10);
    expect(by("ecs:DescribeTaskDefinition")).to.be.at.most(3);
  });
});
