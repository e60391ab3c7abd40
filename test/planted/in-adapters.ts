import type { Bug } from "./bug.ts";

/** Bugs in what speaks to AWS, and in the Lambda that scales. */
export const IN_ADAPTERS: readonly Bug[] = [
  {
    what: "tasks are listed by the wish to run them alone: those that are stopping are left out",
    file: "shared/observe/tasks.ts",
    text: "...(await ports.ecs.listUnwanted(cluster, toList)),",
    instead: "",
    foundBy: {
      scenarios: "long",
      test: "a task that is stopping already when it is first looked for is waited for",
    },
  },
  {
    what: "only the first page of a list of tasks is read",
    file: "shared/aws/ecs-lists.ts",
    text: "nextToken = answer.nextToken;",
    instead: "nextToken = undefined;",
    foundBy: {
      scenarios: "fleets",
      test: "an instance with more tasks than a page of their list: the last of them is waited for",
    },
  },
  {
    what: "the failures that UpdateContainerInstancesState answers with under HTTP 200 are ignored",
    file: "shared/aws/ecs.ts",
    text: "failures.find((each) => each.arn && arn.endsWith(each.arn));",
    instead: "failures.find((each) => each.arn === cluster + arn);",
    foundBy: {
      scenarios: "one-of-many",
      test: "a container instance that is gone by the time it is to be set DRAINING fails by itself, and is told of",
    },
  },
  {
    what: "what a classic load balancer shows InService is taken for no longer draining",
    file: "shared/aws/elb.ts",
    text: '(each) => STILL_THERE.includes(each.State) || DRAINING.test(each.Description ?? ""),',
    instead:
      '({ State, Description = "" }) => State !== "InService" && (STILL_THERE.includes(State) || DRAINING.test(Description)),',
    foundBy: { scenarios: "fleets", test: "classic load balancer only" },
  },
  {
    what: "one instance that a classic load balancer cannot know keeps the whole batch registered",
    file: "shared/aws/elb.ts",
    text: "        if (!isInvalidInstance(error)) throw error;\n      }\n      // As above: nothing",
    instead: "        throw error;\n      }\n      // As above: nothing",
    foundBy: {
      scenarios: "one-of-many",
      test: "an instance that ends between the look and its deregistration fails the classic batch, and nobody else",
    },
  },
  {
    what: "ports are left out of DeregisterTargets, which then answers 200 and does nothing",
    file: "shared/aws/elbv2.ts",
    text: '({ Id: id, Port: port }));\n      await call("elasticloadbalancing:DeregisterTargets"',
    instead:
      '({ Id: id, Port: port })).map(({ Id }) => ({ Id }));\n      await call("elasticloadbalancing:DeregisterTargets"',
    foundBy: { scenarios: "fleets", test: "target group only, with an instance registered at two ports" },
  },
  {
    what: "a target that drains is taken for gone",
    file: "shared/aws/elbv2.ts",
    text: "return TargetHealthDescriptions.filter((each) => each.TargetHealth?.Reason !== NOT_REGISTERED).map(",
    instead:
      'return TargetHealthDescriptions.filter((each) => each.TargetHealth?.Reason !== NOT_REGISTERED && each.TargetHealth?.State !== "draining").map(',
    foundBy: { scenarios: "fleets", test: "target group only, with an instance registered at two ports" },
  },
  {
    what: "scale-tasks counts the instances that drain",
    file: "shared/aws/service-scale.ts",
    text: 'status: "ACTIVE", nextToken',
    instead: "nextToken",
    foundBy: { scenarios: "scale-tasks", test: "instances that drain do not count" },
  },
  {
    what: "scale-tasks counts the first page of a cluster's instances alone",
    file: "shared/aws/service-scale.ts",
    text: "nextToken = page.nextToken;",
    instead: "nextToken = undefined;",
    foundBy: {
      scenarios: "scale-tasks",
      test: "a cluster of more instances than a page of their list: all count",
    },
  },
];
