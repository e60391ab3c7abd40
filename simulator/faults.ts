import { TokenBuckets } from "./buckets.ts";
import type { Random } from "./random.ts";
import { AwsError } from "./wire/errors.ts";
import type { Service } from "./wire/operation.ts";

/** What goes wrong with a call: refused by IAM, throttled, or failed inside AWS. */
export type FaultKind = "deny" | "throttle" | "fail";

/** Something that goes wrong for a while. */
export type Fault = {
  readonly kind: FaultKind;
  /** Actions such as `ecs:ListTasks`, with `*` for any part of a name: `ecs:*`, `*`. */
  readonly actions: readonly string[];
  /** How likely it is for each call, 0 to 1. */
  readonly probability: number;
  /** Until when, in milliseconds since 1970. */
  readonly until: number;
};

const IAM_PREFIX: Record<string, string> = { elb: "elasticloadbalancing", elbv2: "elasticloadbalancing" };

/** What goes wrong with the calls to the simulated AWS; nothing, until it is told to. */
export class Faults {
  /** Whether AWS's token buckets hold. */
  throttling = false;
  /** The buckets that hold then. */
  buckets = new TokenBuckets();
  readonly #random: Random;
  readonly #faults: Fault[] = [];
  readonly #fired = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** How often each kind of fault was really answered with; one that never fired proves nothing. */
  get fired(): ReadonlyMap<string, number> {
    return this.#fired;
  }

  add(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** The error with which this call is answered instead, or undefined. */
  strike(service: Service, operation: string, now: number): AwsError | undefined {
    const action = `${service.name}:${operation}`;
    const fault = this.#faults.find(
      (each) =>
        now < each.until &&
        each.actions.some((pattern) => patternMatches(pattern, action)) &&
        this.#random.chance(each.probability),
    );
    const kind = fault?.kind ?? (this.throttling && !this.buckets.take(action, now) ? "throttle" : undefined);
    if (!kind) return undefined;
    this.#fired.set(kind, (this.#fired.get(kind) ?? 0) + 1);
    return errorOf(kind, service, operation);
  }
}

/** Whether a fault's pattern means an action: `ecs:List*` means `ecs:ListTasks`. */
export function patternMatches(pattern: string, action: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(action);
}

function errorOf(kind: FaultKind, service: Service, operation: string): AwsError {
  switch (kind) {
    case "deny":
      return denial(service, operation);
    case "throttle":
      return throttling(service);
    case "fail":
      return new AwsError(
        service.protocol.kind === "ec2" ? "InternalError" : "InternalFailure",
        "The request processing has failed because of an unknown error.",
        500,
      );
    default:
      return kind satisfies never;
  }
}

function denial({ name, protocol }: Service, operation: string): AwsError {
  const action = `${IAM_PREFIX[name] ?? name}:${operation}`;
  const message = `User: arn:aws:sts::123456789012:assumed-role/drain/drain is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  if (protocol.kind === "ec2") {
    const told = `You are not authorized to perform this operation. ${message}`;
    return new AwsError("UnauthorizedOperation", told, 403);
  }
  // SQS keeps the code and the status that it had when it spoke Query.
  return protocol.kind === "json" && !protocol.queryCompatible
    ? new AwsError("AccessDeniedException", message, 400)
    : new AwsError("AccessDenied", message, 403);
}

function throttling({ protocol }: Service): AwsError {
  if (protocol.kind === "ec2") return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
  return new AwsError(protocol.kind === "json" ? "ThrottlingException" : "Throttling", "Rate exceeded", 400);
}
