import { settingsOf } from "../../../shared/model/settings.ts";
import { type Check, known } from "./check.ts";
import type { Facts, LoadBalancerShown, ServiceFacts } from "./facts.ts";
import { hooksIn } from "./hooks.ts";

/** For how long terminate looks only for lost messages at a time, in minutes: the longest that a hook of 1 h forgives. */
const SWEEP_MINUTES = 30;

type Part = { readonly seconds: number; readonly of: string };

/**
 * The waits that follow one another, of what takes longest: a load balancer of ours drains, or a service's target group does and its
 * tasks stop after that. Where a task listens behind a registration of ours, both follow one another, which is not counted.
 */
function longest({ loadBalancers, services, serving }: Facts): Part[] {
  const draining = ({ name, drainSeconds = 0 }: LoadBalancerShown): Part => ({
    seconds: drainSeconds,
    of: `${name} drains for ${drainSeconds} s`,
  });
  const own = known(loadBalancers).flatMap(({ found }) => {
    const each = known(found);
    return each === undefined ? [] : [[draining(each)]];
  });
  const groups = known(serving);
  const ofServices = known(services)
    .filter(({ isFargate }) => !isFargate)
    .map(({ name, targetGroups, stopSeconds }): Part[] => {
      const seconds = known(stopSeconds);
      const delays = groups.filter(({ id }) => targetGroups.includes(id)).map(draining);
      const [delay] = delays.sort((a, b) => b.seconds - a.seconds);
      return [
        ...(delay === undefined ? [] : [delay]),
        { seconds, of: `tasks of ${name} may take ${seconds} s to stop` },
      ];
    });
  return [...own, ...ofServices].sort((a, b) => lengthOf(b) - lengthOf(a))[0] ?? [];
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { seconds }) => sum + seconds, 0);
}

function canNeverDrain({ isDaemon, isFargate, desired, minimum, maximum }: ServiceFacts): boolean {
  const mustRun = Math.ceil((desired * minimum) / 100);
  const mayRun = Math.floor((desired * maximum) / 100);
  return !isDaemon && !isFargate && desired > 0 && mustRun >= desired && mayRun <= desired;
}

/** The checks of the drain's time. */
export const timeChecks: readonly Check[] = [
  {
    id: "time-drain",
    topic: "Times",
    title: "delays and stop timeouts fit into the drain's time",
    why: "a drain that goes well is cut off all the same, and its tasks die with the instance",
    severity: "warning",
    look: (facts) => {
      const { drainTimeoutSeconds: has, settleSeconds = 0 } = settingsOf(known(facts.settings));
      const parts = longest(facts);
      const needs = lengthOf(parts) + settleSeconds;
      return needs <= has
        ? []
        : [
            {
              what: `a drain may need ${needs} s (${parts.map(({ of }) => of).join(", ")}), and has ${has} s`,
              mend: `set drain_timeout_seconds: ${Math.ceil((needs + 120) / 60) * 60} in serverless.yml, then npx serverless deploy`,
            },
          ];
    },
  },
  {
    id: "time-sweep",
    topic: "Times",
    title: "terminate searches for lost messages",
    why: "an instance whose message was lost waits until its hook runs out",
    severity: "warning",
    look: ({ inputs }) => {
      const minutes = known(inputs.terminate)?.keys.sweep_minutes;
      if (typeof minutes !== "number" || (minutes > 0 && minutes <= SWEEP_MINUTES)) return [];
      return [
        {
          what: minutes === 0 ? "sweep_minutes is 0, so it never does" : `it does so each ${minutes} minutes`,
          mend: "take sweep_minutes out of serverless.yml, then npx serverless deploy",
        },
      ];
    },
  },
];

/** The checks of the services whose tasks must leave. */
export const serviceChecks: readonly Check[] = [
  {
    id: "percents",
    topic: "Services",
    title: "the percents of each service let ECS replace a task",
    why: "ECS may neither stop a task first nor start another first, and each drain waits until its deadline",
    severity: "error",
    look: ({ services }) =>
      known(services)
        .filter(canNeverDrain)
        .map(({ cluster, name, minimum, maximum, desired }) => ({
          what: `${name} in ${cluster} must keep ${minimum} % of ${desired} tasks, and may have ${maximum} %`,
          mend: `aws ecs update-service --cluster ${cluster} --service ${name} --deployment-configuration minimumHealthyPercent=${minimum},maximumPercent=200`,
        })),
  },
  {
    id: "managed-draining",
    topic: "Services",
    title: "ECS's managed draining is off",
    why: "ECS sets an instance DRAINING before its registrations are gone, and stops tasks under open connections",
    severity: "warning",
    look: (facts) => {
      const groups = hooksIn(facts).map(({ group }) => group);
      return known(facts.providers).flatMap(({ name, group: arn, drains }) => {
        const group = groups.find((each) => each.arn === arn || each.name === arn);
        return drains && group
          ? [
              {
                what: `the capacity provider ${name} drains the group ${group.name} too`,
                mend: `aws ecs update-capacity-provider --name ${name} --auto-scaling-group-provider managedDraining=DISABLED`,
              },
            ]
          : [];
      });
    },
  },
];
