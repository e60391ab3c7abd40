import { GROUPS_PARAMETER, type Parameter, TOPICS_PARAMETER } from "./parameters.ts";
import { conditionOfPlace, conditionsOfPlaces, placeOf, placesOf } from "./places.ts";
import type { Branch, Resource, Template } from "./tree.ts";

/** The type of a hook. */
export const HOOK = "AWS::AutoScaling::LifecycleHook";
const SUBSCRIPTION = "AWS::SNS::Subscription";

/** The template without hooks: CDK and Terraform make their own. */
export function withoutHooks(template: Template): Template {
  return without(HOOK, template);
}

/** The template with a hook for each place in the list of groups. A place that is empty has none. */
export function withHooks(template: Template): Template {
  return withPlaces(template, {
    type: HOOK,
    id: "LifecycleHook",
    property: "AutoScalingGroupName",
    parameter: GROUPS_PARAMETER,
  });
}

/** The template with a subscription for each place in the list of topics. A place that is empty has none. */
export function withSubscriptions(template: Template): Template {
  return withPlaces(template, {
    type: SUBSCRIPTION,
    id: "Subscription",
    property: "TopicArn",
    parameter: TOPICS_PARAMETER,
  });
}

/** What is made for each place in a list, and by which of its properties it knows what stands there. */
type Made = {
  readonly type: string;
  readonly id: string;
  readonly property: string;
  readonly parameter: Parameter;
};

function withPlaces(template: Template, made: Made): Template {
  const { type, id, parameter } = made;
  const one = Object.values(template.Resources).find(({ Type }) => Type === type);
  if (one === undefined) throw new Error(`the packaged template has no ${type}`);
  const all = placesOf(parameter).map((place) => [`${id}${place + 1}`, resourceAt(place, one, made)]);
  return {
    ...template,
    Conditions: { ...(template.Conditions as Branch), ...conditionsOfPlaces(parameter) },
    Resources: { ...without(type, template).Resources, ...Object.fromEntries(all) },
  };
}

function resourceAt(place: number, one: Resource, { property, parameter }: Made): Resource {
  return {
    ...one,
    Condition: conditionOfPlace(parameter, place),
    Properties: { ...(one.Properties as Branch), [property]: placeOf(parameter, place) },
  };
}

function without(type: string, template: Template): Template {
  const others = Object.entries(template.Resources).filter(([, { Type }]) => Type !== type);
  return { ...template, Resources: Object.fromEntries(others) };
}
