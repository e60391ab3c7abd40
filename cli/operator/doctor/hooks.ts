import { type Hook, isOurs, type OurHooks, TERMINATING } from "../../../shared/model/hooks.ts";
import {
  ignoredKeys,
  keysInText,
  keysOfMetadata,
  ourHooksOf,
  unknownKeys,
} from "../../../shared/model/settings.ts";
import { type Check, type Finding, known, NotChecked, there } from "./check.ts";
import type { Facts, GroupFacts, HookShown } from "./facts.ts";

/** Below this a hook can end between two runs that prolong it, in seconds. */
const SHORT_SECONDS = 180;
/** What the hooks of the template are called, before the stage. */
const OUR_NAMES = "asg-drain-";

/** A hook as the functions see it. */
function asSeen({ name, target, metadata, timeoutSeconds, globalSeconds }: HookShown): Hook {
  return {
    name,
    target,
    metadata,
    heartbeatTimeout: timeoutSeconds * 1_000,
    globalTimeout: globalSeconds * 1_000,
  };
}

/** By what the functions know hooks of theirs. */
function oursIn({ inputs }: Facts): OurHooks {
  const keys = there(inputs.deregister, "input of deregister").keys;
  return ourHooksOf(keys as Parameters<typeof ourHooksOf>[0]);
}

/** Each group with its terminating hooks, and those of them that are ours. */
export function hooksIn(facts: Facts): { group: GroupFacts; all: HookShown[]; ours: HookShown[] }[] {
  const ours = oursIn(facts);
  const groups = known(facts.groups);
  if (groups.length === 0) throw new NotChecked("there is no group");
  return groups.map((group) => {
    const all = known(group.hooks).filter(({ transition }) => transition === TERMINATING);
    return { group, all, ours: all.filter((hook) => isOurs(asSeen(hook), ours)) };
  });
}

function ofHooks(look: (hook: HookShown, group: GroupFacts, facts: Facts) => Finding | undefined) {
  return (facts: Facts) =>
    hooksIn(facts).flatMap(({ group, ours }) => ours.flatMap((hook) => look(hook, group, facts) ?? []));
}

function ofGroups(look: (group: GroupFacts) => Finding | undefined) {
  return ({ groups }: Facts) => known(groups).flatMap((group) => look(group) ?? []);
}

const put = (group: GroupFacts, hook: HookShown, change: string) =>
  `aws autoscaling put-lifecycle-hook --auto-scaling-group-name ${group.name} --lifecycle-hook-name ${hook.name} ${change}`;

/** That a process of Auto Scaling goes on in each group. */
function suspended(process: "Terminate" | "Launch", why: string): Check {
  return {
    id: `suspended-${process.toLowerCase()}`,
    topic: "Hooks",
    title: `no group has its ${process} process suspended`,
    why,
    severity: "warning",
    look: ofGroups(({ name, suspended: processes }) =>
      processes.includes(process)
        ? {
            what: `the group ${name} has ${process} suspended`,
            mend: `aws autoscaling resume-processes --auto-scaling-group-name ${name} --scaling-processes ${process}`,
          }
        : undefined,
    ),
  };
}

