// Protects the dashboard: each metric that it draws exists under that very name, with that very dimension, and it says all that was
// asked for. A graph of a metric that nobody writes is empty, and nothing warns of it.
import { createRequire } from "node:module";
import { expect } from "chai";
import { packageWith, type Resources, resourceOf, thePackage } from "../package/packaged.ts";
import { RIGHT } from "../package/wrong-blocks.ts";
import { functions, HOOK, instanceIds } from "../scenarios/fixture.ts";
import { type MetricId, playWatched } from "./simulated-metrics.ts";

/** What Lambda measures of each function, and SQS of each queue (their developer guides). */
const OF_AWS: Readonly<Record<string, { readonly of: string; readonly metrics: readonly string[] }>> = {
  "AWS/Lambda": { of: "FunctionName", metrics: ["Invocations", "Errors", "Duration", "Throttles"] },
  "AWS/SQS": {
    of: "QueueName",
    metrics: ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"],
  },
};
/** Free dashboards have up to 50 metrics (Amazon CloudWatch pricing). */
const FREE = 50;
const { queries } = createRequire(import.meta.url)("../../deploy/queries.cjs") as {
  readonly queries: Readonly<Record<string, { readonly query: string }>>;
};

type Metric = readonly [namespace: string, name: string, dimension: string, value: string, { stat: string }];
type Widget = {
  readonly type: "metric" | "alarm" | "log";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly region?: string;
    readonly metrics?: readonly Metric[];
    readonly alarms?: readonly string[];
    readonly query?: string;
  };
};

describe("the dashboard", () => {
  let resources: Resources;
  let widgets: readonly Widget[] = [];
  let text = "";
  before(async () => {
    ({ resources } = await packageWith({ ...RIGHT, dashboard: true }));
    const { properties } = resourceOf(resources, "AWS::CloudWatch::Dashboard");
    text = (properties.DashboardBody as { "Fn::Sub": string })["Fn::Sub"];
    ({ widgets } = JSON.parse(text));
  });
  const metrics = () => widgets.flatMap(({ properties }) => properties.metrics ?? []);

  it("is there only if the block asks for it, under a name that no other Region's has", async () => {
    expect((await thePackage()).resources).to.not.have.property("Dashboard");
    expect(resources.Dashboard?.Properties.DashboardName).to.deep.equal({
      "Fn::Sub": `asg-drain-blue-\${AWS::Region}`,
    });
  });

  it("each of the deployment's metrics on it is one that the functions write, with that dimension alone", async () => {
    const written = await everythingWritten();
    const own = metrics().filter(([namespace]) => namespace === "asg-drain");
    for (const [namespace, name, dimension, value] of own) {
      expect([dimension, value]).to.deep.equal(["service", "asg-drain-blue"]);
      expect(written, name).to.include(`${namespace} ${name} asg-drain`);
    }
    expect(new Set(own.map(([, name]) => name))).to.deep.equal(
      new Set([...written].filter((id) => id.startsWith("asg-drain ")).map((id) => id.split(" ")[1])),
    );
  });

  it("each other metric is one that AWS has of the stack's functions and queues", () => {
    const others = metrics().filter(([namespace]) => namespace !== "asg-drain");
    for (const [namespace, name, dimension, value] of others) {
      const { of, metrics: known } = OF_AWS[namespace] ?? { of: "", metrics: [] };
      expect(known, namespace).to.include(name);
      expect(dimension).to.equal(of);
      const [, id = ""] = /^\$\{(\w+)(?:\.QueueName)?\}$/.exec(value) ?? [];
      expect(resources[id]?.Type, value).to.equal(
        of === "QueueName" ? "AWS::SQS::Queue" : "AWS::Lambda::Function",
      );
    }
    expect(metrics().length).to.be.at.most(FREE);
  });

  it("it has each alarm's state, and what the stack fills in is in the stack", () => {
    const alarms = Object.keys(resources).filter((id) => resources[id]?.Type === "AWS::CloudWatch::Alarm");
    expect(widgets.flatMap(({ properties }) => properties.alarms ?? [])).to.have.members(
      alarms.map((id) => `\${${id}.Arn}`),
    );
    for (const [, id = ""] of text.matchAll(/\$\{([\w:]+)[.}]/g))
      if (id !== "AWS::Region") expect(resources, id).to.have.property(id);
  });

  it("its tables ask the three log groups what the saved queries ask", () => {
    const asked = widgets.flatMap(({ properties }) => properties.query ?? []);
    const groups = Object.keys(resources).filter((id) => resources[id]?.Type === "AWS::Logs::LogGroup");
    const sources = asked.map(
      (each) => new Set([...each.matchAll(/SOURCE '\$\{(\w+)\}'/g)].map(([, id]) => id)),
    );
    for (const each of sources) expect(each).to.deep.equal(new Set(groups));
    const saved = ["OpenDrainsQuery", "CutOffQuery", "FailuresQuery"].map((id) => queries[id]?.query);
    expect(asked.map((each) => each.replace(/^(SOURCE '[^']+' \| )+/, ""))).to.deep.equal(saved);
  });

  it("its widgets fill the grid of 24 columns, and none lies over another", () => {
    const cells = widgets.flatMap(({ x, y, width, height }) => {
      expect(x + width).to.be.at.most(24);
      return Array.from(
        { length: width * height },
        (_, i) => `${x + (i % width)} ${y + Math.floor(i / width)}`,
      );
    });
    expect(new Set(cells).size).to.equal(cells.length);
    expect(cells.length).to.equal(24 * Math.max(...widgets.map(({ y, height }) => y + height)));
  });
});

/** All metrics that the functions write, from worlds in which each of them has something to count. */
async function everythingWritten(): Promise<Set<MetricId>> {
  const ids = instanceIds(4);
  const [hangs, quick, dies] = ids as [string, string, string];
  const endless = { stop_seconds: 200_000, stop_timeout_seconds: 200_000 };
  const { samples } = await playWatched({
    functions: functions({ cluster_name: "main", drain_timeout_seconds: 1_500, stop_tasks: "all" }),
    clusters: [{ name: "main", services: [] }],
    tasks: [
      { cluster: "main", family: "job", instance_ids: [hangs, dies], task: endless },
      { cluster: "main", family: "short", instance_ids: [quick], task: { stop_seconds: 20 } },
    ],
    auto_scaling_groups: [{ name: "fleet", instance_ids: ids, cluster: "main", hooks: [HOOK] }],
    timeline: [
      { at_seconds: 5, terminate: { instance_ids: [hangs, quick, dies] } },
      { at_seconds: 10, deny: { actions: ["ecs:ListTasks"], for_seconds: 30 } },
      { at_seconds: 130, throttle: { actions: ["ecs:DescribeContainerInstances"], for_seconds: 60 } },
      { at_seconds: 300, stop: { instance_ids: [dies] } },
    ],
  });
  return new Set(samples.keys());
}
