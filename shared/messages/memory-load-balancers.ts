import * as z from "zod/mini";
import type { LoadBalancerId } from "../model/load-balancer.ts";
import type { Memory } from "../model/memory.ts";
import { type Value, valueBy } from "./memory-line.ts";

/** A load balancer of one kind, by its id alone. */
export function idOfKind(kind: string): Value<LoadBalancerId> {
  return valueBy(
    z.pipe(
      z.string(),
      z.transform((id: string): LoadBalancerId => ({ kind, id })),
    ),
    ({ id }) => id,
    (each) => each.kind === kind,
  );
}
export const otherId = valueBy(z.object({ kind: z.string(), id: z.string() }), (each) => each);

type Found = Memory["loadBalancers"][number];
const targetGroupForm = z.object({
  asked: z.string(),
  arn: z.string(),
  name: z.string(),
  target_type: z.string(),
  network: z.boolean(),
  vpc: z.optional(z.string()),
});
/** A target group, by what it was asked for. */
export const targetGroup = valueBy(
  z.pipe(
    targetGroupForm,
    z.transform(
      ({
        asked,
        arn: id,
        target_type: targetType,
        vpc,
        ...rest
      }: z.output<typeof targetGroupForm>): Found => ({
        asked,
        found: { kind: "target", id, targetType, ...rest, ...(vpc === undefined ? {} : { vpc }) },
      }),
    ),
  ),
  ({ asked, found: { id: arn, name, targetType, network, vpc } }) => ({
    asked,
    arn,
    name,
    target_type: targetType,
    network,
    ...(vpc === undefined ? {} : { vpc }),
  }),
  ({ found }) => found.kind === "target",
);
const loadBalancerForm = z.object({
  asked: z.string(),
  kind: z.string(),
  id: z.string(),
  name: z.string(),
  target_type: z.string(),
  network: z.boolean(),
});
export const otherLoadBalancer = valueBy(
  z.pipe(
    loadBalancerForm,
    z.transform(
      ({ asked, target_type: targetType, ...found }: z.output<typeof loadBalancerForm>): Found => ({
        asked,
        found: { ...found, targetType },
      }),
    ),
  ),
  ({ asked, found: { kind, id, name, targetType, network } }) => ({
    asked,
    kind,
    id,
    name,
    target_type: targetType,
    network,
  }),
);
