// Protects what a function is given in Lambda: its clients and its clock.
import { expect } from "chai";
import sinon from "sinon";
import { createScaleClients } from "../../../../shared/aws/clients.ts";
import { createEnvironment, createPorts } from "../../../../shared/run/ports.ts";

const invocation = { requestId: "request-1", remainingMilliseconds: () => 90_000 };

describe("the environment of a function", () => {
  const before = process.env.DRYRUN;
  after(() => {
    if (before === undefined) delete process.env.DRYRUN;
    else process.env.DRYRUN = before;
  });

  it("has a client for each service, of the pair and of scale-tasks, and makes one for completions", () => {
    const { clients, queueUrls } = createEnvironment();
    const names = (all: object) => Object.values(all).map((each: object) => each.constructor.name);
    const { completions, ...others } = clients;
    const one = completions();
    expect(one.constructor.name).to.equal("AutoScalingClient");
    expect(completions(), "another run's").to.not.equal(one);
    expect(one.config.requestHandler, "the connections").to.equal(others.autoScaling.config.requestHandler);
    expect(names(others)).to.deep.equal([
      "AutoScalingClient",
      "EC2Client",
      "ECSClient",
      "ElasticLoadBalancingClient",
      "ElasticLoadBalancingV2Client",
      "EventBridgeClient",
      "SQSClient",
    ]);
    expect([...queueUrls]).to.deep.equal([]);
    expect(names(createScaleClients())).to.deep.equal(["ECSClient", "ApplicationAutoScalingClient"]);
  });

  it("completes less often once that was refused for too many calls, and lets no other call wait for it", async () => {
    const { clients } = createEnvironment();
    const found: Record<string, unknown> = {};
    const all = { ...clients, completions: clients.completions(), ...createScaleClients() };
    for (const [name, { config }] of Object.entries(all)) {
      const { mode } = await (config as { retryStrategy: () => Promise<{ mode: string }> }).retryStrategy();
      found[name] = [mode, await (config as { maxAttempts: () => Promise<number> }).maxAttempts()];
    }
    const standard = ["standard", 3];
    expect(found).to.deep.equal({
      autoScaling: standard,
      completions: ["adaptive", 3],
      ec2: standard,
      ecs: standard,
      elb: standard,
      elbv2: standard,
      // At a run's end there is time for two.
      eventBridge: ["standard", 2],
      sqs: standard,
      applicationAutoScaling: standard,
    });
  });

  it("has the variable SENDER_ROLE_IDS, or what replaces it", () => {
    const before = process.env.SENDER_ROLE_IDS;
    process.env.SENDER_ROLE_IDS = "AROAEXAMPLEROLEIDAAA1";
    try {
      const portsWith = (outside: object) =>
        createPorts("terminate", createEnvironment(), invocation, outside).senderRoleIdsVariable;
      expect(portsWith({})).to.equal("AROAEXAMPLEROLEIDAAA1");
      expect(portsWith({ senderRoleIdsVariable: "" })).to.equal("");
    } finally {
      if (before === undefined) delete process.env.SENDER_ROLE_IDS;
      else process.env.SENDER_ROLE_IDS = before;
    }
  });

  it("has the process's own clock, and the variable DRYRUN", async () => {
    process.env.DRYRUN = "1";
    const clock = sinon.useFakeTimers({ now: 1_000 });
    try {
      const ports = createPorts("terminate", createEnvironment(), invocation);
      expect([ports.now(), ports.dryRunVariable]).to.deep.equal([1_000, "1"]);
      let isOver = false;
      const slept = ports.sleep(5_000).then(() => {
        isOver = true;
      });
      await clock.tickAsync(4_999);
      expect(isOver).to.equal(false);
      await clock.tickAsync(1);
      expect(isOver).to.equal(true);
      await slept;
    } finally {
      clock.restore();
    }
  });

  it("has what replaces them outside of Lambda", async () => {
    process.env.DRYRUN = "1";
    const lines: string[] = [];
    const slept: number[] = [];
    const ports = createPorts("terminate", createEnvironment(), invocation, {
      now: () => 5,
      sleep: async (milliseconds) => {
        slept.push(milliseconds);
      },
      write: (line) => lines.push(line),
      dryRunVariable: "",
    });
    await ports.sleep(5_000);
    ports.log.info("waiting");
    expect([ports.now(), ports.dryRunVariable, slept]).to.deep.equal([5, "", [5_000]]);
    expect(JSON.parse(lines[0] ?? "")).to.include({ function: "terminate", request_id: "request-1" });
  });
});
