// Protects what every kind of load balancer must answer, whichever API it is behind: one contract for all adapters.
import type { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { carryOut } from "../../../../shared/act/carry-out.ts";
import type { LoadBalancerPort } from "../../../../shared/aws/load-balancer-port.ts";
import { loadBalancerPorts } from "../../../../shared/aws/load-balancers.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";
import type { LoadBalancerKind } from "../../../../shared/model/load-balancer.ts";
import type { Target } from "../../../../shared/model/registration.ts";
import { settingsOf } from "../../../../shared/model/settings.ts";
import { Run } from "../../../../shared/run/run.ts";
import { untouchablePorts } from "../fake-ports.ts";
import { decided, target as registration, termination } from "../rules/builders.ts";
import { type Answer, sdkError, stubClient } from "./client.ts";
import { wholeClassic } from "./whole-answers.ts";

/** What one load balancer has, by instance; undefined where there is no such load balancer. */
type Has = Readonly<Record<string, "registered" | "draining">> | undefined;

/** One kind: how AWS answers for it, and what its calls are named. */
type Kind = {
  readonly kind: LoadBalancerKind;
  readonly id: string;
  readonly port: number | undefined;
  readonly answer: (has: Has) => Answer;
  readonly deregisters: string;
};

const adapters = (answer: Answer) => {
  const elb = stubClient<ElasticLoadBalancingClient>(answer);
  const elbv2 = stubClient<ElasticLoadBalancingV2Client>(answer);
  const ports = loadBalancerPorts({ elb: elb.client, elbv2: elbv2.client });
  return { ports, sent: () => [...elb.sent(), ...elbv2.sent()] };
};

const kinds: Kind[] = [
  {
    kind: "target",
    id: "arn:web",
    port: 80,
    deregisters: "elasticloadbalancing:DeregisterTargets",
    answer: (has) => (operation) => {
      if (!has) return sdkError("TargetGroupNotFoundException");
      if (operation !== "DescribeTargetHealth") return {};
      const states = { registered: "healthy", draining: "draining" };
      return {
        TargetHealthDescriptions: Object.entries(has).map(([Id, state]) => ({
          Target: { Id, Port: 80 },
          TargetHealth: { State: states[state] },
        })),
      };
    },
  },
  {
    kind: "classic",
    id: "web",
    port: undefined,
    deregisters: "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
    answer: (has) => (operation, input: Record<string, { InstanceId: string }[]>) => {
      if (!has) return sdkError("AccessPointNotFoundException");
      const asked = (input.Instances ?? []).map(({ InstanceId }) => InstanceId);
      // What it does not know, it refuses together with the rest of the call.
      const unknown = asked.find((id) => !(id in has));
      if (unknown !== undefined) return sdkError("InvalidEndPointException");
      if (operation === "DescribeInstanceHealth") {
        return {
          InstanceStates: asked.map((InstanceId) => ({
            InstanceId,
            State: "OutOfService",
            Description:
              has[InstanceId] === "draining"
                ? "Instance deregistration currently in progress."
                : "Instance is not currently registered with the LoadBalancer.",
          })),
        };
      }
      const Instances = Object.keys(has)
        .filter((id) => has[id] === "registered")
        .map((InstanceId) => ({ InstanceId }));
      return { LoadBalancerDescriptions: [wholeClassic({ Instances })] };
    },
  },
];

it("each kind of load balancer that there is keeps to the contract", () => {
  const { ports } = adapters(() => ({}));
  expect([...ports.keys()]).to.deep.equal(kinds.map(({ kind }) => kind));
});

for (const { kind, id, port, answer, deregisters } of kinds) {
  const targetOf = (instance: string): Target => ({ id: instance, port });
  const answering = (respond: Answer) => {
    const { ports, sent } = adapters(respond);
    const adapter = ports.get(kind) as LoadBalancerPort;
    return { adapter, ports, sent };
  };
  const having = (has: Has) => answering(answer(has)).adapter;

  describe(`load balancers of the kind ${kind}`, () => {
    it("are found under that kind, and none is named where no settings are given", () => {
      const adapter = having({});
      expect(adapter.kind).to.equal(kind);
      expect(adapter.namedIn(settingsOf({}))).to.deep.equal([]);
      expect(adapter.noun).to.match(/^[a-z ]+$/);
    });

    it("are named by the settings of their own", () => {
      const settings = settingsOf({ elb_name: "web", target_groups: ["arn:web"] });
      expect(having({}).namedIn(settings)).to.deep.equal([id]);
    });

    it("show what is registered and what drains, and nothing of what is out", async () => {
      const targets = await having({ "i-1": "registered", "i-2": "draining" }).targets(id, ["i-1", "i-2"]);
      expect(targets?.map((each) => [each.id, each.port, each.state, each.invalid])).to.deep.equal([
        ["i-1", port, "registered", false],
        ["i-2", port, "draining", false],
      ]);
      expect(await having({}).targets(id, ["i-1"])).to.deep.equal([]);
    });

    it("that are gone have no targets at all: undefined is not none", async () => {
      const gone = having(undefined);
      expect(await gone.targets(id, ["i-1"])).to.equal(undefined);
      expect(await gone.stillThere(id, [targetOf("i-1")])).to.deep.equal([]);
      expect(await gone.deregistrationDelay(id)).to.equal(undefined);
      expect(await gone.drainLimit(id)).to.equal(undefined);
    });

    it("tell whether what drains is still there", async () => {
      const still = async (has: Has) =>
        (await having(has).stillThere(id, [targetOf("i-1")])).map((each) => [each.id, each.port, each.state]);
      expect(await still({ "i-1": "draining" })).to.deep.equal([["i-1", port, "draining"]]);
      expect(await still({})).to.deep.equal([]);
    });

    it("tell it of what is registered, where they say that they can", async () => {
      const adapter = having({ "i-1": "registered" });
      const still = await adapter.stillThere(id, [targetOf("i-1")]);
      expect(still.some(({ state }) => state === "registered")).to.equal(adapter.canRecheckRegistered);
    });

    it("take out in one call, and an instance that they do not know counts as done", async () => {
      const both = ["i-1", "i-2"].map(targetOf);
      const { adapter, sent } = answering(answer({ "i-1": "registered", "i-2": "registered" }));
      expect(await adapter.deregister(id, both)).to.deep.equal({ done: both, failed: [] });
      expect(sent()).to.have.lengthOf(1);
      expect(await having({ "i-1": "registered" }).deregister(id, both)).to.deep.equal({
        done: both,
        failed: [],
      });
    });

    it("register again in one call", async () => {
      const { adapter, sent } = answering(() => ({}));
      await adapter.register(id, [targetOf("i-1")]);
      expect(sent()).to.have.lengthOf(1);
      expect(JSON.stringify(sent())).to.include('"i-1"');
    });

    it("throw what AWS fails, by its kind", async () => {
      const { adapter } = answering(() => sdkError("Throttling", "Rate exceeded"));
      const calls = [
        () => adapter.targets(id, ["i-1"]),
        () => adapter.stillThere(id, [targetOf("i-1")]),
        () => adapter.register(id, [targetOf("i-1")]),
        () => adapter.deregister(id, [targetOf("i-1")]),
      ];
      for (const ask of calls) {
        const thrown = await ask().catch((error: unknown) => error);
        expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "throttled" });
      }
    });

    it("name the permission that is missing in the log, also where each instance had to go by itself", async () => {
      // A classic load balancer refuses the two for the sake of one, and then denies the call for each.
      const respond =
        (denies: (ids: number) => boolean): Answer =>
        (_, input) => {
          const { Instances, Targets } = input as Record<string, unknown[]>;
          const ids = (Instances ?? Targets ?? []).length;
          return denies(ids) ? sdkError("AccessDenied") : sdkError("InvalidInstance");
        };
      for (const denies of [() => true, (ids: number) => ids === 1]) {
        const { ports: untouchable, lines } = untouchablePorts();
        const { ports } = answering(respond(denies));
        const run = new Run({ ...untouchable, loadBalancers: ports }, Number.POSITIVE_INFINITY);
        const planned = ["i-1", "i-2"].map((instanceId, index) =>
          decided(
            termination({}, { instanceId }),
            {
              steps: [
                {
                  kind: "deregister",
                  why: "ours",
                  registration: registration({ kind, id, port, target: instanceId }),
                },
              ],
            },
            index,
          ),
        );
        const carried = await carryOut(run, planned);
        expect(carried.map(({ done }) => done.failed)).to.deep.equal([true, true]);
        const failed = lines.filter(([, phrase]) => phrase === "call failed");
        expect(failed.map(([, , fields]) => fields.missing_permission)).to.deep.equal([deregisters]);
      }
    });
  });
}
