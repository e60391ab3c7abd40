import { type Check, type Finding, known, there } from "./check.ts";
import type { Facts, FunctionFacts, FunctionName } from "./facts.ts";

/** The functions that a drain needs. */
export const PAIR = ["deregister", "terminate"] as const;
/** How long a run may take, as serverless.yml has it, in seconds. */
const TIMEOUTS = { deregister: 60, terminate: 90 } as const;
/** The functions run each minute. A newest run that is older is not the newest that there should be, in milliseconds. */
const SILENT_MS = 180_000;

/** A function of the deployment. Throws a NotChecked where there is none. */
export function functionIn({ functions, deployment }: Facts, name: FunctionName): FunctionFacts {
  return there(functions[name], `function ${deployment}-${name}`);
}

/** Looks at both functions of the pair. */
function ofPair(
  look: (each: FunctionFacts, name: (typeof PAIR)[number], facts: Facts) => Finding | undefined,
) {
  return (facts: Facts) => PAIR.flatMap((name) => look(functionIn(facts, name), name, facts) ?? []);
}

/** The checks of the functions themselves. */
export const functionChecks: readonly Check[] = [
  {
    id: "function-there",
    topic: "Functions",
    title: "deregister and terminate are there",
    why: "nobody drains an instance that a hook holds, and each waits until its hook runs out",
    severity: "error",
    look: ({ functions, deployment, region }) =>
      PAIR.flatMap((name) =>
        known(functions[name]) === undefined
          ? [
              {
                what: `there is no function ${deployment}-${name} in ${region}`,
                mend: "npx serverless deploy, or name what you have deployed with --deployment",
              },
            ]
          : [],
      ),
  },
  {
    id: "function-active",
    topic: "Functions",
    title: "both functions can be invoked",
    why: "Lambda invokes no function whose state is Failed, and keeps the old code where an update has failed",
    severity: "error",
    look: ofPair(({ name, state, updateStatus }) =>
      state === "Failed" || updateStatus === "Failed"
        ? {
            what: `${name} is ${state}, and its last update was ${updateStatus}`,
            mend: "npx serverless deploy",
          }
        : undefined,
    ),
  },
  {
    id: "function-timeout",
    topic: "Functions",
    title: "both functions have the time that a run takes",
    why: "Lambda ends a run in its middle, and its messages come back only when their visibility timeout is over",
    severity: "warning",
    look: ofPair(({ name, timeoutSeconds }, which) =>
      timeoutSeconds < TIMEOUTS[which]
        ? {
            what: `${name} has ${timeoutSeconds} s, and a run takes up to ${TIMEOUTS[which]} s`,
            mend: `aws lambda update-function-configuration --function-name ${name} --timeout ${TIMEOUTS[which]}`,
          }
        : undefined,
    ),
  },
  {
    id: "concurrency-zero",
    topic: "Functions",
    title: "neither function is switched off by a concurrency of 0",
    why: "Lambda refuses each invocation, and all drains stand still",
    severity: "error",
    look: ofPair(({ name, reserved }) =>
      known(reserved) === 0
        ? {
            what: `${name} has a reserved concurrency of 0`,
            mend: `aws lambda delete-function-concurrency --function-name ${name}`,
          }
        : undefined,
    ),
  },
  {
    id: "concurrency-reserved",
    topic: "Functions",
    title: "neither function has a reserved concurrency",
    why: "a run begins while the one before hands over its drains, and with a limit it is refused, or waits and is worth nothing",
    severity: "warning",
    look: ofPair(({ name, reserved }) => {
      const limit = known(reserved);
      return limit === undefined || limit === 0
        ? undefined
        : {
            what: `${name} has a reserved concurrency of ${limit}`,
            mend: `aws lambda delete-function-concurrency --function-name ${name}`,
          };
    }),
  },
  {
    id: "concurrency-account",
    topic: "Functions",
    title: "the account has concurrency left for the functions",
    why: "Lambda throttles a tick while other functions run, and drains stand still for that minute",
    severity: "warning",
    look: (facts) => {
      functionIn(facts, "terminate");
      const left = known(facts.unreserved);
      return left >= UNRESERVED
        ? []
        : [
            {
              what: `all functions of the account without a reserve share a concurrency of ${left}`,
              mend: "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000",
            },
          ];
    },
  },
  {
    id: "function-retries",
    topic: "Functions",
    title: "Lambda keeps no late tick",
    why: "runs that failed are tried again beside those of the next minutes, and ticks pile up after an outage",
    severity: "warning",
    look: ofPair(({ name, eventInvoke }) => {
      const { retries, seconds } = known(eventInvoke) ?? { retries: 2, seconds: 21_600 };
      return retries === 0 && seconds <= 60
        ? undefined
        : {
            what: `Lambda tries ${name} again ${retries} times, for up to ${seconds} s`,
            mend: `aws lambda put-function-event-invoke-config --function-name ${name} --maximum-retry-attempts 0 --maximum-event-age-in-seconds 60`,
          };
    }),
  },
  {
    id: "function-runs",
    topic: "Functions",
    title: "terminate has run in the last three minutes",
    why: "no lifecycle action is completed, and each instance waits until its hook runs out",
    severity: "error",
    look: ({ lastRunAt, now, deployment, functions }) => {
      there(functions.terminate, `function ${deployment}-terminate`);
      const last = known(lastRunAt);
      if (last !== undefined && now - last < SILENT_MS) return [];
      const since =
        last === undefined ? "in the last ten minutes" : `for ${Math.round((now - last) / 60_000)} min`;
      return [
        {
          what: `${deployment}-terminate has logged no run ${since}`,
          mend: `aws logs tail /aws/lambda/${deployment}-terminate --since 1h`,
        },
      ];
    },
  },
  {
    id: "dry-run",
    topic: "Functions",
    title: "the functions act, and do not only watch",
    why: "nothing is drained and no hook is prolonged: the hook's own timeout ends it, with what is on the instance",
    severity: "warning",
    look: (facts) =>
      PAIR.flatMap((name) => {
        const { environment, name: full } = functionIn(facts, name);
        const isDry = known(facts.inputs[name])?.keys.dry_run === true;
        if (!isDry && !environment.DRYRUN) return [];
        return [
          {
            what: isDry ? `the input of ${full} has dry_run: true` : `the environment of ${full} has DRYRUN`,
            mend: "set dry_run: false in serverless.yml, then npx serverless deploy",
          },
        ];
      }),
  },
  {
    id: "version-same",
    topic: "Functions",
    title: "both functions are of one version",
    why: "they pass each other messages that only the newer one understands in full",
    severity: "warning",
    look: (facts) => {
      const [began, ended] = PAIR.map((name) => known(functionIn(facts, name).version));
      return began === ended
        ? []
        : [
            {
              what: `deregister is of version ${began ?? "unknown"}, and terminate of ${ended ?? "unknown"}`,
              mend: "npx serverless deploy",
            },
          ];
    },
  },
  {
    id: "version-program",
    topic: "Functions",
    title: "this program is of the functions' version",
    why: "it decides by its own rules, and what it says of the functions may not be so",
    severity: "warning",
    look: (facts) => {
      const version = known(functionIn(facts, "terminate").version);
      return version === undefined || version === facts.program
        ? []
        : [
            {
              what: `${facts.deployment}-terminate is of version ${version}, and this program of ${facts.program}`,
              mend: `npx asg-drain@${version} doctor, or npx serverless deploy`,
            },
          ];
    },
  },
  {
    id: "stack-status",
    topic: "Functions",
    title: "the stack's last deployment went well",
    why: "a stack that was rolled back or deleted in part lacks what the functions need",
    severity: "error",
    look: ({ stack, deployment }) => {
      const { name, status } = there(stack, `stack ${deployment}`);
      return /FAILED|^ROLLBACK|DELETE/.test(status)
        ? [
            {
              what: `the stack ${name} is ${status}`,
              mend: `aws cloudformation describe-stack-events --stack-name ${name}`,
            },
          ]
        : [];
    },
  },
  {
    id: "version-stack",
    topic: "Functions",
    title: "the functions are of the stack's version",
    why: "somebody has changed their code beside the stack, and the next deployment brings the other one back",
    severity: "warning",
    look: (facts) => {
      const { name, version: told } = there(facts.stack, `stack ${facts.deployment}`);
      const version = known(functionIn(facts, "terminate").version);
      return told === undefined || version === undefined || told === version
        ? []
        : [
            {
              what: `the stack ${name} is of version ${told}, and ${facts.deployment}-terminate of ${version}`,
              mend: "npx serverless deploy",
            },
          ];
    },
  },
  {
    id: "sender-roles",
    topic: "Functions",
    title: "both functions know each other's roles",
    why: "what a drain remembers counts for nothing, and each run starts from the beginning",
    severity: "error",
    look: (facts) => {
      const ids = PAIR.flatMap((name) => {
        const { role } = functionIn(facts, name);
        const shown = facts.roles.get(role);
        return shown === undefined ? [] : (known(shown)?.id ?? []);
      });
      return PAIR.flatMap((name) => {
        const { environment, name: full } = functionIn(facts, name);
        const listed = (environment.SENDER_ROLE_IDS ?? "").split(",");
        const missing = ids.filter((id) => !listed.includes(id));
        return missing.length === 0
          ? []
          : [
              {
                what: `SENDER_ROLE_IDS of ${full} lacks ${missing.join(" and ")}`,
                mend: "npx serverless deploy",
              },
            ];
      });
    },
  },
  {
    id: "clock",
    topic: "Functions",
    title: "this machine's clock is AWS's",
    why: "AWS refuses calls whose signature is more than five minutes off",
    severity: "warning",
    look: ({ aheadSeconds }) => {
      const ahead = Math.round(known(aheadSeconds));
      return Math.abs(ahead) <= CLOCK_SECONDS
        ? []
        : [
            {
              what: `this machine's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} AWS's`,
              mend: "sudo chronyc makestep",
            },
          ];
    },
  },
];

/** Lambda itself keeps so much for functions that reserve none. A new account may have less. */
const UNRESERVED = 100;

/** By how much clocks may differ, in seconds. */
const CLOCK_SECONDS = 120;
