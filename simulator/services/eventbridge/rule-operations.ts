import * as eventBridge from "@aws-sdk/client-eventbridge";
import { arn } from "../../kernel/account.ts";
import { type Call, type Operation, operation } from "../../wire/operation.ts";
import { page } from "../../wire/paging.ts";
import { type EventRule, type EventRules, patternOf } from "./event-rules.ts";
import { noRule, ruleArn, type Schedules } from "./schedules.ts";

/** How many rules a page has at the most. */
const RULES = 100;

type Shown = {
  readonly rule: Omit<eventBridge.DescribeRuleResponse, "$metadata">;
  readonly targets: readonly eventBridge.Target[];
};

/** The reads of rules: those that invoke functions at times, and those that send events to queues. */
export function ruleOperations(world: {
  readonly schedules: Schedules;
  readonly eventRules: EventRules;
}): Operation[] {
  const all = (): Shown[] => [...schedules(world.schedules), ...world.eventRules.all.map(presentRule)];
  const named = (name: string): Shown => {
    const found = all().find(({ rule }) => rule.Name === name);
    if (!found) throw noRule(name);
    return found;
  };
  const names = (input: eventBridge.ListRuleNamesByTargetRequest, call: Call) => {
    const found = all().filter(({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn));
    const request = {
      size: input.Limit,
      most: RULES,
      token: input.NextToken,
      invalidCode: "ValidationException",
    };
    const { items, next } = page(found, request, call.paging);
    return {
      RuleNames: items.map(({ rule }) => rule.Name ?? ""),
      ...(next === undefined ? {} : { NextToken: next }),
    };
  };

  const targets = ({ Rule = "" }: eventBridge.ListTargetsByRuleRequest) => ({
    Targets: [...named(Rule).targets],
  });

  return [
    operation(
      eventBridge.DescribeRule$,
      ["Name"],
      ({ Name = "" }: eventBridge.DescribeRuleRequest) => named(Name).rule,
    ),
    operation(eventBridge.ListRuleNamesByTarget$, ["TargetArn", "Limit", "NextToken"], names),
    operation(eventBridge.ListTargetsByRule$, ["Rule"], targets),
  ];
}

function schedules({ all }: Schedules): Shown[] {
  return all.map(({ name, expression, isEnabled, target, input, retry }) => ({
    rule: {
      Name: name,
      Arn: ruleArn(name),
      EventBusName: "default",
      ScheduleExpression: expression,
      State: isEnabled ? "ENABLED" : "DISABLED",
    },
    targets: [
      {
        Id: "function",
        Arn: target,
        Input: input(),
        ...(retry === undefined
          ? {}
          : {
              RetryPolicy: {
                MaximumRetryAttempts: retry.maximumRetryAttempts,
                MaximumEventAgeInSeconds: retry.maximumEventAgeSeconds,
              },
            }),
      },
    ],
  }));
}

function presentRule(rule: EventRule): Shown {
  return {
    rule: {
      Name: rule.name,
      Arn: ruleArn(rule.name),
      EventBusName: "default",
      EventPattern: JSON.stringify(patternOf(rule)),
      State: "ENABLED",
    },
    targets: [{ Id: "queue", Arn: arn("sqs", rule.queue) }],
  };
}
