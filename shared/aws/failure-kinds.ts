import type { FailureKind } from "../base/errors.ts";

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
// Errors that no permission for the call's own action would mend: credentials that are no good, or a key that may not be used.
const NOT_KNOWN =
  /^(KmsAccessDenied|AuthFailure|ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|MissingAuthenticationToken|IncompleteSignature|OptInRequired|CredentialsProviderError|InvalidSecurity)/;
const UNAVAILABLE =
  /^(InternalFailure|InternalError|InternalServer|ServiceUnavailable|ServerException|RequestTimeout|TimeoutError|AbortError|NetworkingError|HealthUnavailable|ResourceContention|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/;
const GONE =
  /^(QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|ClusterNotFound|ServiceNotFound|TargetGroupNotFound|LoadBalancerNotFound|AccessPointNotFound)/;
const GROUP_GONE = /AutoScalingGroup name not found/i;

/** What kind of failure an error of the SDK is: the one place where these errors are sorted. */
export function kindOf(error: SdkError): FailureKind {
  const status = error.$metadata?.httpStatusCode;
  const is = (pattern: RegExp) => isNamed(error, pattern);
  if (is(THROTTLED) || error.$retryable?.throttling === true || status === 429) return "throttled";
  if (is(NOT_PERMITTED) || is(NOT_KNOWN)) return "denied";
  if (is(GONE) || GROUP_GONE.test(error.message)) return "gone";
  if (is(UNAVAILABLE) || (status !== undefined && status >= 500)) return "unavailable";
  return "wrong";
}

/** Whether a call was denied because the role lacks the permission, and not because its credentials are no good. */
export function lacksPermission(error: SdkError): boolean {
  return isNamed(error, NOT_PERMITTED);
}

function isNamed({ name, Code, code }: SdkError, pattern: RegExp): boolean {
  return [name, Code, code].some((each) => typeof each === "string" && pattern.test(each));
}
