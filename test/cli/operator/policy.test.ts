// Protects the operators' policy, both ways: it allows all that the commands call, and nothing that none of them does.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import {
  DOCTOR_READS,
  doctorPolicy,
  LOG_READS,
  operatorPolicy,
  READS,
} from "../../../cli/operator/policy.ts";
import { serveHealthyAccount } from "../../../docs/generate/healthy-account.ts";
import { type ServedAccount, serveAccount } from "../../../docs/generate/served-account.ts";
import { functions, HOOK, instanceIds, QUEUES } from "../../scenarios/fixture.ts";

const ids = instanceIds(3) as [string, string, string];
const [leaving] = ids;
const INPUT = JSON.stringify({ cluster_name: "main", target_groups: ["addresses"] });
const ports = [{ container_port: 80, host_port: 8080 }];

/** An account in which a look asks for everything. */
const scenario = {
  name: "all",
  queues: QUEUES,
  functions: functions({ cluster_name: "main", drain_timeout_seconds: 1800 }),
  target_groups: [
    { name: "web", port: 80, deregistration_delay_seconds: 600 },
    { name: "addresses", port: 8080, target_type: "ip" },
    { name: "static", port: 8080 },
  ],
  load_balancers: [
    { name: "classic", listeners: [{ port: 80, instance_port: 8080 }], connection_draining_seconds: 30 },
  ],
  clusters: [
    {
      name: "main",
      services: [
        {
          name: "web",
          desired_count: 2,
          load_balancers: [{ target_group: "web", container_port: 80 }],
          task: { ports: [{ container_port: 80 }], protected_seconds: 7200 },
        },
        {
          name: "edge",
          desired_count: 1,
          minimum_healthy_percent: 0,
          task: { ports, protected_seconds: 7200 },
        },
      ],
    },
  ],
  auto_scaling_groups: [
    {
      name: "fleet",
      instance_ids: ids.slice(0, 2),
      cluster: "main",
      registers_with: { target_groups: [{ name: "static" }], load_balancers: ["classic"] },
      warm_pool: { instance_ids: [ids[2]] },
      hooks: [HOOK],
    },
  ],
  timeline: [
    { at_seconds: 1, register: { target_group: "addresses", addresses: ["10.0.0.200"] } },
    { at_seconds: 5, terminate: { instance_ids: [leaving] } },
    { at_seconds: 100, update_service: { cluster: "main", service: "web", redeploy: true } },
    { at_seconds: 200, disconnect_agent: { instance_ids: [leaving] } },
  ],
};

/** The IAM actions of calls: both kinds of load balancers have one prefix there. */
const actionsOf = (calls: readonly string[]) =>
  new Set(calls.map((each) => each.replace(/^elb(v2)?:/, "elasticloadbalancing:")));

describe("the operators' policy", function () {
  this.timeout(600_000);
  let account: ServedAccount;
  before(async () => {
    account = await serveAccount(scenario);
    for (const seconds of [10, 60, 180, 180]) {
      await account.advance(seconds);
      for (const words of [
        ["status", "--all-regions"],
        ["explain", leaving],
      ]) {
        // The first look is before the functions' first run, which their logs would tell of.
        const { stderr, stdout } = await account.run(...words, "--hook", "drain", "--input", INPUT);
        expect(stderr).to.equal("");
        expect(stdout).to.not.include("Not read");
      }
    }
  });
  after(() => account.close());

  it("allows what status and explain call, and nothing else", () => {
    expect([...actionsOf(account.calls())].sort()).to.deep.equal([...READS, ...LOG_READS].sort());
  });

  it("is what the page shows", () => {
    const page = readFileSync("docs/operator.md", "utf8").replace(/^ {4}/gm, "");
    expect(page).to.include(JSON.stringify(operatorPolicy("asg-drain-live"), null, 2));
  });
});

describe("the doctor's policy", function () {
  this.timeout(600_000);
  let account: ServedAccount;
  before(async () => {
    // Where nothing is searched for by the functions, the doctor looks for what nobody named.
    account = await serveHealthyAccount({
      scenario: (scenario) => {
        const { deregister, terminate } = scenario.functions;
        return {
          ...scenario,
          functions: {
            ...scenario.functions,
            deregister: { ...deregister, input: { ...deregister.input, discover: "named" } },
            terminate: { ...terminate, input: { ...terminate.input, discover: "named" } },
          },
        };
      },
    });
    const { stderr } = await account.run("doctor", "--stack", "asg-drain-live");
    expect(stderr).to.equal("");
  });
  after(() => account.close());

  it("allows what the doctor calls, and nothing else", () => {
    expect([...actionsOf(account.calls())].sort()).to.deep.equal([...DOCTOR_READS, ...LOG_READS].sort());
  });

  it("lets nobody write", () => {
    for (const each of DOCTOR_READS) expect(each).to.match(/:(Describe|List|Get|Simulate)/);
  });

  it("is what the page shows", () => {
    const page = readFileSync("docs/doctor.md", "utf8").replace(/^ {4}/gm, "");
    expect(page).to.include(JSON.stringify(doctorPolicy("asg-drain-live"), null, 2));
  });
});
