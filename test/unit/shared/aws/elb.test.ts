// Protects the calls to classic Elastic Load Balancing: one bad id fails a whole batch there, and what an instance's state
// says is not what it is.
import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { expect } from "chai";
import { classicLoadBalancers } from "../../../../shared/aws/elb.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";

const NOT_REGISTERED = "Instance is not currently registered with the LoadBalancer.";
const STOPPED = "Instance is in stopped state.";
const LEAVING = "Instance deregistration currently in progress.";

const targets = (...ids: string[]) => ids.map((id) => ({ id, port: undefined }));
const idsOf = (found: readonly { id: string }[] | undefined) => found?.map(({ id }) => id);

function classic(answer: Answer) {
  const { client, sent } = stubClient<ElasticLoadBalancingClient>(answer);
  const asked = () =>
    sent().map(([, input]) => (input.Instances as { InstanceId: string }[]).map((each) => each.InstanceId));
  return { port: classicLoadBalancers(client), sent, asked };
}

/** Refuses every batch that has one of these ids. */
function refusing(errors: Record<string, Error>, answer: (ids: string[]) => unknown = () => ({})): Answer {
  return (_, { Instances }: Record<string, { InstanceId: string }[]>) => {
    const ids = (Instances ?? []).map((each) => each.InstanceId);
    const bad = ids.find((id) => errors[id]);
    return bad ? errors[bad] : answer(ids);
  };
}

const unknown = (id: string) => sdkError("InvalidEndPointException", `Could not find EC2 instance ${id}.`);

describe("classic load balancers: registration", () => {
  it("names the load balancer and the instances", async () => {
    const { port, sent } = classic(() => ({}));
    await port.register("web", targets("i-1"));
    expect(sent()).to.deep.equal([
      ["RegisterInstancesWithLoadBalancer", { LoadBalancerName: "web", Instances: [{ InstanceId: "i-1" }] }],
    ]);
  });
});

describe("classic load balancers: deregistration", () => {
  it("is one call where nothing is wrong", async () => {
    const { port, asked } = classic(refusing({}));
    expect(await port.deregister("web", targets("i-1", "i-2"))).to.deep.equal({
      done: targets("i-1", "i-2"),
      failed: [],
    });
    expect(asked()).to.deep.equal([["i-1", "i-2"]]);
  });

  it("halves the batch where one id fails it, and takes the one that is not there for done", async () => {
    const { port, asked } = classic(refusing({ "i-2": unknown("i-2") }));
    expect(await port.deregister("web", targets("i-1", "i-2", "i-3"))).to.deep.equal({
      done: targets("i-1", "i-2", "i-3"),
      failed: [],
    });
    expect(asked()).to.deep.equal([["i-1", "i-2", "i-3"], ["i-1", "i-2"], ["i-1"], ["i-2"], ["i-3"]]);
  });

  it("takes two calls for each doubling of the batch to find a bad one", async () => {
    const ids = Array.from({ length: 256 }, (_, i) => `i-${i}`);
    const { port, asked } = classic(refusing({ "i-77": unknown("i-77") }));
    expect((await port.deregister("web", targets(...ids))).failed).to.deep.equal([]);
    expect(asked()).to.have.lengthOf(1 + 2 * 8);
  });

  it("knows the refusal by its name on the wire too", async () => {
    const { port } = classic(refusing({ "i-2": sdkError("InvalidInstance") }));
    expect((await port.deregister("web", targets("i-1", "i-2"))).failed).to.deep.equal([]);
  });

  it("fails only the one whose own call fails", async () => {
    let calls = 0;
    const { port } = classic((_, { Instances }: Record<string, { InstanceId: string }[]>) => {
      calls += 1;
      if (calls === 1) return unknown("i-2");
      return Instances?.[0]?.InstanceId === "i-3" ? sdkError("Throttling", "Rate exceeded") : {};
    });
    const result = await port.deregister("web", targets("i-1", "i-2", "i-3"));
    expect(result.done).to.deep.equal(targets("i-1", "i-2"));
    expect(result.failed.map(({ item }) => item)).to.deep.equal(targets("i-3"));
    expect(result.failed[0]?.reason).to.match(/throttled.*Rate exceeded/);
  });

  it("gives the call that failed for one alone: a missing permission is not lost", async () => {
    let calls = 0;
    const { port } = classic(() => {
      calls += 1;
      return calls === 1 ? unknown("i-2") : sdkError("AccessDenied");
    });
    const { failed } = await port.deregister("web", targets("i-1", "i-2"));
    expect(failed[0]?.cause).to.be.instanceOf(AwsCallError).and.include({
      action: "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
      kind: "denied",
      lacksPermission: true,
    });
  });

  it("throws where the call fails for another reason, and does not repeat it for each", async () => {
    const { port, asked } = classic(() => sdkError("AccessDenied"));
    const thrown = await port.deregister("web", targets("i-1", "i-2")).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "denied" });
    expect(asked()).to.have.lengthOf(1);
  });
});

