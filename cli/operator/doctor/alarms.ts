import { type Check, known, NotChecked } from "./check.ts";
import type { AlarmShown, Facts } from "./facts.ts";

function lacks(id: string) {
  return ({ watched }: Facts) =>
    known(watched)
      .filter(({ check }) => check === id)
      .flatMap(({ metric: { namespace, name, dimension }, alarms }) =>
        known(alarms).length > 0
          ? []
          : [
              {
                what: `no alarm watches ${name} of ${namespace} for ${dimension.join(" ")}`,
                mend: "npx serverless deploy",
              },
            ],
      );
}

function allAlarms({ watched }: Facts): AlarmShown[] {
  const all = known(watched).flatMap(({ alarms }) => known(alarms));
  if (all.length === 0) throw new NotChecked("there is no alarm");
  return all;
}

const ROWS: readonly (readonly [id: string, title: string, why: string])[] = [
  [
    "alarm-dead-letters",
    "an alarm watches the dead letters",
    "nobody learns that a termination could not be read",
  ],
  ["alarm-unread", "an alarm watches how old messages get", "nobody learns that terminations wait unread"],
  ["alarm-runs", "an alarm watches that the functions run", "nobody learns that all drains stand still"],
  ["alarm-errors", "an alarm watches the functions' errors", "nobody learns that runs fail"],
  [
    "alarm-drains",
    "alarms watch drains that stall or are cut off",
    "nobody learns that an instance went with tasks on it",
  ],
];

/** The checks of the alarms. */
export const alarmChecks: readonly Check[] = [
  ...ROWS.map(
    ([id, title, why]): Check => ({ id, topic: "Alarms", title, why, severity: "warning", look: lacks(id) }),
  ),
  {
    id: "alarm-tells",
    topic: "Alarms",
    title: "each alarm tells somebody",
    why: "it goes off, and nobody hears it",
    severity: "warning",
    look: (facts) => {
      const silent = allAlarms(facts).filter(({ actions }) => actions.length === 0);
      return silent.length === 0
        ? []
        : [
            {
              what: `${silent.length} alarms have no action, ${silent[0]?.name} for one`,
              mend: "give alarm_actions in serverless.yml the ARN of a topic, then npx serverless deploy",
            },
          ];
    },
  },
  {
    id: "alarm-enabled",
    topic: "Alarms",
    title: "the alarms' actions are on",
    why: "it goes off, and nobody hears it",
    severity: "warning",
    look: (facts) => {
      const off = allAlarms(facts).filter(({ isEnabled }) => !isEnabled);
      return off.length === 0
        ? []
        : [
            {
              what: `${off.length === 1 ? "one alarm has" : `${off.length} alarms have`} actions that are switched off: ${off.map(({ name }) => name).join(", ")}`,
              mend: `aws cloudwatch enable-alarm-actions --alarm-names ${off.map(({ name }) => name).join(" ")}`,
            },
          ];
    },
  },
];
