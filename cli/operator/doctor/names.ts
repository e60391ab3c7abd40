import { mayChange, settingsOf, tagIn } from "../../../shared/model/settings.ts";
import { type Check, type Finding, known, NotChecked, there } from "./check.ts";
import type { Fact, Facts, Named } from "./facts.ts";

/** The things that an input names and that there are not. */
function missing<T>(list: (facts: Facts) => Fact<readonly Named<T>[]>, tell: (name: string) => Finding) {
  return (facts: Facts) =>
    known(list(facts)).flatMap(({ name, found }) => (known(found) === undefined ? [tell(name)] : []));
}

const CORRECT = "correct it in serverless.yml, then npx serverless deploy";

/** The checks of names: those that an input has, and those of what nobody named. */
export const nameChecks: readonly Check[] = [
  {
    id: "name-group",
    topic: "Names",
    title: "each group that is named exists",
    why: "a group of another name has no hook, and terminate finds nothing in it",
    severity: "error",
    look: ({ groupNames, groups }) => {
      const found = known(groups).map(({ name }) => name);
      return known(groupNames)
        .filter((name) => !found.includes(name))
        .map((name) => ({ what: `there is no Auto Scaling group ${name}`, mend: CORRECT }));
    },
  },
  {
    id: "name-any-group",
    topic: "Names",
    title: "terminate knows a group to search",
    why: "a termination whose message was lost is never found, and its hook runs out",
    severity: "warning",
    look: ({ groupNames, inputs, groups }) => {
      const { keys, problems } = there(inputs.terminate, "input of terminate");
      if (known(groupNames).length > 0) return [];
      if (problems.length > 0) throw new NotChecked("the input of terminate is wrong");
      const tag = keys.group_tag;
      if (tag === undefined)
        return [
          {
            what: "the input of terminate names no auto_scaling_groups and no group_tag",
            mend: "name the groups in serverless.yml, then npx serverless deploy",
          },
        ];
      if (known(groups).length > 0) return [];
      const { key, value = "yes" } = tagIn(String(tag));
      return [
        {
          what: `no group carries the tag ${tag}`,
          mend: `aws autoscaling create-or-update-tags --tags ResourceId=GROUP,ResourceType=auto-scaling-group,Key=${key},Value=${value},PropagateAtLaunch=false`,
        },
      ];
    },
  },
  {
    id: "name-cluster",
    topic: "Names",
    title: "each cluster that is named exists",
    why: "the tasks of its instances are never moved",
    severity: "error",
    look: missing(
      ({ clusters }) => clusters,
      (name) => ({ what: `there is no ECS cluster ${name}`, mend: CORRECT }),
    ),
  },
  {
    id: "name-load-balancer",
    topic: "Names",
    title: "each load balancer and target group that is named exists",
    why: "each drain asks for it in vain, and with discover: named nothing is taken out of the one that was meant",
    severity: "error",
    look: missing(
      ({ loadBalancers }) => loadBalancers,
      (name) => ({ what: `there is no load balancer or target group ${name}`, mend: CORRECT }),
    ),
  },
  {
    id: "name-service",
    topic: "Names",
    title: "each service that scale-tasks names exists",
    why: "each run of scale-tasks fails",
    severity: "error",
    look: missing(
      ({ scaledServices }) => scaledServices,
      (name) => ({ what: `there is no ECS service ${name}`, mend: CORRECT }),
    ),
  },
  {
    id: "cluster-permitted",
    topic: "Names",
    title: "the functions may change each cluster that has an instance of a group",
    why: "its tasks hold the instance until its deadline",
    severity: "error",
    look: ({ hosts, settings, inputs }) => {
      there(inputs.deregister, "input of deregister");
      const own = settingsOf(known(settings));
      return known(hosts)
        .filter(({ arn, tags }) => !mayChange(own, arn, tags))
        .map(({ name }) => ({
          what: `instances are in the cluster ${name}, which is not named`,
          mend: `add ${name} to cluster_names in serverless.yml, then npx serverless deploy`,
        }));
    },
  },
  {
    id: "registration-named",
    topic: "Names",
    title: "instances are registered only where the functions take them out",
    why: "nobody takes an instance out there, and it gets traffic until it is gone",
    severity: "error",
    look: ({ having, loadBalancers, services }) => {
      const found = known(having);
      if (found === "all are found") return [];
      const named = known(loadBalancers).flatMap((each) => known(each.found)?.id ?? []);
      // ECS takes out what its services have registered.
      const managed = known(services).flatMap(({ targetGroups }) => targetGroups);
      return found
        .filter(({ id }) => !named.includes(id) && !managed.includes(id))
        .map(({ name }) => ({
          what: `instances are registered in ${name}, which is not named`,
          mend: `name ${name} in serverless.yml, or set discover: all, then npx serverless deploy`,
        }));
    },
  },
];
