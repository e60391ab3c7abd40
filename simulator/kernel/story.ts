import type { HeldAddresses } from "./addresses.ts";
import { dropWhile, type Past } from "./past.ts";

/** Who caused a change: an AWS service by itself, the scenario's operator, or the name of a caller. */
export type Actor = "ecs" | "auto-scaling" | "elb" | "ec2" | "operator" | (string & {});

/** How a lifecycle action ended: by a call, by its own or the global timeout, or with its hook or group. */
export type ActionEnd = "call" | "timeout" | "cancelled" | "hook-deleted";

/** One thing that really happened in the simulated world. Ids are AWS's own; load balancers go by name. */
export type Happening =
  | { kind: "instance"; instanceId: string; group: string; state: string }
  /** EC2 sent a notice that it will interrupt the instance. */
  | { kind: "interruption"; instanceId: string }
  /** EC2 recommended to rebalance it, or scheduled a change for it. */
  | { kind: "notice"; instanceId: string; notice: "rebalance" | "maintenance" }
  /** Somebody other than its hook sent a lifecycle message about it. */
  | { kind: "message-forged"; instanceId: string }
  /** A message about it was lost. */
  | { kind: "message-lost"; instanceId: string }
  | { kind: "instance-ended"; instanceId: string; how: "terminated" | "stopped"; by: Actor }
  | {
      kind: "action-started";
      instanceId: string;
      group: string;
      hook: string;
      token: string;
      /** Whether the instance terminates. Otherwise it is launched. */
      terminating: boolean;
    }
  /** Somebody was told that a hook holds the instance, and which hooks there are: who could have worked on it from then on. */
  | {
      kind: "action-seen";
      instanceId: string;
      group: string;
      hook: string;
      /** What the hook notifies, as they were told. */
      notifies: string | undefined;
      token: string;
      by: Actor;
    }
  | {
      kind: "action-ended";
      instanceId: string;
      group: string;
      hook: string;
      token: string;
      how: ActionEnd;
      result: "CONTINUE" | "ABANDON";
      by: Actor;
    }
  | {
      kind: "container-instance";
      instanceId: string;
      cluster: string;
      arn: string;
      status: string;
      by: Actor;
    }
  /** Somebody asked for a task to stop. There is no line for what ECS stops by itself. */
  | {
      kind: "task-stop";
      instanceId: string;
      cluster: string;
      containerInstance: string;
      arn: string;
      /** The strategy of its service; undefined where it has none. */
      strategy: "REPLICA" | "DAEMON" | undefined;
      startedBy: string | undefined;
      by: Actor;
    }
  /** Somebody asked Auto Scaling to terminate an instance, by TerminateInstanceInAutoScalingGroup. */
  | {
      kind: "termination-asked";
      instanceId: string;
      group: string;
      /** Whether that lowers the group's desired capacity: nothing takes its place. */
      lowersCapacity: boolean;
      by: Actor;
    }
  /** The network interfaces of an instance itself are these from now on. */
  | {
      kind: "addresses";
      instanceId: string;
      interfaces: readonly (HeldAddresses & { readonly vpcId: string })[];
    }
  | { kind: "agent"; instanceId: string; cluster: string; connected: boolean }
  | {
      kind: "task";
      arn: string;
      cluster: string;
      service: string | undefined;
      instanceId: string;
      /** What ECS shows. */
      status: string;
      /** Whether its containers have ended, whatever ECS shows. */
      gone: boolean;
      hostPorts: readonly number[];
      /** Whether it listens on host ports that nothing but its containers knows: it is in the mode host, without port mappings. */
      listensOnAny?: boolean;
      /** The address of its own network interface, if it has one. */
      address: string | undefined;
      reason: string | undefined;
    }
  | {
      kind: "target";
      targetGroup: string;
      /** The VPC of the target group, in which its addresses are meant. */
      vpcId?: string | undefined;
      id: string;
      port: number;
      state: "registered" | "draining" | "gone";
      by: Actor;
    }
  /** A target has become healthy: its load balancers send to it. */
  | { kind: "target-healthy"; targetGroup: string; id: string; port: number }
  | {
      kind: "classic";
      loadBalancer: string;
      instanceId: string;
      state: "registered" | "draining" | "gone";
      by: Actor;
    };

/** A happening with its time, in milliseconds since 1970. */
export type StoryLine = { readonly at: number } & Happening;

/** All that has happened and is not forgotten, in order. The judge uses this, and never what a caller logs. */
export class Story implements Past {
  readonly lines: StoryLine[] = [];
  readonly #listeners: ((line: StoryLine) => void)[] = [];

  /** Adds a line, and calls the listeners with it. */
  tell(at: number, happening: Happening): void {
    const line = { at, ...happening };
    this.lines.push(line);
    for (const listener of this.#listeners) listener(line);
  }

  /** Calls `listener` for every line from now on. */
  listen(listener: (line: StoryLine) => void): void {
    this.#listeners.push(listener);
  }

  forget(before: number): void {
    dropWhile(this.lines, ({ at }) => at < before);
  }
}
