import { AwsCallError, type FailureKind } from "../base/errors.ts";
import type { Pace } from "./pace.ts";

/** What an SDK error says of itself. */
type SdkError = Error & {
  readonly Code?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
};

// RateExceeded and DependencyThrottle are not in the SDK's own list of throttling errors, so nobody has retried them.
const THROTTLED =
  /^(Throttl|RequestThrottl|TooManyRequests|RateExceeded|DependencyThrottle|SlowDown|PriorRequestNotComplete|ProvisionedThroughputExceeded|BandwidthLimitExceeded|RequestLimitExceeded|KmsThrottled|EC2Throttled|TransactionInProgress|LimitExceededException$)/;
const NOT_PERMITTED = /^(AccessDenied|UnauthorizedOperation|NotAuthorized)/;
// What no permission of the call's own action would mend: credentials that are no good, or a key that may not be used.
const NOT_KNOWN =
  /^(KmsAccessDenied|AuthFailure|ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|MissingAuthenticationToken|IncompleteSignature|OptInRequired|CredentialsProviderError|InvalidSecurity)/;
const UNAVAILABLE =
  /^(InternalFailure|InternalError|InternalServer|ServiceUnavailable|ServerException|RequestTimeout|TimeoutError|AbortError|NetworkingError|HealthUnavailable|ResourceContention|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/;
const GONE =
  /^(QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|ClusterNotFound|ServiceNotFound|TargetGroupNotFound|LoadBalancerNotFound|AccessPointNotFound)/;
const GROUP_GONE = /AutoScalingGroup name not found/i;

/**
 * Makes one call to AWS. Throws an AwsCallError that says what kind of failure it was: this is the one place where
 * errors of the SDK are sorted.
 *
 * @param action the IAM action that the call needs, such as `elasticloadbalancing:DescribeTargetHealth`
 */
export async function call<T>(action: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    throw new AwsCallError(action, kindOf(error), error, isNamed(error, NOT_PERMITTED));
  }
}

/** What AWS answers; undefined where what was asked about does not exist. Throws all other failures on. */
export async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === "gone") return undefined;
    throw error;
  }
}

/** How one call to AWS is made. */
export type Call = typeof call;

/** Makes calls likewise, each at its pace. They throw an OutOfTime too. */
export function pacedCall(pace: Pace): Call {
  return async (action, send) => {
    await pace(action);
    return call(action, send);
  };
}

/** What kind of failure an error of the SDK is. */
export function kindOf(error: SdkError): FailureKind {
  const status = error.$metadata?.httpStatusCode;
  const is = (pattern: RegExp) => isNamed(error, pattern);
  if (is(THROTTLED) || error.$retryable?.throttling === true || status === 429) return "throttled";
  if (is(NOT_PERMITTED) || is(NOT_KNOWN)) return "denied";
  if (is(GONE) || GROUP_GONE.test(error.message)) return "gone";
  if (is(UNAVAILABLE) || (status !== undefined && status >= 500)) return "unavailable";
  return "wrong";
}

function isNamed({ name, Code, code }: SdkError, pattern: RegExp): boolean {
  return [name, Code, code].some((each) => typeof each === "string" && pattern.test(each));
}
