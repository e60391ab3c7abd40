// Protects `asg-drain explain`: whatever an instance hangs on, it names the true cause in at most five lines, with few calls.
import { expect } from "chai";
import { type Explanation, explanationSchema } from "../../../cli/operator/explain.ts";
import { type ServedAccount, serveAccount } from "../../../docs/generate/served-account.ts";
import { functions, HOOK, instanceIds, QUEUES } from "../../scenarios/fixture.ts";

const ids = instanceIds(3) as [string, string, string];
const [leaving] = ids;
/** So many calls an explanation takes at the most, in these accounts. */
const CALLS_MAX = 30;
const LINES_MAX = 5;

type Fleet = {
  readonly keys?: Record<string, unknown>;
  readonly services?: readonly object[];
  readonly tasks?: readonly object[];
  readonly hook?: object;
  readonly timeline?: readonly object[];
  readonly more?: object;
};

const fleet = ({ keys, services, tasks = [], hook, timeline = [], more }: Fleet = {}) => {
  const both = functions({ cluster_name: "main", drain_timeout_seconds: 1800, ...keys });
  return {
    name: "fleet",
    queues: QUEUES,
    functions: {
      ...both,
      terminate: { ...both.terminate, input: { ...both.deregister.input, queue_name: "monitor" } },
    },
    clusters: [{ name: "main", services: services ?? [{ name: "web", desired_count: 3, task: {} }] }],
    auto_scaling_groups: [
      { name: "fleet", instance_ids: ids, cluster: "main", hooks: [{ ...HOOK, ...hook }] },
    ],
    tasks: tasks.map((each) => ({ cluster: "main", instance_ids: [leaving], ...each })),
    timeline: [{ at_seconds: 5, terminate: { instance_ids: [leaving] } }, ...timeline],
    ...more,
  };
};

const web = (change: object) => [{ name: "web", desired_count: 3, ...change }];

type Expected = {
  readonly what: RegExp;
  readonly rule: number;
  readonly ecs?: RegExp;
  readonly free: RegExp | null;
  readonly state?: Explanation["state"];
};

