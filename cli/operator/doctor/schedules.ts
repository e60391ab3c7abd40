import { isDeepStrictEqual } from "node:util";
import { SERVICE } from "../../../deploy/block/inputs.ts";
import { problemsOfBlock } from "../../../deploy/block/problems.ts";
import { parseJson } from "../../../shared/base/json.ts";
import { type Check, type Finding, known, NotChecked, there } from "./check.ts";
import type { Facts, FunctionFacts, MappingShown, RuleShown } from "./facts.ts";
import { functionIn, PAIR } from "./functions.ts";
import { hooksIn } from "./hooks.ts";

/** How often each function is invoked, as EventBridge writes it. */
const RATE = "rate(1 minute)";
const EVERY_MINUTE = /^(rate\(1 minute\)|cron\(\* \* \* \* \? \*\))$/;

/** The rules that invoke a function at times. Throws a NotChecked where there is none: another check tells of that. */
function schedulesOf(facts: Facts, name: (typeof PAIR)[number]): { of: FunctionFacts; rules: RuleShown[] } {
  const of = functionIn(facts, name);
  const rules = scheduled(of);
  if (rules.length === 0) throw new NotChecked(`no rule invokes ${of.name}`);
  return { of, rules };
}

function scheduled({ rules }: FunctionFacts): RuleShown[] {
  return known(rules).filter(({ expression }) => expression !== undefined);
}

function ofRules(look: (rule: RuleShown, of: FunctionFacts) => Finding | undefined) {
  return (facts: Facts) =>
    PAIR.flatMap((name) => {
      const { of, rules } = schedulesOf(facts, name);
      return rules.flatMap((rule) => look(rule, of) ?? []);
    });
}

