import * as lambda from "@aws-sdk/client-lambda";
import { AwsError } from "../../wire/errors.ts";
import { byName, errorSchemas, operation, type Service } from "../../wire/operation.ts";
import { operationSchemas } from "../../wire/rest.ts";
import {
  type EventSourceMapping,
  functionArn,
  type LambdaFunction,
  type LambdaFunctions,
} from "./functions.ts";

/** The simulated Lambda: what is deployed. It invokes nothing. */
export function lambdaService({ functions }: { readonly functions: LambdaFunctions }): Service {
  const settings = () => {
    const reserved = functions.all.map(({ reservedConcurrency = 0 }) => reservedConcurrency);
    const unreserved = functions.concurrency - reserved.reduce((sum, each) => sum + each, 0);
    return {
      AccountLimit: {
        ConcurrentExecutions: functions.concurrency,
        UnreservedConcurrentExecutions: unreserved,
      },
      AccountUsage: { FunctionCount: functions.all.length },
    };
  };

  const configuration = ({ FunctionName = "" }: lambda.GetFunctionConfigurationRequest) =>
    presentConfiguration(functions.byName(FunctionName));

  const concurrency = ({ FunctionName = "" }: lambda.GetFunctionConcurrencyRequest) => {
    const { reservedConcurrency } = functions.byName(FunctionName);
    return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
  };

  const eventInvoke = ({ FunctionName = "" }: lambda.GetFunctionEventInvokeConfigRequest) => {
    const found = functions.byName(FunctionName);
    if (!found.eventInvoke)
      throw new AwsError(
        "ResourceNotFoundException",
        `The function ${functionArn(found)}:$LATEST doesn't have an EventInvokeConfig`,
      );
    return {
      FunctionArn: `${functionArn(found)}:$LATEST`,
      MaximumRetryAttempts: found.eventInvoke.maximumRetryAttempts,
      MaximumEventAgeInSeconds: found.eventInvoke.maximumEventAgeSeconds,
    };
  };

  const mappings = ({ FunctionName, EventSourceArn }: lambda.ListEventSourceMappingsRequest) => {
    const chosen = FunctionName === undefined ? functions.all : [functions.byName(FunctionName)];
    const all = chosen.flatMap((each) => each.mappings.map((mapping) => ({ each, mapping })));
    const found = all.filter(
      ({ mapping }) => EventSourceArn === undefined || mapping.sourceArn === EventSourceArn,
    );
    return { EventSourceMappings: found.map(({ each, mapping }) => presentMapping(each, mapping)) };
  };

  const tags = ({ Resource = "" }: lambda.ListTagsRequest) => ({ Tags: functions.byName(Resource).tags });

  return {
    name: "lambda",
    protocol: { kind: "rest", all: operationSchemas(lambda) },
    errors: errorSchemas(lambda),
    invalidParameterCode: "InvalidParameterValueException",
    operations: byName([
      operation(lambda.GetAccountSettings$, [], settings),
      operation(lambda.GetFunctionConfiguration$, ["FunctionName"], configuration),
      operation(lambda.GetFunctionConcurrency$, ["FunctionName"], concurrency),
      operation(lambda.GetFunctionEventInvokeConfig$, ["FunctionName"], eventInvoke),
      operation(lambda.ListEventSourceMappings$, ["FunctionName", "EventSourceArn"], mappings),
      operation(lambda.ListTags$, ["Resource"], tags),
    ]),
  };
}

function presentConfiguration(each: LambdaFunction): lambda.FunctionConfiguration {
  return {
    FunctionName: each.name,
    FunctionArn: functionArn(each),
    Runtime: "nodejs24.x",
    Role: each.role,
    Handler: "handler.handler",
    Timeout: each.timeoutSeconds,
    MemorySize: each.memoryMegabytes,
    Version: "$LATEST",
    Environment: { Variables: each.environment },
    State: each.state,
    LastUpdateStatus: each.updateStatus,
    PackageType: "Zip",
    Architectures: ["arm64"],
  };
}

function presentMapping(
  each: LambdaFunction,
  mapping: EventSourceMapping,
): lambda.EventSourceMappingConfiguration {
  const { id, sourceArn, isEnabled, batchSize, maximumConcurrency, reportsFailures } = mapping;
  return {
    UUID: id,
    EventSourceArn: sourceArn,
    FunctionArn: functionArn(each),
    State: isEnabled ? "Enabled" : "Disabled",
    BatchSize: batchSize,
    ...(maximumConcurrency === undefined
      ? {}
      : { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }),
    FunctionResponseTypes: reportsFailures ? ["ReportBatchItemFailures"] : [],
  };
}
