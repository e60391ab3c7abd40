import * as ecs from "@aws-sdk/client-ecs";
import { arn } from "../../kernel/account.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import type { EcsWorld } from "./clusters.ts";
import { type CapacityProvider, fullArn } from "./model.ts";

/** The operations on capacity providers. */
export function capacityProviderOperations(world: EcsWorld): Operation[] {
  const describe = (input: ecs.DescribeCapacityProvidersRequest, call: Call) => {
    const all = world.clusters.all.flatMap(({ capacityProviders }) => capacityProviders);
    const names = input.capacityProviders;
    const isNamed = (each: CapacityProvider, name: string) => name === each.name || name === arnOf(each);
    const { items, next } = page(
      all.filter((each) => !names?.length || names.some((name) => isNamed(each, name))),
      {
        size: input.maxResults,
        most: 10,
        token: input.nextToken,
        invalidCode: "InvalidParameterException",
      },
      call.paging,
    );
    const missing = (names ?? []).filter((name) => !all.some((each) => isNamed(each, name)));
    return {
      capacityProviders: items.map(present),
      failures: missing.map((name) => ({
        arn: fullArn(name, "capacity-provider"),
        reason: "MISSING",
      })),
      nextToken: next,
    };
  };
  return [
    operation(ecs.DescribeCapacityProviders$, ["capacityProviders[]", "maxResults", "nextToken"], describe),
  ];
}

function arnOf({ name }: CapacityProvider): string {
  return arn("ecs", `capacity-provider/${name}`);
}

function present(each: CapacityProvider): ecs.CapacityProvider {
  return {
    capacityProviderArn: arnOf(each),
    name: each.name,
    status: "ACTIVE",
    autoScalingGroupProvider: {
      autoScalingGroupArn: each.group.arn,
      managedScaling: { status: "DISABLED" },
      managedTerminationProtection: "DISABLED",
      managedDraining: each.managedDraining ? "ENABLED" : "DISABLED",
    },
  };
}
