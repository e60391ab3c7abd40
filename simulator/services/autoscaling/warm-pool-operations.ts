import * as autoscaling from "@aws-sdk/client-auto-scaling";
import { AwsError } from "../../wire/errors.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { presentInstance, presentWarmPool } from "./group-queries.ts";
import type { AutoScalingWorld } from "./groups.ts";
import { isWarm, type PoolState } from "./model.ts";
import { pageOf } from "./pages.ts";

const STATES: readonly string[] = ["Stopped", "Running", "Hibernated"] satisfies PoolState[];

/** The operations on warm pools. */
export function warmPoolOperations(world: AutoScalingWorld): Operation[] {
  const { groups } = world;

  const put = (input: autoscaling.PutWarmPoolType) => {
    const group = groups.byName(input.AutoScalingGroupName as string);
    const poolState = input.PoolState;
    if (poolState !== undefined && !STATES.includes(poolState))
      throw invalid(`Pool state must be one of ${STATES.join(", ")}, found ${poolState}`);
    const { MinSize: minSize, MaxGroupPreparedCapacity: maxPrepared } = input;
    if ((minSize ?? 0) < 0 || (maxPrepared ?? -1) < -1)
      throw invalid("MinSize must be at least 0, and MaxGroupPreparedCapacity at least -1");
    groups.putWarmPool(group, {
      poolState,
      minSize,
      maxPrepared,
      reuseOnScaleIn: input.InstanceReusePolicy?.ReuseOnScaleIn,
    });
    return {};
  };

  const describe = (input: autoscaling.DescribeWarmPoolType, call: Call) => {
    const group = groups.byName(input.AutoScalingGroupName as string);
    const warm = [...group.instances.values()].filter((each) => isWarm(each.state.at(call.asOf)));
    const { items, next } = pageOf(warm, { most: 50, byDefault: 50 }, input, call);
    return {
      ...(group.warmPool ? { WarmPoolConfiguration: presentWarmPool(group.warmPool) } : {}),
      Instances: items.map((each) => presentInstance(world, each, call.asOf)),
      NextToken: next,
    };
  };

  return [
    operation(
      autoscaling.PutWarmPool$,
      [
        "AutoScalingGroupName",
        "MaxGroupPreparedCapacity",
        "MinSize",
        "PoolState",
        "InstanceReusePolicy.ReuseOnScaleIn",
      ],
      put,
    ),
    operation(autoscaling.DescribeWarmPool$, ["AutoScalingGroupName", "MaxRecords", "NextToken"], describe),
    operation(
      autoscaling.DeleteWarmPool$,
      ["AutoScalingGroupName", "ForceDelete"],
      (input: autoscaling.DeleteWarmPoolType) => {
        groups.deleteWarmPool(
          groups.byName(input.AutoScalingGroupName as string),
          input.ForceDelete ?? false,
        );
        return {};
      },
    ),
  ];
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message, 400);
}
