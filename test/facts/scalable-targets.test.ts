// Protects the warning that somebody else scales a service: the simulated Application Auto Scaling must name the services
// that are scaled as AWS names them, and be silent on the others.
import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetRequest,
} from "@aws-sdk/client-application-auto-scaling";
import { expect } from "chai";
import { refusalOf } from "./refusal.ts";
import { type SimulatedAws, startSimulator } from "./simulator-process.ts";

const SCENARIO = {
  clusters: [
    {
      name: "fleet",
      services: [{ name: "scaled", scaling: { min: 2, max: 6 } }, { name: "loose" }, { name: "other" }],
    },
  ],
};
const ECS = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;

describe("Application Auto Scaling", () => {
  let aws: SimulatedAws;
  before(async () => {
    aws = await startSimulator(SCENARIO);
  });
  after(() => aws.stop());

  const describeTargets = async (...ResourceIds: string[]) => {
    const { ScalableTargets } = await aws.applicationAutoScaling.send(
      new DescribeScalableTargetsCommand({ ...ECS, ResourceIds }),
    );
    return ScalableTargets?.map(({ ResourceId, MinCapacity, MaxCapacity }) => [
      ResourceId,
      MinCapacity,
      MaxCapacity,
    ]);
  };
  const register = (name: string, bounds: Partial<RegisterScalableTargetRequest> = {}) =>
    aws.applicationAutoScaling.send(
      new RegisterScalableTargetCommand({ ...ECS, ResourceId: `service/fleet/${name}`, ...bounds }),
    );

  it("facts 10: a service that is scaled is a scalable target by the name of its cluster and its own", async () => {
    expect(await describeTargets("service/fleet/scaled")).to.deep.equal([["service/fleet/scaled", 2, 6]]);
  });

  it("facts 10: services that are not scaled are left out of the answer without an error", async () => {
    expect(await describeTargets("service/fleet/loose", "service/no/such")).to.deep.equal([]);
  });

  it("facts 10: a new scalable target needs both of its bounds, and a known one keeps those not given", async () => {
    expect((await refusalOf(register("other", { MinCapacity: 1 }))).name).to.equal("ValidationException");
    await register("other", { MinCapacity: 1, MaxCapacity: 3 });
    await register("other", { MaxCapacity: 4 });
    expect(await describeTargets("service/fleet/other")).to.deep.equal([["service/fleet/other", 1, 4]]);
  });

  it("facts 10: a service that does not exist is a ValidationException", async () => {
    const refusal = await refusalOf(register("no-such", { MinCapacity: 1, MaxCapacity: 3 }));
    expect(refusal.name).to.equal("ValidationException");
    expect(refusal.message).to.equal("ECS service doesn't exist: service/fleet/no-such");
  });

  it("facts 10: deregistering what is no scalable target is an ObjectNotFoundException", async () => {
    const ResourceId = "service/fleet/loose";
    const deregister = () =>
      aws.applicationAutoScaling.send(new DeregisterScalableTargetCommand({ ...ECS, ResourceId }));
    expect((await refusalOf(deregister())).name).to.equal("ObjectNotFoundException");
    await register("loose", { MinCapacity: 0, MaxCapacity: 1 });
    await deregister();
    expect(await describeTargets(ResourceId)).to.deep.equal([]);
  });
});
