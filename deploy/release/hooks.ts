import { GROUPS_PARAMETER } from "./parameters.ts";
import type { Branch, Resource, Template, Tree } from "./tree.ts";

/** How many groups the template makes a hook for. */
export const SLOTS = 30;
/** The type of a hook. */
export const HOOK = "AWS::AutoScaling::LifecycleHook";

/** The template without hooks: CDK and Terraform make their own. */
export function withoutHooks(template: Template): Template {
  const others = Object.entries(template.Resources).filter(([, { Type }]) => Type !== HOOK);
  return { ...template, Resources: Object.fromEntries(others) };
}

/** The template with a hook for each place in the list of groups. A place that is empty has none. */
export function withHooks(template: Template): Template {
  const hook = Object.values(template.Resources).find(({ Type }) => Type === HOOK);
  if (hook === undefined) throw new Error("the packaged template has no hook");
  const slots = Array.from({ length: SLOTS }, (_, n) => n);
  const { Resources } = withoutHooks(template);
  return {
    ...template,
    Conditions: {
      ...(template.Conditions as Branch),
      ...Object.fromEntries(slots.map((n) => [slotCondition(n), isFilled(n)])),
    },
    Resources: {
      ...Resources,
      ...Object.fromEntries(slots.map((n) => [`LifecycleHook${n + 1}`, hookOf(hook, n)])),
    },
  };
}

function hookOf(hook: Resource, slot: number): Resource {
  return {
    ...hook,
    Condition: slotCondition(slot),
    Properties: { ...(hook.Properties as Branch), AutoScalingGroupName: groupAt(slot) },
  };
}

function slotCondition(slot: number): string {
  return `HasGroup${slot + 1}`;
}

function isFilled(slot: number): Tree {
  return { "Fn::Not": [{ "Fn::Equals": [groupAt(slot), ""] }] };
}

// The list is made long enough for each place to be there.
function groupAt(slot: number): Tree {
  const padded = { "Fn::Join": ["", [{ Ref: GROUPS_PARAMETER.name }, ",".repeat(SLOTS)]] };
  return { "Fn::Select": [slot, { "Fn::Split": [",", padded] }] };
}
