import {
  DescribeRuleCommand,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { allItems } from "../../../shared/aws/answers.ts";
import { call } from "../../../shared/aws/call.ts";
import type { RuleShown } from "../../operator/doctor/facts.ts";
import type { Account } from "../account.ts";

/** Reads the rules of the default event bus that have a target, with what they send it. Throws an AwsCallError. */
export type RuleReads = (targetArn: string) => Promise<RuleShown[]>;

/** EventBridge through the SDK. */
export function ruleReads({ clients: { eventBridge: client } }: Pick<Account, "clients">): RuleReads {
  return async (TargetArn) => {
    const names = await allItems(
      { call, action: "events:ListRuleNamesByTarget", key: "RuleNames" },
      (NextToken) => client.send(new ListRuleNamesByTargetCommand({ TargetArn, NextToken })),
    );
    return Promise.all(names.map((name) => readRule(name, TargetArn)));
  };

  async function readRule(Name: string, TargetArn: string): Promise<RuleShown> {
    const rule = await call("events:DescribeRule", () => client.send(new DescribeRuleCommand({ Name })));
    const targets = await allItems(
      { call, action: "events:ListTargetsByRule", key: "Targets" },
      (NextToken) => client.send(new ListTargetsByRuleCommand({ Rule: Name, NextToken })),
    );
    const target = targets.find(({ Arn }) => Arn === TargetArn);
    const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: seconds } = target?.RetryPolicy ?? {};
    return {
      name: Name,
      isEnabled: rule.State !== "DISABLED",
      expression: rule.ScheduleExpression,
      pattern: rule.EventPattern,
      input: target?.Input,
      // EventBridge's own defaults (EventBridge User Guide, "Retry policy and dead-letter queues").
      retry: { retries: retries ?? 185, seconds: seconds ?? 86_400 },
    };
  }
}
