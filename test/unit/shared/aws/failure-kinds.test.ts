// Protects how failures of AWS are sorted: what passes by itself, what needs somebody, and what is gone.
import { expect } from "chai";
import { call } from "../../../../shared/aws/call.ts";
import { kindOf } from "../../../../shared/aws/failure-kinds.ts";
import type { AwsCallError, FailureKind } from "../../../../shared/base/errors.ts";

const error = (name: string, fields: object = {}, message = "") =>
  Object.assign(new Error(message), { name }, fields);
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

const table: [string, Error, FailureKind][] = [
  ["ECS's throttle", error("ThrottlingException"), "throttled"],
  ["a Query service's throttle", error("Throttling"), "throttled"],
  ["RateExceeded, which the SDK does not retry", error("RateExceeded"), "throttled"],
  ["DependencyThrottle, which the SDK does not retry", error("DependencyThrottleException"), "throttled"],
  ["SQS's throttle", error("RequestThrottled"), "throttled"],
  ["EC2's throttle", error("RequestLimitExceeded"), "throttled"],
  ["a throttle by the code alone", error("Error", { Code: "Throttling" }), "throttled"],
  ["a throttle with status 500", error("ThrottlingException", status(500)), "throttled"],
  ["KMS's throttle, through SQS", error("KmsThrottled", status(400)), "throttled"],
  ["the throttle of EC2 in the SDK's list", error("EC2ThrottledException"), "throttled"],
  ["the rest of that list", error("TransactionInProgressException"), "throttled"],
  ["a limit as the SDK lists it", error("LimitExceededException"), "throttled"],
  ["a request that was sent too soon", error("PriorRequestNotComplete"), "throttled"],
  ["a quota, which is no throttle", error("LimitExceededFault", status(400)), "wrong"],
  ["any 429", error("Whatever", status(429)), "throttled"],
  ["marked as throttling by the model", error("Whatever", { $retryable: { throttling: true } }), "throttled"],
  ["a denial by ECS", error("AccessDeniedException", status(400)), "denied"],
  ["a denial by a Query service", error("AccessDenied", status(403)), "denied"],
  ["a denial by EC2", error("UnauthorizedOperation", status(403)), "denied"],
  ["credentials that EC2 does not know", error("AuthFailure", status(401)), "denied"],
  ["a denial by KMS, through SQS", error("KmsAccessDenied", status(400)), "denied"],
  ["expired credentials", error("ExpiredTokenException", status(400)), "denied"],
  ["expired credentials of EC2", error("RequestExpired", status(400)), "denied"],
  ["no credentials at all", error("CredentialsProviderError"), "denied"],
  ["an internal failure", error("InternalFailure", status(500)), "unavailable"],
  ["any 500", error("Whatever", status(500)), "unavailable"],
  ["any 503", error("Whatever", status(503)), "unavailable"],
  ["Auto Scaling's contention, a 500", error("ResourceContentionFault", status(500)), "unavailable"],
  ["a timeout", error("TimeoutError"), "unavailable"],
  ["a run that is cut off", error("AbortError"), "unavailable"],
  ["a name that is not resolved", error("Error", { code: "EAI_AGAIN" }), "unavailable"],
  ["a connection that broke", error("Error", { code: "ECONNRESET" }), "unavailable"],
  ["a queue that is gone", error("QueueDoesNotExist", status(400)), "gone"],
  [
    "a queue that is gone, by its older code",
    error("Error", { Code: "AWS.SimpleQueueService.NonExistentQueue" }),
    "gone",
  ],
  ["a service that is gone", error("ServiceNotFoundException"), "gone"],
  ["a cluster that is gone", error("ClusterNotFoundException"), "gone"],
  ["a target group that is gone", error("TargetGroupNotFoundException"), "gone"],
  ["a classic load balancer that is gone, in the SDK's words", error("AccessPointNotFoundException"), "gone"],
  [
    "a group that is gone",
    error("ValidationError", status(400), "AutoScalingGroup name not found - null"),
    "gone",
  ],
  ["no active lifecycle action", error("ValidationError", {}, "No active Lifecycle Action found"), "wrong"],
  ["what ECS does not take", error("InvalidParameterException", status(400)), "wrong"],
  ["an instance that a load balancer does not know", error("InvalidEndPointException"), "wrong"],
  ["anything else", error("ValidationError", status(400), "Invalid"), "wrong"],
];

describe("failures", () => {
  for (const [what, thrown, kind] of table)
    it(`${what}: ${kind}`, () => expect(kindOf(thrown)).to.equal(kind));

  it("tell a permission that is missing from credentials that are no good", async () => {
    const lacks = async (name: string) => {
      const failed = await call("ecs:ListTasks", () => Promise.reject(error(name))).catch(
        (each: unknown) => each,
      );
      return (failed as AwsCallError).lacksPermission;
    };
    for (const name of ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"])
      expect(await lacks(name), name).to.equal(true);
    for (const name of [
      "ExpiredTokenException",
      "KmsAccessDenied",
      "SignatureDoesNotMatch",
      "CredentialsProviderError",
      "Throttling",
    ])
      expect(await lacks(name), name).to.equal(false);
  });
});
