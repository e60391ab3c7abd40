import type { EcsGround, Task } from "./model.ts";

/** One place where ECS registers a task. `leave` calls back once the task has drained there. */
export type Registration = { readonly enter: () => void; readonly leave: (gone: () => void) => void };

/** Where ECS registers a task: by instance id and host port, or by its own address. */
export function registrationsOf(task: Task, { classic, targetGroups }: EcsGround): Registration[] {
  const { instanceId } = task.containerInstance;
  return (task.version?.loadBalancers ?? []).map(({ targetGroupArn, loadBalancerName, containerPort }) => {
    if (loadBalancerName) {
      const loadBalancer = classic.find(loadBalancerName);
      return {
        enter: () => loadBalancer?.register([instanceId], "ecs"),
        leave: (gone) => (loadBalancer ? loadBalancer.leave(instanceId, "ecs", gone) : gone()),
      };
    }
    const group = targetGroups.find(targetGroupArn as string);
    const { id, port } = targetOf(task, containerPort);
    return {
      enter: () => group?.register(id, port, "ecs"),
      leave: (gone) => (group ? group.leave(id, port, "ecs", gone) : gone()),
    };
  });
}

/** Which target of a target group a task is: its own address, or its instance with the host port. */
export function targetOf(task: Task, containerPort: number): { id: string; port: number } {
  return {
    id: task.address ?? task.containerInstance.instanceId,
    port: task.address ? containerPort : hostPort(task, containerPort),
  };
}

// The host port that a container port was bound to; the container port itself where it was not.
function hostPort(task: Task, containerPort: number): number {
  return task.bindings.find((binding) => binding.containerPort === containerPort)?.hostPort ?? containerPort;
}
