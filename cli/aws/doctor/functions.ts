import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
} from "@aws-sdk/client-lambda";
import { allItems, fieldOf, fieldsOf } from "../../../shared/aws/answers.ts";
import { call, unless } from "../../../shared/aws/call.ts";
import type { FunctionShown, MappingShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";
import { isNotFound } from "./not-found.ts";

const CONFIGURATION = "lambda:GetFunctionConfiguration";

/** What the doctor reads of Lambda. Each read throws an AwsCallError. */
export type FunctionReads = {
  /** How many executions at once all functions without a reserve share. */
  readonly unreserved: () => Promise<number>;
  /** Undefined if there is no such function. */
  readonly shown: (name: string) => Promise<FunctionShown | undefined>;
  /** Undefined if none is reserved. */
  readonly reserved: (name: string) => Promise<number | undefined>;
  /** How what invokes it asynchronously is kept and tried again. Undefined if Lambda's defaults hold. */
  readonly eventInvoke: (name: string) => Promise<{ retries: number; seconds: number } | undefined>;
  readonly tags: (arn: string) => Promise<Readonly<Record<string, string>>>;
  readonly mappings: (name: string) => Promise<MappingShown[]>;
};

/** Lambda through the SDK. */
export function functionReads({ open }: Pick<Account, "open">): FunctionReads {
  const client = open(LambdaClient);
  return {
    async unreserved() {
      const action = "lambda:GetAccountSettings";
      const answer = await call(action, () => client.send(new GetAccountSettingsCommand({})));
      const limit = fieldOf(action, answer, "AccountLimit");
      return fieldOf(action, limit, "UnreservedConcurrentExecutions");
    },
    async shown(FunctionName) {
      const answer = await unless(isNotFound, () =>
        call(CONFIGURATION, () => client.send(new GetFunctionConfigurationCommand({ FunctionName }))),
      );
      if (!answer) return undefined;
      const field = fieldsOf(CONFIGURATION, answer);
      return {
        name: FunctionName,
        arn: field("FunctionArn"),
        role: field("Role"),
        timeoutSeconds: field("Timeout"),
        environment: answer.Environment?.Variables ?? {},
        state: answer.State ?? "Active",
        updateStatus: answer.LastUpdateStatus ?? "Successful",
      };
    },
    async reserved(FunctionName) {
      const answer = await call("lambda:GetFunctionConcurrency", () =>
        client.send(new GetFunctionConcurrencyCommand({ FunctionName })),
      );
      return answer.ReservedConcurrentExecutions;
    },
    async eventInvoke(FunctionName) {
      const answer = await unless(isNotFound, () =>
        call("lambda:GetFunctionEventInvokeConfig", () =>
          client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName })),
        ),
      );
      // Lambda's own defaults (Lambda Developer Guide, "Asynchronous invocation").
      return (
        answer && {
          retries: answer.MaximumRetryAttempts ?? 2,
          seconds: answer.MaximumEventAgeInSeconds ?? 21_600,
        }
      );
    },
    async tags(Resource) {
      const { Tags = {} } = await call("lambda:ListTags", () =>
        client.send(new ListTagsCommand({ Resource })),
      );
      return Tags;
    },
    async mappings(FunctionName) {
      const all = await allItems(
        { call, action: "lambda:ListEventSourceMappings", key: "EventSourceMappings" },
        (Marker) => client.send(new ListEventSourceMappingsCommand({ FunctionName, Marker })),
      );
      return all.map((each) => ({
        id: each.UUID ?? "",
        source: each.EventSourceArn ?? "",
        state: each.State ?? "",
        concurrency: each.ScalingConfig?.MaximumConcurrency,
        reportsFailures: each.FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
      }));
    },
  };
}
