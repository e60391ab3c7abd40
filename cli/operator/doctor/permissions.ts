import { type Check, known, NotChecked } from "./check.ts";
import type { Facts, Permission } from "./facts.ts";

function finds(id: string) {
  return ({ permissions }: Facts) => {
    const denied = known(permissions).filter(({ check, isAllowed }) => check === id && !known(isAllowed));
    return [...groupedByRole(denied)].map(([of, all]) => {
      const actions = [...new Set(all.map(({ action }) => action))];
      const resources = [...new Set(all.map(({ resource }) => resource))];
      const more = resources.length > 1 ? ` and ${resources.length - 1} more` : "";
      return {
        what: `the role of ${of} may not call ${actions.join(", ")} on ${resources[0]}${more}`,
        mend: "npx serverless deploy",
      };
    });
  };
}

function groupedByRole(all: readonly Permission[]): Map<string, Permission[]> {
  const grouped = new Map<string, Permission[]>();
  for (const each of all) grouped.set(each.of, [...(grouped.get(each.of) ?? []), each]);
  return grouped;
}

/** Rows of checks that ask IAM: what a role needs it for, and what happens without it. */
const ROWS: readonly (readonly [id: string, title: string, why: string, severity: Check["severity"]])[] = [
  [
    "permission-hook",
    "the hooks' roles may write to the lifecycle queue",
    "Auto Scaling cannot notify us, and an instance waits until a sweep finds it",
    "error",
  ],
  [
    "permission-queues",
    "the functions may use the queues",
    "no termination is taken in, or none is passed on",
    "error",
  ],
  [
    "permission-read",
    "the functions may read what they decide by",
    "they wait for what they cannot read, until the drain's time is over",
    "error",
  ],
  [
    "permission-drain",
    "the functions may set the instances of their clusters DRAINING",
    "no task leaves an instance before its deadline",
    "error",
  ],
  [
    "permission-deregister",
    "the functions may take instances out of load balancers",
    "traffic goes on to an instance until its deadline",
    "error",
  ],
  [
    "permission-heartbeat",
    "the functions may prolong the hooks",
    "the hook's own timeout ends the drain",
    "error",
  ],
  [
    "permission-complete",
    "terminate may complete lifecycle actions",
    "an instance that is drained waits until its hook runs out",
    "error",
  ],
  [
    "permission-stop-task",
    "terminate may stop the tasks that are left",
    "the last tasks hold each instance until its deadline",
    "error",
  ],
  [
    "permission-restore",
    "terminate may register again what comes back",
    "an instance that returns to service gets no traffic",
    "warning",
  ],
  [
    "permission-container-instance",
    "the functions may take a dead container instance out of its cluster",
    "tasks of an instance that is gone stay RUNNING in ECS until its agent is given up",
    "warning",
  ],
  [
    "permission-replace",
    "terminate may replace an instance that a notice is about",
    "EC2 takes it before another one is there",
    "error",
  ],
  ["permission-events", "the functions may put events on the bus", "nobody is told of drains", "warning"],
  [
    "permission-key",
    "the roles may use the queues' key",
    "SQS refuses each message, and hooks notify nobody",
    "error",
  ],
  [
    "permission-scale",
    "scale-tasks may scale its services",
    "they keep the number of tasks that they have",
    "error",
  ],
  ["permission-log", "the functions may write their logs", "nobody can see what they do", "warning"],
];

/** The checks of what the roles may do, as IAM simulates it by the policies of each. */
export const permissionChecks: readonly Check[] = [
  ...ROWS.map(
    ([id, title, why, severity]): Check => ({
      id,
      topic: "Permissions",
      title,
      why,
      severity,
      look: finds(id),
    }),
  ),
  {
    id: "role-trust",
    topic: "Permissions",
    title: "each role may be taken on by its service",
    why: "neither Lambda nor Auto Scaling can use a role that does not trust it",
    severity: "error",
    look: ({ roles, functions, groups }) => {
      for (const { hooks } of known(groups)) known(hooks);
      if (roles.size === 0) throw new NotChecked("there is no role");
      const ofFunctions = Object.values(functions).flatMap((each) => known(each)?.role ?? []);
      return [...roles].flatMap(([arn, fact]) => {
        const service = ofFunctions.includes(arn) ? "lambda.amazonaws.com" : "autoscaling.amazonaws.com";
        const role = known(fact);
        if (role?.trusted.includes(service)) return [];
        const what =
          role === undefined ? `there is no role ${arn}` : `the role ${arn} does not trust ${service}`;
        return [{ what, mend: "npx serverless deploy" }];
      });
    },
  },
];