/** The checks of what invokes the functions. */
export const scheduleChecks: readonly Check[] = [
  {
    id: "schedule-there",
    topic: "Schedules",
    title: "a rule invokes each function",
    why: "a function that nobody invokes drains nothing",
    severity: "error",
    look: (facts) =>
      PAIR.flatMap((name) => {
        const of = functionIn(facts, name);
        return scheduled(of).length > 0
          ? []
          : [
              {
                what: `no rule of EventBridge with a schedule has ${of.name} as its target`,
                mend: "npx serverless deploy",
              },
            ];
      }),
  },
  {
    id: "schedule-enabled",
    topic: "Schedules",
    title: "the rules are switched on",
    why: "a function that nobody invokes drains nothing",
    severity: "error",
    look: ofRules(({ name, isEnabled }, of) =>
      isEnabled
        ? undefined
        : {
            what: `the rule ${name}, which invokes ${of.name}, is disabled`,
            mend: `aws events enable-rule --name ${name}`,
          },
    ),
  },
  {
    id: "schedule-rate",
    topic: "Schedules",
    title: "each function is invoked every minute",
    why: "heartbeats are planned for a run a minute, and between slower runs a hook may end",
    severity: "warning",
    look: ofRules(({ name, expression = "" }, of) =>
      EVERY_MINUTE.test(expression)
        ? undefined
        : {
            what: `the rule ${name} invokes ${of.name} by ${expression}`,
            mend: `aws events put-rule --name ${name} --schedule-expression "${RATE}"`,
          },
    ),
  },
  {
    id: "schedule-twice",
    topic: "Schedules",
    title: "one rule invokes each function",
    why: "twice as many runs make twice as many calls, and an input that only one of the rules has holds for half of the runs",
    severity: "warning",
    look: (facts) =>
      PAIR.flatMap((name) => {
        const { of, rules } = schedulesOf(facts, name);
        const on = rules.filter(({ isEnabled }) => isEnabled).map((each) => each.name);
        return on.length < 2
          ? []
          : [
              {
                what: `${of.name} is invoked by the rules ${on.join(" and ")}`,
                mend: `aws events disable-rule --name ${on[1]}`,
              },
            ];
      }),
  },
  {
    id: "schedule-retries",
    topic: "Schedules",
    title: "EventBridge keeps no late tick",
    why: "after an outage, ticks of hours ago come all at once",
    severity: "warning",
    look: ofRules(({ name, retry: { retries, seconds } }, of) =>
      retries === 0 || seconds <= 60
        ? undefined
        : {
            what: `the rule ${name} tries ${of.name} again ${retries} times, for up to ${seconds} s`,
            mend: "npx serverless deploy",
          },
    ),
  },
  {
    id: "input-there",
    topic: "Schedules",
    title: "the rules send each function its input",
    why: "a run without an input fails at once",
    severity: "error",
    look: ofRules(({ name, input }, of) =>
      input === undefined
        ? { what: `the rule ${name} sends ${of.name} no input`, mend: "npx serverless deploy" }
        : undefined,
    ),
  },
  {
    id: "input-right",
    topic: "Schedules",
    title: "the inputs are right",
    why: "a function with a wrong input fails at once, and drains nothing",
    severity: "error",
    look: ({ inputs }) =>
      (["deregister", "terminate", "scale-tasks"] as const).flatMap((name) =>
        (known(inputs[name])?.problems ?? []).map((problem) => ({
          what: `${name}: ${problem}`,
          mend: "correct it in serverless.yml, then npx serverless deploy",
        })),
      ),
  },
  {
    id: "inputs-agree",
    topic: "Schedules",
    title: "the inputs agree with each other",
    why: "terminate takes what deregister has begun for somebody else's, and drops it",
    severity: "error",
    look: ({ inputs, deployment, region }) => {
      const [began, ended] = [inputs.deregister, inputs.terminate].map((each) => there(each, "input"));
      if (began === undefined || ended === undefined || began.problems.length + ended.problems.length > 0)
        throw new NotChecked("an input is wrong");
      const { dry_run: _, ...terminate } = ended.keys;
      const stage = deployment.startsWith(`${SERVICE}-`) ? deployment.slice(SERVICE.length + 1) : "live";
      const block = {
        region,
        stage,
        heartbeat_timeout_seconds: 3600,
        deregister: began.keys,
        terminate,
        more_auto_scaling_groups: ["any"],
      };
      return problemsOfBlock(block).map((problem) => ({
        what: problem.replace("serverless.yml: custom.", ""),
        mend: "correct it in serverless.yml, then npx serverless deploy",
      }));
    },
  },
  {
    id: "notices-rule",
    topic: "Schedules",
    title: "a rule brings the notices that the input wants",
    why: "no notice arrives, and EC2 takes instances without a drain",
    severity: "error",
    look: ({ inputs, queueRules }) => {
      const { keys } = there(inputs.deregister, "input of deregister");
      const wanted = ["on_spot_interruption", "on_rebalance", "on_maintenance"].filter(
        (key) => (keys[key] ?? "ignore") !== "ignore",
      );
      const isBrought = known(queueRules).some(
        ({ isEnabled, pattern = "" }) => isEnabled && /aws\.(ec2|health)/.test(pattern),
      );
      return wanted.length === 0 || isBrought
        ? []
        : [
            {
              what: `the input has ${wanted.join(", ")}, and no rule that is on sends notices to the lifecycle queue`,
              mend: "npx serverless deploy",
            },
          ];
    },
  },
  {
    id: "lifecycle-rule",
    topic: "Schedules",
    title: "a rule brings the actions of hooks that notify nobody",
    why: "deregister learns of no termination, and a sweep finds each minutes later",
    severity: "error",
    look: (facts) => {
      const silent = hooksIn(facts).flatMap(({ group, ours }) =>
        ours.filter(({ target }) => target === undefined).map(({ name }) => ({ name, group: group.name })),
      );
      const isBrought = known(facts.queueRules).some(
        ({ isEnabled, pattern = "" }) => isEnabled && pattern.includes("aws.autoscaling"),
      );
      return isBrought
        ? []
        : silent.map(({ name, group }) => ({
            what: `the hook ${name} of the group ${group} notifies nobody, and no rule sends its actions to the lifecycle queue`,
            mend: `name ${name} in lifecycle_events of serverless.yml, then npx serverless deploy`,
          }));
    },
  },
  {
    id: "mapping-enabled",
    topic: "Schedules",
    title: "the mapping of the lifecycle queue is on",
    why: "a drain begins up to a minute later than deregister_at_once promises",
    severity: "warning",
    look: (facts) =>
      mappingsOf(facts, "deregister")
        .filter(({ state }) => !/^(Enabled|Enabling|Updating)$/.test(state))
        .map(({ id, state }) => ({
          what: `the event source mapping of deregister is ${state}`,
          mend: `aws lambda update-event-source-mapping --uuid ${id} --enabled`,
        })),
  },
  {
    id: "mapping-reports",
    topic: "Schedules",
    title: "the mapping keeps the messages that a run reports as failed",
    why: "Lambda deletes all messages of a batch, those too that the run could not handle",
    severity: "error",
    look: (facts) =>
      mappingsOf(facts, "deregister")
        .filter(({ reportsFailures }) => !reportsFailures)
        .map(({ id }) => ({
          what: "the event source mapping of deregister has no ReportBatchItemFailures",
          mend: `aws lambda update-event-source-mapping --uuid ${id} --function-response-types ReportBatchItemFailures`,
        })),
  },
  {
    id: "mapping-concurrency",
    topic: "Schedules",
    title: "the mapping runs two batches at once at the most",
    why: "a mass scale-in takes the calls that its deployment needs",
    severity: "warning",
    look: (facts) =>
      mappingsOf(facts, "deregister")
        .filter(({ concurrency }) => concurrency === undefined || concurrency > 10)
        .map(({ id, concurrency = "no limit" }) => ({
          what: `the event source mapping of deregister has ${concurrency} as its maximum concurrency`,
          mend: `aws lambda update-event-source-mapping --uuid ${id} --scaling-config MaximumConcurrency=2`,
        })),
  },
  {
    id: "mapping-input",
    topic: "Schedules",
    title: "deregister has the same input from messages as from its schedule",
    why: "a drain goes by other settings, depending on what began it",
    severity: "error",
    look: (facts) => {
      if (mappingsOf(facts, "deregister").length === 0) return [];
      const { environment, name } = functionIn(facts, "deregister");
      const given = environment.INPUT;
      const { text } = there(facts.inputs.deregister, "input of deregister");
      if (given !== undefined && isDeepStrictEqual(parseJson(given), parseJson(text))) return [];
      const what =
        given === undefined
          ? `the environment of ${name} has no INPUT`
          : `INPUT in the environment of ${name} is not what its rule sends`;
      return [{ what, mend: "npx serverless deploy" }];
    },
  },
  {
    id: "mapping-monitor",
    topic: "Schedules",
    title: "nothing maps the monitor queue",
    why: "terminate sends to the queue that invokes it, and Lambda cuts that off after 16 rounds",
    severity: "error",
    look: (facts) =>
      mappingsOf(facts, "terminate").map(({ id, source }) => ({
        what: `an event source mapping invokes terminate with the messages of ${source}`,
        mend: `aws lambda delete-event-source-mapping --uuid ${id}`,
      })),
  },
];

function mappingsOf(facts: Facts, name: (typeof PAIR)[number]): readonly MappingShown[] {
  return known(functionIn(facts, name).mappings);
}
