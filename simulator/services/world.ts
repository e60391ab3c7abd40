import { Agenda } from "../kernel/agenda.ts";
import type { Clock } from "../kernel/clock.ts";
import { Firings } from "../kernel/firings.ts";
import type { Past } from "../kernel/past.ts";
import { type RandomSource, randomSource } from "../kernel/random.ts";
import { Story } from "../kernel/story.ts";
import { ScalableTargets } from "./application-autoscaling/scalable-targets.ts";
import { Groups } from "./autoscaling/groups.ts";
import { Stacks } from "./cloudformation/stacks.ts";
import { Alarms } from "./cloudwatch/alarms.ts";
import { Instances } from "./ec2/instances.ts";
import { Clusters } from "./ecs/clusters.ts";
import { ClassicLoadBalancers } from "./elb/load-balancers.ts";
import { TargetGroups } from "./elbv2/target-groups.ts";
import { EventBuses } from "./eventbridge/event-buses.ts";
import { EventRules } from "./eventbridge/event-rules.ts";
import { lifecycleEvent } from "./eventbridge/lifecycle-events.ts";
import { Schedules } from "./eventbridge/schedules.ts";
import { Roles } from "./iam/roles.ts";
import { LambdaFunctions } from "./lambda/functions.ts";
import { LogGroups } from "./logs/log-groups.ts";
import { ManagedDraining } from "./managed-draining.ts";
import { Topics } from "./sns/topics.ts";
import type { Unreliability } from "./sqs/queue.ts";
import { Queues } from "./sqs/queues.ts";

/** The simulated account: everything in it, what is going to happen to it, and what has happened. */
export class World implements Past {
  readonly agenda: Agenda;
  readonly random: RandomSource;
  readonly story = new Story();
  readonly firings = new Firings();
  readonly unreliability: Unreliability = { shortPollMisses: 0, duplicates: 0, disorder: 0 };
  readonly queues: Queues;
  readonly topics: Topics;
  readonly instances: Instances;
  readonly classic: ClassicLoadBalancers;
  readonly targetGroups: TargetGroups;
  readonly clusters: Clusters;
  readonly groups: Groups;
  readonly managedDraining: ManagedDraining;
  readonly eventRules: EventRules;
  readonly eventBuses: EventBuses;
  readonly scalableTargets: ScalableTargets;
  readonly logGroups: LogGroups;
  readonly functions = new LambdaFunctions();
  readonly schedules = new Schedules();
  readonly roles = new Roles();
  readonly alarms = new Alarms();
  readonly stacks = new Stacks();

  /** An empty account at a time in milliseconds since 1970. All that is random in it comes from the seed. */
  constructor(startsAt: number, seed: number | string) {
    this.agenda = new Agenda(startsAt);
    this.random = randomSource(seed);
    this.queues = new Queues({ agenda: this.agenda, random: this.random("sqs"), firings: this.firings });
    this.topics = new Topics(this);
    this.instances = new Instances({
      agenda: this.agenda,
      random: this.random("instances"),
      story: this.story,
    });
    this.classic = new ClassicLoadBalancers(this);
    this.targetGroups = new TargetGroups(this);
    this.clusters = new Clusters(this);
    this.groups = new Groups(this);
    this.managedDraining = new ManagedDraining(this);
    this.eventRules = new EventRules(this);
    this.eventBuses = new EventBuses(this);
    this.groups.notifications.onEvent((...begun) => this.eventRules.deliveriesOf(lifecycleEvent(...begun)));
    this.scalableTargets = new ScalableTargets(this);
    this.logGroups = new LogGroups(this);
  }

  /** Lets the world catch up with a clock. */
  settle(clock: Pick<Clock, "now">): void {
    this.agenda.settle(clock.now());
  }

  forget(before: number): void {
    const { story, instances, groups, clusters, targetGroups, classic, eventBuses, logGroups } = this;
    for (const part of [story, instances, groups, clusters, targetGroups, classic, eventBuses, logGroups])
      part.forget(before);
  }
}