/** [what it hangs on, the fleet, after how many seconds, what is explained] */
const hanging: [string, Fleet, number, Expected][] = [
  [
    "percents that let no task stop and none start",
    { services: web({ minimum_healthy_percent: 100, maximum_percent: 100, task: {} }) },
    600,
    {
      what: /^Waits for 1 task of web, RUNNING: with 100 % as its minimum and 100 % as its maximum of 3 tasks/,
      rule: 10,
      ecs: /was unable to stop or start tasks/,
      free: /^aws ecs update-service --cluster main --service web --deployment-configuration .*maximumPercent=200$/,
    },
  ],
  [
    "a task that is protected",
    { services: web({ task: { protected_seconds: 7200 } }) },
    600,
    {
      what: /^Waits for 1 task of web, RUNNING: a task is protected from being stopped until/,
      rule: 10,
      free: /^aws ecs update-task-protection --cluster main --tasks [0-9a-f]{32} --no-protection-enabled$/,
    },
  ],
  [
    "a task that no service started",
    { tasks: [{ family: "migrate", started_by: "ci" }] },
    600,
    {
      what: /^Waits for 1 task of migrate, RUNNING: no service started it/,
      rule: 10,
      free: /^aws ecs stop-task --cluster main --task [0-9a-f]{32}$/,
    },
  ],
  [
    "a task for which there is no room",
    {
      services: web({ task: { ports: [{ container_port: 80, host_port: 80 }] } }),
      more: {},
    },
    600,
    {
      what: /^Waits for 1 task of web, RUNNING/,
      rule: 10,
      ecs: /unable to place/,
      free: /^aws autoscaling set-desired-capacity --auto-scaling-group-name fleet --desired-capacity 3$/,
    },
  ],
  [
    "an agent that is disconnected",
    { timeline: [{ at_seconds: 8, disconnect_agent: { instance_ids: [leaving] } }] },
    600,
    {
      what: /its ECS agent is disconnected/,
      rule: 7,
      free: /^aws ssm send-command --instance-ids i-00000000000000001 .*systemctl restart ecs/,
    },
  ],
  [
    "a cluster that may not be changed",
    { keys: { cluster_name: undefined } },
    600,
    {
      what: /^Waits for 1 task of web, RUNNING: the instance is in this cluster, which may not be changed/,
      rule: 17,
      free: /^aws ecs update-container-instances-state --cluster main --container-instances [0-9a-f]{32} --status DRAINING$/,
    },
  ],
  [
    "a dry run",
    { keys: { dry_run: true } },
    600,
    { what: /^dry_run is on: the functions only watch/, rule: 13, free: /^npx serverless deploy$/ },
  ],
  [
    "functions that do not run",
    {
      services: web({ task: { stop_seconds: 1500, stop_timeout_seconds: 1500 } }),
      timeline: ["deregister", "terminate"].map((name) => ({
        at_seconds: 130,
        throttle_function: { function: name, for_seconds: 7000 },
      })),
    },
    900,
    {
      what: /^asg-drain-live-terminate has not run for 1[34] min: nobody looks at it$/,
      rule: 16,
      free: /get-function-concurrency --function-name asg-drain-live-terminate$/,
    },
  ],
  [
    "a permission that a role lacks",
    {
      timeline: [
        { at_seconds: 1, deny: { actions: ["ecs:UpdateContainerInstancesState"], for_seconds: 7000 } },
      ],
    },
    600,
    {
      what: /may not call ecs:UpdateContainerInstancesState: it is denied$/,
      rule: 16,
      free: /^npx serverless deploy$/,
    },
  ],
  [
    "a value in the hook's metadata that is wrong",
    { hook: { metadata: '{"drain_timeout_seconds":5}' }, services: [] },
    600,
    { what: /NotificationMetadata to be corrected/, rule: 18, free: /complete-lifecycle-action/ },
  ],
  [
    "a task that does not end its stop",
    { services: web({ task: { stop_seconds: 1500, stop_timeout_seconds: 1500 } }) },
    600,
    {
      what: /^Waits for 1 task of web, STOPPING for \d+ min: ECS kills what is left after its stop timeout, 25 min$/,
      rule: 10,
      free: /complete-lifecycle-action/,
      state: "draining",
    },
  ],
  [
    "nothing: a target that drains for long",
    {
      services: web({
        load_balancers: [{ target_group: "web", container_port: 80 }],
        task: { ports: [{ container_port: 80 }] },
      }),
      more: { target_groups: [{ name: "web", port: 80, deregistration_delay_seconds: 1200 }] },
    },
    600,
    {
      what: /^Waits for 1 target draining in web.*goes on by itself$/,
      rule: 2,
      free: null,
      state: "draining",
    },
  ],
];