/** The checks of the groups and their hooks. */
export const hookChecks: readonly Check[] = [
  {
    id: "hook-there",
    topic: "Hooks",
    title: "each group has a terminating hook of ours",
    why: "Auto Scaling terminates its instances at once, with all traffic and tasks on them",
    severity: "error",
    look: (facts) => {
      const { queue } = oursIn(facts);
      return hooksIn(facts).flatMap(({ group, all, ours }) => {
        if (ours.length > 0) return [];
        const others = all.map(({ name, target = "nobody" }) => `${name} notifies ${target}`);
        return [
          {
            what: `no terminating hook of the group ${group.name} notifies ${queue}${others.length > 0 ? `: ${others.join(", ")}` : ""}`,
            mend: `name ${group.name} in groups of serverless.yml, then npx serverless deploy`,
          },
        ];
      });
    },
  },
  {
    id: "hook-launching",
    topic: "Hooks",
    title: "no launching hook notifies our queue",
    why: "nobody completes it, and each new instance waits until the hook runs out",
    severity: "error",
    look: (facts) => {
      const ours = oursIn(facts);
      return known(facts.groups).flatMap((group) =>
        known(group.hooks)
          .filter((hook) => hook.transition !== TERMINATING && isOurs(asSeen(hook), { ...ours, names: [] }))
          .map((hook) => ({
            what: `the launching hook ${hook.name} of the group ${group.name} notifies ${hook.target}`,
            mend: `aws autoscaling delete-lifecycle-hook --auto-scaling-group-name ${group.name} --lifecycle-hook-name ${hook.name}`,
          })),
      );
    },
  },
  {
    id: "hook-timeout",
    topic: "Hooks",
    title: "each hook outlasts a few runs",
    why: "a run that comes late does not prolong it in time, and the instance goes with what is on it",
    severity: "warning",
    look: ofHooks((hook, group) =>
      hook.timeoutSeconds >= SHORT_SECONDS
        ? undefined
        : {
            what: `the hook ${hook.name} of the group ${group.name} holds for ${hook.timeoutSeconds} s, and 180 s or more are safe`,
            mend: put(group, hook, "--heartbeat-timeout 3600"),
          },
    ),
  },
  {
    id: "hook-global-limit",
    topic: "Hooks",
    title: "each hook can be prolonged for as long as a drain may take",
    why: "AWS ends a hook after 48 hours or a hundred timeouts, whatever heartbeats are sent, and the drain is cut off",
    severity: "warning",
    look: (facts) => {
      const { drain_timeout_seconds: seconds = 3600 } = known(facts.settings);
      return ofHooks((hook, group) => {
        const own = keysOfMetadata(hook.metadata)?.keys.drain_timeout_seconds ?? seconds;
        return hook.globalSeconds >= own
          ? undefined
          : {
              what: `the hook ${hook.name} of the group ${group.name} ends after ${hook.globalSeconds} s, and a drain may take ${own} s`,
              mend: put(group, hook, `--heartbeat-timeout ${Math.min(7200, Math.ceil((own + 120) / 100))}`),
            };
      })(facts);
    },
  },
  {
    id: "hook-result",
    topic: "Hooks",
    title: "a hook that runs out goes on with the termination",
    why: "ABANDON cancels the instance's other hooks, such as those that save its logs",
    severity: "warning",
    look: ofHooks((hook, group) =>
      hook.result === "CONTINUE"
        ? undefined
        : {
            what: `the default result of the hook ${hook.name} of the group ${group.name} is ${hook.result}`,
            mend: put(group, hook, "--default-result CONTINUE"),
          },
    ),
  },
  {
    id: "hook-metadata",
    topic: "Hooks",
    title: "the settings in a hook's metadata are right",
    why: "a wrong value does not count, and the drain goes by another",
    severity: "error",
    look: ofHooks((hook, group) => {
      const problems = keysOfMetadata(hook.metadata)?.problems ?? [];
      return problems.length === 0
        ? undefined
        : {
            what: `the hook ${hook.name} of the group ${group.name}: ${problems.join("; ")}`,
            mend: `correct the settings of ${group.name} in serverless.yml, then npx serverless deploy`,
          };
    }),
  },
  {
    id: "hook-metadata-keys",
    topic: "Hooks",
    title: "all that stands in a hook's metadata counts",
    why: "a key that nobody knows, or that only an input can set, changes nothing",
    severity: "warning",
    look: ofHooks(({ name, metadata }, group) => {
      const unknown = unknownKeys(metadata).filter(
        ({ meant }) => keysOfMetadata(metadata) !== undefined || meant.length > 0,
      );
      const keys = [...ignoredKeys(metadata), ...keysInText(metadata), ...unknown.map(({ key }) => key)];
      return keys.length === 0
        ? undefined
        : {
            what: `the hook ${name} of the group ${group.name} has ${keys.join(", ")} in its metadata, which change nothing`,
            mend: `correct the settings of ${group.name} in serverless.yml, then npx serverless deploy`,
          };
    }),
  },
  {
    id: "hook-once",
    topic: "Hooks",
    title: "one hook of a group notifies our queue",
    why: "each instance is drained twice, and waits for both",
    severity: "warning",
    look: (facts) =>
      hooksIn(facts).flatMap(({ group, ours }) =>
        ours.length < 2
          ? []
          : [
              {
                what: `the hooks ${ours.map(({ name }) => name).join(" and ")} of the group ${group.name} are both ours`,
                mend: `aws autoscaling delete-lifecycle-hook --auto-scaling-group-name ${group.name} --lifecycle-hook-name ${ours[1]?.name}`,
              },
            ],
      ),
  },
  {
    id: "two-drainers",
    topic: "Hooks",
    title: "no other deployment of asg-drain drains a group",
    why: "both take out the same registrations, and one may end the drain of the other",
    severity: "error",
    look: (facts) =>
      hooksIn(facts).flatMap(({ group, all, ours }) =>
        all
          .filter((hook) => !ours.includes(hook) && ours.length > 0 && hook.name.startsWith(OUR_NAMES))
          .map(({ name }) => ({
            what: `the group ${group.name} has the hook ${name} of another deployment too`,
            mend: `aws autoscaling delete-lifecycle-hook --auto-scaling-group-name ${group.name} --lifecycle-hook-name ${name}`,
          })),
      ),
  },
  suspended("Terminate", "Auto Scaling begins no termination, so nothing leaves the group"),
  suspended("Launch", "no instance comes in place of one that leaves, and its tasks may have nowhere to go"),
];
