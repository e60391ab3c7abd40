import type { ClusterInstance } from "../../shared/model/tasks.ts";
import type { Cause } from "./causes.ts";
import type { Held } from "./dry-pass.ts";

type Freeing = Required<Pick<Cause, "freeBy" | "effect">>;

/** Lets ECS start another task before it stops the one on the instance. */
export function setPercents(cluster: string, service: string, minimum: number): Freeing {
  const percents = `minimumHealthyPercent=${minimum},maximumPercent=200`;
  return {
    freeBy: `aws ecs update-service --cluster ${cluster} --service ${service} --deployment-configuration ${percents}`,
    effect: "ECS may then start another task first",
  };
}

/** Starts one more instance, which has room for a task. */
export function addInstance(group: string, desired: number): Freeing {
  return {
    freeBy: `aws autoscaling set-desired-capacity --auto-scaling-group-name ${group} --desired-capacity ${desired + 1}`,
    effect: "one more instance starts, and ECS can place the task there",
  };
}

/** Ends the protection of tasks. */
export function unprotect(cluster: string, tasks: readonly string[]): Freeing {
  return {
    freeBy: `aws ecs update-task-protection --cluster ${cluster} --tasks ${tasks.map(nameOf).join(" ")} --no-protection-enabled`,
    effect: "ECS may then stop it",
  };
}

/** Stops a task that nobody else stops. */
export function stopTask({ cluster, task }: { readonly cluster: string; readonly task: string }): Freeing {
  return {
    freeBy: `aws ecs stop-task --cluster ${cluster} --task ${nameOf(task)}`,
    effect: "it gets SIGTERM, and its stop timeout",
  };
}

/** Sets a container instance DRAINING that the functions may not change. */
export function setDraining(clusterInstance: ClusterInstance | undefined): Freeing {
  const { cluster = "", containerInstance } = clusterInstance ?? {};
  const id = nameOf(containerInstance?.arn ?? "");
  return {
    freeBy: `aws ecs update-container-instances-state --cluster ${cluster} --container-instances ${id} --status DRAINING`,
    effect: "ECS then moves its services' tasks",
  };
}

/** Restarts the ECS agent of an instance. */
export function restartAgent(instanceId: string): Freeing {
  return {
    freeBy: `aws ssm send-command --instance-ids ${instanceId} --document-name AWS-RunShellScript --parameters commands="systemctl restart ecs"`,
    effect: "its agent connects again, and ECS can stop its tasks",
  };
}

/** Completes the lifecycle action, whatever is still on the instance. */
export function letGo({ termination: { group, hook = "", instanceId } }: Pick<Held, "termination">): Freeing {
  return {
    freeBy: `aws autoscaling complete-lifecycle-action --auto-scaling-group-name ${group} --lifecycle-hook-name ${hook} --instance-id ${instanceId} --lifecycle-action-result CONTINUE`,
    effect: "it goes at once, with what is on it",
  };
}

function nameOf(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}
