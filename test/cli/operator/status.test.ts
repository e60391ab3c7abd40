// Protects `asg-drain status`: it shows what our hooks hold and nothing else, it writes nothing, and it says what it could not read.
import { expect } from "chai";
import { type StatusReport, statusSchema } from "../../../cli/operator/status.ts";
import { asgDrain, type ServedAccount, serveAccount } from "../../../docs/generate/served-account.ts";
import { functions, HOOK, instanceIds, QUEUES } from "../../scenarios/fixture.ts";

const ids = instanceIds(4) as [string, string, string, string];
const [stuck, draining, , other] = ids;

const scenario = {
  name: "status",
  queues: QUEUES,
  functions: functions({ cluster_names: ["stuck", "main"], drain_timeout_seconds: 1800 }),
  target_groups: [{ name: "web", port: 80, deregistration_delay_seconds: 600 }],
  clusters: [
    {
      name: "stuck",
      services: [
        { name: "solo", desired_count: 1, minimum_healthy_percent: 100, maximum_percent: 100, task: {} },
      ],
    },
    { name: "main" },
  ],
  auto_scaling_groups: [
    { name: "one", instance_ids: [stuck], cluster: "stuck", hooks: [HOOK] },
    {
      name: "two",
      instance_ids: ids.slice(1, 3),
      cluster: "main",
      registers_with: { target_groups: [{ name: "web" }] },
      hooks: [HOOK],
    },
    {
      name: "theirs",
      instance_ids: [other],
      hooks: [{ ...HOOK, name: "theirs", queue: "monitor-dead-letters" }],
    },
  ],
  timeline: [
    { at_seconds: 5, terminate: { instance_ids: [stuck] } },
    { at_seconds: 125, terminate: { instance_ids: [draining] } },
    { at_seconds: 125, terminate: { instance_ids: [other] } },
  ],
};