describe("classic load balancers: health", () => {
  /** [why, state, description, whether the instance is still draining, whether it is sent to; undefined if it is not there] */
  const states: [string, string, string, boolean, boolean | undefined][] = [
    ["InService while it drains: the description tells", "InService", LEAVING, true, false],
    ["OutOfService while it drains: it failed its health check", "OutOfService", LEAVING, true, false],
    ["not registered: gone", "OutOfService", NOT_REGISTERED, false, undefined],
    [
      "a transient error tells nothing",
      "Unknown",
      "A transient error occurred. Please try again later.",
      true,
      false,
    ],
    ["in service, though the list had it no more: the list lags", "InService", "N/A", true, true],
    ["not in service, and no word of its being out: the list lags", "OutOfService", STOPPED, true, false],
  ];
  for (const [why, State, Description, expected, isSentTo] of states) {
    it(why, async () => {
      const { port } = classic(() => ({ InstanceStates: [{ InstanceId: "i-1", State, Description }] }));
      expect(idsOf(await port.stillThere("web", targets("i-1")))).to.deep.equal(expected ? ["i-1"] : []);
      const health = await port.health("web", ["i-1"]);
      expect([...(health ?? [])]).to.deep.equal(isSentTo === undefined ? [] : [["i-1", isSentTo]]);
    });
  }

  it("an instance that is left out of the answer may have ended, which is for EC2 to say; a search passes over it", async () => {
    const { port } = classic(() => ({ InstanceStates: [] }));
    const ended = { id: "i-1", port: undefined, state: "draining", invalid: true, pointsAt: [] };
    expect(await port.stillThere("web", targets("i-1"))).to.deep.equal([ended]);
    expect(await port.discoverTargets("web", ["i-1"])).to.deep.equal([]);
    expect(await port.health("web", ["i-1"])).to.deep.equal(new Map());
  });

  it("halves the batch where one id fails it, and the one that is not there is gone", async () => {
    const { port, asked } = classic(
      refusing({ "i-2": unknown("i-2") }, (ids) => ({
        InstanceStates: ids.map((InstanceId) => ({ InstanceId, State: "InService", Description: LEAVING })),
      })),
    );
    expect(idsOf(await port.stillThere("web", targets("i-1", "i-2", "i-3")))).to.deep.equal(["i-1", "i-3"]);
    expect(asked()).to.deep.equal([["i-1", "i-2", "i-3"], ["i-1", "i-2"], ["i-1"], ["i-2"], ["i-3"]]);
  });

  it("throws where one cannot be asked: what is not known is not gone", async () => {
    const { port } = classic(
      refusing({ "i-1": unknown("i-1"), "i-2": sdkError("ServiceUnavailable", "", 503) }),
    );
    const thrown = await port.stillThere("web", targets("i-1", "i-2")).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "unavailable" });
  });
});

describe("classic load balancers: targets", () => {
  const described = {
    LoadBalancerDescriptions: [
      {
        Instances: [{ InstanceId: "i-1" }],
        ListenerDescriptions: [{ Listener: { InstancePort: 80 } }, { Listener: { InstancePort: 8443 } }],
      },
    ],
    NextMarker: "",
  };
  const describing: Answer = (operation, { Instances }: Record<string, { InstanceId: string }[]>) =>
    operation === "DescribeLoadBalancers"
      ? described
      : {
          InstanceStates: (Instances ?? []).map(({ InstanceId }) => ({
            InstanceId,
            State: "OutOfService",
            Description: InstanceId === "i-2" ? LEAVING : NOT_REGISTERED,
          })),
        };
  const target = { port: undefined, invalid: false, pointsAt: [80, 8443] };

  it("are the instances that are listed, with the ports that the listeners point at", async () => {
    const { port, sent } = classic(describing);
    expect(await port.targets("web", ["i-1"])).to.deep.equal([{ ...target, id: "i-1", state: "registered" }]);
    expect(sent()).to.deep.equal([["DescribeLoadBalancers", { LoadBalancerNames: ["web"] }]]);
  });

  it("are those that drain too, which are listed no more: the unlisted ones are asked for, each once", async () => {
    const { port, sent } = classic(describing);
    expect(await port.targets("web", ["i-1", "i-2", "i-3", "i-2"])).to.deep.equal([
      { ...target, id: "i-1", state: "registered" },
      { ...target, id: "i-2", state: "draining" },
    ]);
    expect(sent().slice(1)).to.deep.equal([
      [
        "DescribeInstanceHealth",
        { LoadBalancerName: "web", Instances: [{ InstanceId: "i-2" }, { InstanceId: "i-3" }] },
      ],
    ]);
  });

  it("are undefined of one that does not exist; of one that could not be asked for it throws", async () => {
    const { port } = classic(() => sdkError("AccessPointNotFoundException"));
    expect(await port.targets("web", ["i-1"])).to.equal(undefined);
    const thrown = await classic(() => sdkError("DependencyThrottleException"))
      .port.targets("web", ["i-1"])
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "throttled" });
  });

  it("are undefined of one that was deleted since it was described", async () => {
    const { port } = classic((operation, input) =>
      operation === "DescribeLoadBalancers"
        ? describing(operation, input)
        : sdkError("AccessPointNotFoundException"),
    );
    expect(await port.targets("web", ["i-2"])).to.equal(undefined);
  });

  it("take no call to be described: the name is all that there is to know", async () => {
    const { port, sent } = classic(() => sdkError("AccessDenied"));
    expect(await port.describe("web")).to.deep.equal({
      kind: "classic",
      id: "web",
      name: "web",
      targetType: "instance",
      network: false,
    });
    expect(await port.deregistrationDelay("web")).to.equal(undefined);
    expect(sent()).to.deep.equal([]);
  });

  /** [its connection draining, the limit in milliseconds] */
  const limits: [object, number][] = [
    [{ Enabled: true, Timeout: 300 }, 300_000],
    [{ Enabled: false }, 0],
  ];
  for (const [ConnectionDraining, limit] of limits)
    it(`drain for ${limit} ms at the most with ${JSON.stringify(ConnectionDraining)}`, async () => {
      const { port, sent } = classic(() => ({ LoadBalancerAttributes: { ConnectionDraining } }));
      expect(await port.drainLimit("web")).to.equal(limit);
      expect(sent()).to.deep.equal([["DescribeLoadBalancerAttributes", { LoadBalancerName: "web" }]]);
    });
});
