import type { Firings } from "../kernel/firings.ts";
import type { Past } from "../kernel/past.ts";
import type { Random } from "../kernel/random.ts";
import { AwsError } from "../wire/errors.ts";
import type { Unanswered } from "../wire/http.ts";
import type { Service } from "../wire/operation.ts";
import { canBeOdd, oddAnswer } from "./odd-answers.ts";
import { hasEntries } from "./partial-failures.ts";
import { TokenBuckets } from "./token-buckets.ts";

/**
 * What goes wrong with a call. IAM refuses it, it is throttled, it fails inside AWS, or its credentials have expired. Or it
 * is done but never answered, or done for some of its entries only, or answered in a way that AWS documents nowhere.
 */
export type FaultKind =
  | "deny"
  | "throttle"
  | "fail"
  | "expire_credentials"
  | "lose_answers"
  | "fail_entries"
  | "odd_answers";

/** Something that goes wrong for a while. */
export type Fault = {
  readonly kind: FaultKind;
  /** Actions such as `ecs:ListTasks`, with `*` for any part of a name: `ecs:*`, `*`. */
  readonly actions: readonly string[];
  /** How likely it is for each call, from 0 to 1. For `fail_entries`: for each entry of a call. */
  readonly probability: number;
  /** Until when, in milliseconds since 1970. */
  readonly until: number;
};

/** What goes wrong with one call. */
export type Strike =
  /** It is answered with an error, and does nothing. */
  | { readonly kind: "error"; readonly error: AwsError }
  /** It is done, and its answer does not arrive: the connection breaks at once, or goes silent. */
  | { readonly kind: "unanswered"; readonly how: Unanswered }
  /** Some of its entries fail. It is drawn for each. */
  | { readonly kind: "entries"; readonly fails: () => boolean }
  /** It is done, and something is odd about its answer. */
  | { readonly kind: "odd"; readonly change: (input: object, output: object) => object };

const IAM_PREFIX: Record<string, string> = { elb: "elasticloadbalancing", elbv2: "elasticloadbalancing" };

/** What goes wrong with calls to the simulated AWS. Nothing does until a fault is added. */
export class Faults implements Past {
  /** Whether AWS's token buckets are in effect. */
  throttling = false;
  /** The buckets that are in effect then. */
  buckets = new TokenBuckets();
  readonly #random: Random;
  readonly #firings: Firings;
  #faults: Fault[] = [];

  constructor(random: Random, firings: Firings) {
    this.#random = random;
    this.#firings = firings;
  }

  add(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** Lets others in the account call actions: each so many times a second, until a time in milliseconds since 1970. */
  share(actions: readonly string[], perSecond: number, until: number): void {
    const covers = (action: string) => actions.some((pattern) => patternMatches(pattern, action));
    this.buckets.share({ covers, perSecond, until });
  }

  forget(before: number): void {
    this.#faults = this.#faults.filter(({ until }) => until >= before);
    this.buckets.forget(before);
  }

  /** What goes wrong with this call; undefined if nothing does. */
  strike(service: Service, operation: string, now: number): Strike | undefined {
    const action = `${service.name}:${operation}`;
    const fault = this.#faults.find(
      (each) =>
        now < each.until &&
        each.actions.some((pattern) => patternMatches(pattern, action)) &&
        this.#hits(each, action),
    );
    if (fault) return this.#strikeOf(fault, service, operation);
    if (!this.throttling || this.buckets.take(action, now)) return undefined;
    this.#firings.count("token buckets");
    return { kind: "error", error: throttling(service) };
  }

  #hits({ kind, probability }: Fault, action: string): boolean {
    if (kind === "fail_entries") return hasEntries(action);
    return (kind !== "odd_answers" || canBeOdd(action)) && this.#random.chance(probability);
  }

  #strikeOf({ kind, probability }: Fault, service: Service, operation: string): Strike {
    if (kind === "fail_entries") {
      const fails = () => {
        const failed = this.#random.chance(probability);
        if (failed) this.#firings.count(kind);
        return failed;
      };
      return { kind: "entries", fails };
    }
    this.#firings.count(kind);
    if (kind === "odd_answers") {
      const action = `${service.name}:${operation}`;
      return { kind: "odd", change: (input, output) => oddAnswer(action, input, output, this.#random) };
    }
    if (kind === "lose_answers")
      return { kind: "unanswered", how: this.#random.pick(["reset", "silence"] as const) };
    return { kind: "error", error: errorOf(kind, service, operation) };
  }
}

const patterns = new Map<string, RegExp>();

/** Whether a fault's pattern matches an action: `ecs:List*` matches `ecs:ListTasks`. */
export function patternMatches(pattern: string, action: string): boolean {
  const known = patterns.get(pattern);
  if (known) return known.test(action);
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const made = new RegExp(`^${escaped}$`);
  patterns.set(pattern, made);
  return made.test(action);
}

function errorOf(
  kind: Exclude<FaultKind, "lose_answers" | "fail_entries" | "odd_answers">,
  service: Service,
  operation: string,
): AwsError {
  switch (kind) {
    case "deny":
      return denial(service, operation);
    case "throttle":
      return throttling(service);
    case "expire_credentials":
      return expiry(service);
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
    const text = `You are not authorized to perform this operation. ${message}`;
    return new AwsError("UnauthorizedOperation", text, 403);
  }
  // SQS still answers with the code and the status of its Query protocol.
  if (protocol.kind === "rest") return new AwsError("AccessDeniedException", message, 403);
  return protocol.kind === "json" && !protocol.queryCompatible
    ? new AwsError("AccessDeniedException", message, 400)
    : new AwsError("AccessDenied", message, 403);
}

// Each protocol has a name of its own for it (AWS, "Common Error Types"; Amazon EC2 API Reference, "Error codes").
function expiry({ protocol }: Service): AwsError {
  const message = "The security token included in the request is expired";
  if (protocol.kind === "ec2") return new AwsError("RequestExpired", message, 400);
  if (protocol.kind === "rest") return new AwsError("ExpiredTokenException", message, 403);
  return protocol.kind === "json"
    ? new AwsError("ExpiredTokenException", message, 400)
    : new AwsError("ExpiredToken", message, 403);
}

function throttling({ protocol }: Service): AwsError {
  if (protocol.kind === "ec2") return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
  // Lambda's model has the error.
  if (protocol.kind === "rest") return new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
  return new AwsError(protocol.kind === "json" ? "ThrottlingException" : "Throttling", "Rate exceeded", 400);
}
