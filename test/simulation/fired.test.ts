// Protects the counts of what the story and the log alone show: each takes effect in a small world, and not in its twin.
import { expect } from "chai";
import type { ScenarioInput } from "../../simulator/scenario/schema.ts";
import { SHOWN_KINDS } from "./fired.ts";
import { queues } from "./generate.ts";
import { run } from "./run.ts";

const [leaving, other] = ["i-00000000000000001", "i-00000000000000002"] as const;
type Keys = Readonly<Record<string, unknown>>;
type Shape = Omit<ScenarioInput, "name" | "functions">;
type Interfaces = NonNullable<NonNullable<Shape["auto_scaling_groups"]>[number]["network_interfaces"]>;

/** An instance goes, and the functions drain it with these keys. */
function world(
  keys: Keys,
  { timeline = [], auto_scaling_groups: [group] = [], ...shape }: Shape,
): ScenarioInput {
  return {
    name: "test",
    queues,
    ...shape,
    functions: {
      deregister: {
        input: { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", ...keys },
        first_after_seconds: 20,
      },
      terminate: { input: { queue_name: "monitor", ...keys }, first_after_seconds: 40 },
    },
    auto_scaling_groups: [
      {
        name: "fleet",
        instance_ids: [leaving, other],
        hooks: [{ name: "drain", queue: "lifecycle", heartbeat_timeout_seconds: 3600 }],
        ...group,
      },
    ],
    timeline: [...timeline, { at_seconds: 5, terminate: { instance_ids: [leaving] } }],
  };
}

/** The world of a group of addresses, with the interfaces of the leaving instance, and what is registered. */
const addressed = (addresses: string[], interfaces?: Interfaces[string]) =>
  world(
    { target_groups: ["ip"], discover: "named" },
    {
      target_groups: [{ name: "ip", target_type: "ip", deregistration_delay_seconds: 5 }],
      auto_scaling_groups: [
        { name: "fleet", ...(interfaces ? { network_interfaces: { [leaving]: interfaces } } : {}) },
      ],
      timeline: [{ at_seconds: 1, register: { addresses, target_group: "ip" } }],
    },
  );
const several: Interfaces[string] = [
  { addresses: ["10.0.7.1", "10.0.7.2"], prefixes: ["10.0.9.16/28"] },
  { addresses: ["2001:db8::a"] },
  { addresses: ["10.0.8.1"], vpc: "other" },
];

/** The world of a classic load balancer, and that of a cluster. */
const registered = (keys: Keys, shape: Shape = {}) =>
  world(keys, {
    ...shape,
    load_balancers: [{ name: "web", listeners: [{ port: 80, instance_port: 80 }] }],
    auto_scaling_groups: [{ name: "fleet", registers_with: { load_balancers: ["web"] } }],
  });
const clustered = (keys: Keys) =>
  world(
    { drain_timeout_seconds: 120, ...keys },
    {
      clusters: [{ name: "shop", tags: { drained: "yes" }, services: [{ name: "web", desired_count: 2 }] }],
      auto_scaling_groups: [{ name: "fleet", cluster: "shop" }],
    },
  );

const { functions: both, ...scaledWorld } = clustered({ cluster_names: ["shop"] });
const scaled = { cluster_name: "shop", service_name: "web", min_task_count: 0, n_count: 1 };
const scaling: ScenarioInput = {
  ...scaledWorld,
  functions: { ...both, scale_tasks: { input: scaled } } as ScenarioInput["functions"],
};

/** A world in which terminate's input has these settings alone. */
const lacking = (keys: Keys): ScenarioInput => {
  const { functions, ...rest } = world({ discover: "named", settle_seconds: 5 }, {});
  const terminate = { ...functions?.terminate, input: { queue_name: "monitor", ...keys } };
  return { ...rest, functions: { ...functions, terminate } as ScenarioInput["functions"] };
};

const large = (shape: Shape) => world({ discover: "named" }, shape);
const many = (length: number) => Array.from({ length }, (_, i) => `i-${String(i + 1).padStart(17, "0")}`);
const hundreds = many(120);
const thousand = many(1_010);
const forty = many(40);
const five = ["a", "b", "c", "d", "e"].map((name) => ({ name }));
const outage = [
  { at_seconds: 10, throttle_function: { function: "deregister" as const, for_seconds: 1_800 } },
];
const remembering = {
  at_seconds: 1,
  send: { queue: "monitor", body: JSON.stringify({ instance_id: other, memory: {} }) },
};

async function shown(scenario: ScenarioInput): Promise<string[]> {
  const { fired } = await run(scenario);
  return SHOWN_KINDS.filter((kind) => fired.get(kind));
}

describe("what the story and the log of a seed show", () => {
  /** [what, the world, the kinds] */
  const table: [string, ScenarioInput, string[]][] = [
    ["an instance's address", addressed(["10.0.0.11"]), ["own addresses"]],
    ["the first of several", addressed(["10.0.7.1"], several), ["own addresses"]],
    ["a secondary one", addressed(["10.0.7.2"], several), ["own addresses", "own secondary addresses"]],
    ["one in a prefix", addressed(["10.0.9.20"], several), ["own addresses", "own addresses in prefixes"]],
    [
      "one of IPv6, of a second interface",
      addressed(["2001:db8::a"], several),
      ["own addresses", "own addresses of IPv6", "several interfaces"],
    ],
    ["one in another VPC", addressed(["10.0.8.1"], several), ["addresses in another VPC"]],
    ["one that nobody has", addressed(["192.168.7.7"]), ["addresses shown nowhere"]],
    ["another instance's", addressed(["10.0.0.12"]), []],
    ["a load balancer that is named", registered({ elb_names: ["web"] }), []],
    ["one that is found", registered({}), ["unnamed load balancers"]],
    ["one that is left, and told", registered({ discover: "warn" }), ["discover: warn"]],
    ["one that is left", registered({ discover: "named" }), ["discover: named"]],
    ["a cluster that is named", clustered({ cluster_names: ["shop"], cluster_tag: "drained=yes" }), []],
    [
      "a cluster that is named in the key for one",
      clustered({ cluster_name: "shop", cluster_tag: "drained=yes" }),
      ["names in single keys"],
    ],
    ["one that is found", clustered({ clusters: "*" }), ["unnamed clusters"]],
    [
      "one that is found by its tag",
      clustered({ cluster_tag: "drained=yes" }),
      ["unnamed clusters", "cluster_tag"],
    ],
    ["one that may not be changed", clustered({}), ["unnamed clusters", "clusters not permitted"]],
    [
      "forty instances",
      large({ auto_scaling_groups: [{ name: "fleet", instance_ids: forty }] }),
      ["groups of forty"],
    ],
    [
      "hundreds that go at once",
      large({
        auto_scaling_groups: [{ name: "fleet", instance_ids: hundreds }],
        timeline: [{ at_seconds: 6, terminate: { instance_ids: hundreds.slice(5) } }],
      }),
      ["groups of forty", "hundreds at once"],
    ],
    [
      "a thousand that go at once",
      large({
        auto_scaling_groups: [{ name: "fleet", instance_ids: thousand }],
        timeline: [{ at_seconds: 6, terminate: { instance_ids: thousand.slice(5) } }],
      }),
      ["groups of forty", "hundreds at once", "a thousand at once"],
    ],
    ["five clusters", large({ clusters: five }), ["five clusters"]],
    [
      "a delay of a quarter of an hour",
      large({ target_groups: [{ name: "slow", deregistration_delay_seconds: 900 }] }),
      ["delays of a quarter of an hour"],
    ],
    [
      "a stop timeout of two minutes",
      large({ clusters: [{ name: "a", services: [{ name: "web", task: { stop_timeout_seconds: 120 } }] }] }),
      ["stop timeouts of minutes"],
    ],
    ["half an hour without runs", large({ timeline: outage }), ["half an hour without runs"]],
    ["a dry run", world({ discover: "named", dry_run: true }, {}), ["dry runs"]],
    [
      "a drain that a bus is told of",
      world({ discover: "named", event_bus: "default" }, {}),
      ["events on a bus"],
    ],
    ["a count that scale-tasks has set", scaling, ["counts set by scale-tasks"]],
    ["terminate's queue alone", lacking({}), ["queue_name alone", "settings of messages"]],
    ["a setting that terminate lacks", lacking({ stop_tasks: "all" }), ["settings of messages"]],
    ["a memory of a stranger", large({ timeline: [remembering] }), ["memories of strangers"]],
  ];
  for (const [what, scenario, kinds] of table)
    it(`${what}: ${kinds.join(", ") || "nothing"}`, async () =>
      expect(await shown(scenario)).to.have.members(kinds));

  it("small pages count where a list is cut, and the drain ends as ever", async () => {
    const cutBy = async (shape: Shape) => {
      const { fired, violations } = await run(registered({}, shape));
      return { cut: fired.get("small pages") ?? 0, violations };
    };
    const others = Array.from({ length: 4 }, (_, i) => ({ name: `other-${i}` }));
    expect(await cutBy({ target_groups: others })).to.deep.equal({ cut: 0, violations: [] });
    const { cut, violations } = await cutBy({ target_groups: others, pages_of: 2 });
    expect(cut).to.be.greaterThan(0);
    expect(violations).to.deep.equal([]);
  });

  it("all of them are in one world or another", () =>
    expect(new Set(table.flatMap(([, , kinds]) => kinds))).to.deep.equal(new Set(SHOWN_KINDS)));
});