describe("asg-drain status", function () {
  this.timeout(600_000);
  let account: ServedAccount;
  before(async () => {
    account = await serveAccount(scenario);
    await account.advance(305);
  });
  after(() => account.close());

  const regionIn = (stdout: string) => {
    const [region] = statusSchema.parse(JSON.parse(stdout)).regions;
    return region as StatusReport["regions"][number];
  };

  it("shows what our hooks hold, the oldest first, and 3 where one is stuck", async () => {
    const { status, stdout, stderr } = await account.run("status", "--json");
    const region = regionIn(stdout);
    expect(stderr).to.equal("");
    expect(status).to.equal(3);
    expect(region).to.include({
      region: "us-east-1",
      at: "2026-01-05T09:05:05.000Z",
      settings_from: "logs",
      groups: 3,
    });
    expect(region.not_read).to.deep.equal([]);
    const told = region.terminations.map(
      ({ instance_id, state, age_seconds, left_seconds, waiting_for }) => ({
        instance_id,
        state,
        age_seconds,
        left_seconds,
        waiting_for,
      }),
    );
    expect(told).to.deep.equal([
      {
        instance_id: stuck,
        state: "stuck",
        age_seconds: 300,
        left_seconds: 1510,
        waiting_for: ["1 task RUNNING"],
      },
      {
        instance_id: draining,
        state: "draining",
        age_seconds: 180,
        left_seconds: 1630,
        waiting_for: ["1 target draining in web"],
      },
    ]);
    expect(region.terminations[0]?.stalled_by[0]).to.match(/^with 100 % as its minimum/);
    expect(region.terminations[0]?.next).to.deep.equal({
      what: "its time is over",
      at: "2026-01-05T09:30:15.000Z",
    });
  });

  it("the same for people, without colours where it is piped", async () => {
    const { stdout, status } = await account.run("status");
    const lines = stdout.split("\n");
    expect(lines[0]).to.match(/^us-east-1: 2 terminating, 1 is stuck {2,}09:05:05 UTC$/);
    expect(stdout).to.match(
      new RegExp(`^✗ {2}${stuck} {2}one {4}5 min {2}25 min {2}━━━─+ {2}1 task RUNNING$`, "m"),
    );
    expect(stdout).to.match(
      new RegExp(`^● {2}${draining} {2}two {4}3 min {2}27 min {2}━━─+ {2}1 target draining in web$`, "m"),
    );
    expect(stdout).to.include(`Why:       asg-drain explain ${stuck}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with it.
    expect(stdout).to.not.match(/\u001b/);
    expect(status).to.equal(3);
  });

  it("writes nothing", async () => {
    const before = account.calls().length;
    await account.run("status");
    const made = account.calls().slice(before);
    expect(made).to.not.deep.equal([]);
    expect(made.filter((each) => !/:(Describe|List|Get|Filter)/.test(each))).to.deep.equal([]);
  });

  it("looks at the groups that are named, and says which there are not", async () => {
    const named = await account.run("status", "--group", "two", "--json");
    expect(regionIn(named.stdout).terminations.map(({ instance_id }) => instance_id)).to.deep.equal([
      draining,
    ]);
    expect(named.status).to.equal(0);
    const none = await account.run("status", "--group", "nobody");
    expect(none.stdout).to.include("No group:  nobody");
    expect(none.status).to.equal(1);
  });

  it("looks at each Region of the account", async () => {
    const { stdout, status } = await account.run("status", "--all-regions", "--json");
    expect(statusSchema.parse(JSON.parse(stdout)).regions.map(({ region }) => region)).to.deep.equal([
      "us-east-1",
    ]);
    expect(status).to.equal(3);
  });

  it("without logs it goes by options, and without these by defaults, which know no hook of these groups", async () => {
    const given = await account.run(
      "status",
      "--deployment",
      "other",
      "--hook",
      "drain",
      "--cluster",
      "stuck",
      "--json",
    );
    expect(regionIn(given.stdout)).to.include({ settings_from: "options" });
    expect(regionIn(given.stdout).terminations).to.have.lengthOf(2);
    const bare = await account.run("status", "--deployment", "other", "--json");
    expect(regionIn(bare.stdout)).to.include({ settings_from: "defaults" });
    expect(regionIn(bare.stdout).terminations).to.deep.equal([]);
  });

  it("says which calls did not answer, and 1 where nothing could be read", async () => {
    const denied = await serveAccount({
      ...scenario,
      timeline: [{ at_seconds: 0, deny: { actions: ["logs:*", "autoscaling:*"], for_seconds: 7000 } }],
    });
    try {
      await denied.advance(60);
      const { status, stdout } = await denied.run("status");
      expect(stdout).to.include("us-east-1: no group could be read");
      expect(stdout).to.match(/^Not read: {2}logs:FilterLogEvents \(denied: AccessDenied/m);
      expect(stdout).to.match(/^Not read: {2}autoscaling:DescribeAutoScalingGroups \(denied: AccessDenied/m);
      expect(status).to.equal(1);
    } finally {
      await denied.close();
    }
  });

  const wrong: [string, string[], NodeJS.ProcessEnv, string][] = [
    ["an unknown option", ["status", "--grup", "x"], {}, "(Did you mean --group?)"],
    [
      "input that is no JSON",
      ["status", "--input", "x"],
      {},
      "asg-drain status: --input: expected keys of terminate's input",
    ],
    ["a wrong key", ["status", "--input", '{"stop_task":"all"}'], {}, "did you mean stop_tasks?"],
    ["no instance", ["explain"], {}, "missing required argument 'instance'"],
    [
      "no instance's id",
      ["explain", "web-1"],
      {},
      'expected an instance id such as i-0123456789abcdef0, found "web-1"',
    ],
    [
      "no Region",
      ["status"],
      { AWS_REGION: "" },
      "asg-drain status: expected a Region, by --region, AWS_REGION or the profile, found none",
    ],
    [
      "a profile that there is not",
      ["explain", stuck, "--profile", "nobody"],
      { AWS_REGION: "" },
      "or a profile nobody, found none",
    ],
  ];
  for (const [what, words, environment, told] of wrong) {
    it(`${what} is told in a line, and 2`, async () => {
      const env = {
        AWS_ENDPOINT_URL: account.url,
        AWS_CONFIG_FILE: "none",
        AWS_SHARED_CREDENTIALS_FILE: "none",
        ...environment,
      };
      const { status, stdout, stderr } = await asgDrain(words, env);
      expect(stderr).to.include(told);
      expect(stderr).to.not.include("    at ");
      expect([status, stdout]).to.deep.equal([2, ""]);
    });
  }
});
