import type { StaticErrorSchema, StaticOperationSchema } from "@smithy/types";
import type { Paging } from "./paging.ts";

/** What an operation gets in addition to its input. */
export type Call = {
  /** The world's time when the call takes effect, in milliseconds since 1970. */
  readonly now: number;
  /** The moment that eventually consistent reads show: `now`, or up to the read lag before it. */
  readonly asOf: number;
  /** Who calls: the name of a function under test, or `client` for all callers on the HTTP port. */
  readonly caller: string;
  /** The caller as IAM knows it, by `aws:userid` and `aws:PrincipalArn`. */
  readonly principal: { readonly id: string; readonly arn: string };
  /** How lists are paged. */
  readonly paging: Paging;
};

/** One operation that the simulator serves. */
export type Operation = {
  readonly schema: StaticOperationSchema;
  /** The paths of all parameters that it understands, such as `loadBalancers[].targetGroupArn` or `Attributes.*`. */
  readonly knows: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: input and output are as different as the operations; `operation` types each.
  readonly run: (input: any, call: Call) => unknown;
};

/** Declares an operation with the SDK's own types for its input and output. */
export function operation<Input, Output>(
  schema: StaticOperationSchema,
  knows: readonly string[],
  run: (input: Input, call: Call) => Output | Promise<Output>,
): Operation {
  return { schema, knows, run };
}

/** A simulated service: its protocol and its operations. */
export type Service = {
  /** The prefix of its actions in IAM and in the log of calls: sqs, ecs, elb, elbv2, autoscaling, ec2, application-autoscaling, events, logs, lambda, iam, cloudwatch, cloudformation. */
  readonly name: string;
  readonly protocol:
    | {
        readonly kind: "json";
        readonly version: "1.0" | "1.1";
        readonly target: string;
        readonly queryCompatible: boolean;
      }
    | { readonly kind: "query" | "ec2"; readonly version: string; readonly namespace: string }
    /** `all` has the operations that are not served too: a path alone names one. */
    | { readonly kind: "rest"; readonly all: readonly StaticOperationSchema[] };
  /** The modelled errors by shape name, from the SDK's schemas. */
  readonly errors: ReadonlyMap<string, StaticErrorSchema>;
  /** The error code for a parameter that is missing or of the wrong kind. */
  readonly invalidParameterCode: string;
  /** The error code for a missing parameter, where the service has a special one. */
  readonly missingParameterCode?: string;
  readonly operations: ReadonlyMap<string, Operation>;
};

/** Finds the error schemas in all that an SDK client exports. */
export function errorSchemas(
  client: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, StaticErrorSchema> {
  const schemas = Object.values(client).filter(
    (value): value is StaticErrorSchema => Array.isArray(value) && value[0] === -3,
  );
  return new Map(schemas.map((schema) => [schema[2], schema]));
}

/** Keys operations by their names on the wire. */
export function byName(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  return new Map(operations.map((each) => [each.schema[2], each]));
}