describe("asg-drain explain", function () {
  this.timeout(600_000);
  let account: ServedAccount | undefined;
  afterEach(async () => {
    await account?.close();
    account = undefined;
  });

  async function explained(scenario: object, seconds: number, ...words: string[]) {
    account = await serveAccount(scenario);
    await account.advance(seconds);
    const { stdout, stderr, status } = await account.run("explain", leaving, "--json", ...words);
    expect(stderr).to.equal("");
    return { ...explanationSchema.parse(JSON.parse(stdout)), status };
  }

  for (const [what, given, seconds, expected] of hanging) {
    it(`names ${what}`, async () => {
      const { cause, state, status, calls, not_read, deadline } = await explained(fleet(given), seconds);
      expect(cause.what).to.match(expected.what);
      expect(cause.rule?.number).to.equal(expected.rule);
      if (expected.ecs) expect(cause.ecs_says).to.match(expected.ecs);
      if (expected.free === null) expect(cause.free_by).to.equal(null);
      else expect(cause.free_by).to.match(expected.free);
      expect(state).to.equal(expected.state ?? "stuck");
      expect(status).to.equal(state === "stuck" ? 3 : 0);
      expect(not_read).to.deep.equal([]);
      expect(deadline?.left_seconds).to.be.greaterThan(0);
      expect(calls).to.equal(account?.calls().length);
      expect(calls).to.be.at.most(CALLS_MAX);
      for (const each of account?.calls() ?? []) expect(each).to.match(/:(Describe|List|Get|Filter)/);
      const text = await account?.run("explain", leaving);
      const lines = text?.stdout.split("\n") ?? [];
      expect(lines.indexOf(""), text?.stdout).to.be.within(1, LINES_MAX);
    });
  }

  const nobody: [string, Fleet, string, number, RegExp][] = [
    ["in service", { timeline: [] }, ids[1], 60, /^Nobody drains it: it is InService, and no hook holds it$/],
    ["unknown", {}, "i-0123456789abcdef0", 60, /^Nobody drains it: no Auto Scaling group knows it$/],
    [
      "held by another's hook",
      { hook: { name: "theirs", queue: "monitor-dead-letters" } },
      leaving,
      60,
      /^Nobody drains it: theirs notifies arn:aws:sqs:.*:monitor-dead-letters, and the functions know the queue lifecycle$/,
    ],
  ];
  for (const [what, given, id, seconds, expected] of nobody) {
    it(`says why nobody drains an instance that is ${what}`, async () => {
      account = await serveAccount(fleet(given));
      await account.advance(seconds);
      const { stdout, status } = await account.run("explain", id, "--json");
      const { cause, state, deadline } = explanationSchema.parse(JSON.parse(stdout));
      expect(cause.what).to.match(expected);
      expect([cause.rule?.number, state, deadline, status]).to.deep.equal([1, "nobody drains it", null, 0]);
    });
  }

  it("says that the functions do not run, where no run tells whose hook it is", async () => {
    const timeline = ["deregister", "terminate"].map((name) => ({
      at_seconds: 0,
      skip_ticks: { function: name, for_seconds: 7000 },
    }));
    const { cause, state } = await explained(fleet({ timeline }), 300);
    expect(cause.what).to.equal(
      "asg-drain-live-terminate has not run in the last ten minutes: nobody looks at it",
    );
    expect(state).to.equal("nobody drains it");
  });

  it("takes no more calls in a large account, since the functions have logged what they found", async () => {
    const many = (count: number) => ({
      target_groups: Array.from({ length: count }, (_, i) => ({ name: `group-${i}`, port: 80 })),
      load_balancers: Array.from({ length: count }, (_, i) => ({
        name: `classic-${i}`,
        listeners: [{ port: 80, instance_port: 8080 }],
      })),
    });
    const large = fleet({ ...hanging[0]?.[1], more: many(30) });
    const [group] = large.auto_scaling_groups;
    const registers_with = { target_groups: [{ name: "group-7" }] };
    const { cause, calls } = await explained(
      { ...large, auto_scaling_groups: [{ ...group, registers_with }] },
      600,
    );
    expect(cause.what).to.match(hanging[0]?.[3].what as RegExp);
    expect(calls).to.be.at.most(CALLS_MAX);
  });

  it("tells the instance's story from the logs, and goes on without them", async () => {
    const { story } = await explained(fleet(hanging[0]?.[1]), 600);
    expect(story.map(({ what }) => what)).to.include.members(["termination received", "set DRAINING: main"]);
    expect(story.every(({ at }, i) => i === 0 || at >= (story[i - 1]?.at ?? ""))).to.equal(true);
    const { status, stdout } =
      (await account?.run(
        "explain",
        leaving,
        "--deployment",
        "other",
        "--hook",
        "drain",
        "--cluster",
        "main",
      )) ?? {};
    expect(status).to.equal(3);
    expect(stdout).to.include("with 100 % as its minimum").and.not.include("story");
  });
});
