// Rule 2: who takes out what, and when.
// Protects the rules of who takes a registration out, and what DRAINING waits for.
import { unreadBlocker } from "../../../../shared/model/blocker.ts";
import {
  classic,
  clusterInstance,
  denied,
  MINUTE,
  NOT_DRAINING,
  type Row,
  rows,
  SECOND,
  SINCE,
  seen,
  target,
  targetsLeft,
  task,
  tasksLeft,
} from "./builders.ts";

describe("decide", () => {
  rows("rule 2: who takes out what, and when", [
    {
      why: "nothing listens behind ours: both begin together",
      observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))], registrations: [target()] },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "a task listens behind our target: it goes first",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target()],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "a task that no service started listens behind our target: DRAINING leaves it, so both begin together",
      observed: {
        clusterInstances: [
          clusterInstance(
            "ACTIVE",
            task("RUNNING", { hostPorts: [8080], service: undefined }),
            task("RUNNING", { arn: "task-2", mayListenOnAny: true, service: undefined }),
            task("PENDING"),
          ),
        ],
        registrations: [target()],
      },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "a task that no service started listens there, and its ports are unread: nobody else's are there",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { service: undefined }))],
        registrations: [target()],
        unread: { "host ports": denied() },
      },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "one of two tasks listens behind our target: it goes first",
      observed: {
        clusterInstances: [
          clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }), task("PENDING")),
        ],
        registrations: [target()],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "a task listens behind our classic load balancer: it goes first",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [classic()],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "ours still drains: DRAINING waits",
      memory: { ...seen, actedAt: SINCE },
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ state: "draining" })],
      },
      expected: ["wait"],
    },
    {
      why: "ours is gone, but the deregistration was less than 10 s ago: DRAINING waits",
      memory: { ...seen, actedAt: SINCE + MINUTE - 10 * SECOND + 1 },
      observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))] },
      expected: ["wait"],
    },
    {
      why: "ours is gone, and long enough: DRAINING",
      memory: { ...seen, actedAt: SINCE + MINUTE - 10 * SECOND },
      observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))] },
      expected: ["wait", "drain"],
    },
    {
      why: "only managed ones were seen: DRAINING need not wait",
      memory: {
        ...seen,
        registrations: [...seen.registrations, { kind: "classic", id: "elb" }],
        managed: [
          { kind: "target", id: "tg-1" },
          { kind: "classic", id: "elb" },
        ],
        actedAt: SINCE + MINUTE - SECOND,
      },
      observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))] },
      expected: ["wait", "drain"],
    },
    {
      why: "ours was seen among managed ones: DRAINING waits",
      memory: {
        ...seen,
        registrations: [...seen.registrations, { kind: "classic", id: "elb" }],
        managed: [{ kind: "target", id: "tg-1" }],
        actedAt: SINCE + MINUTE - SECOND,
      },
      observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))] },
      expected: ["wait"],
    },
    {
      why: "a task's ports could not be read: it may listen behind ours, which goes first",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        registrations: [target()],
        unread: { "host ports": denied("ecs:DescribeTaskDefinition") },
      },
      expected: ["wait", "deregister"],
      because: [
        targetsLeft("draining"),
        tasksLeft("RUNNING"),
        NOT_DRAINING,
        unreadBlocker("host ports", denied("ecs:DescribeTaskDefinition")),
      ],
    },
    {
      why: "nor could they be when ours was gone, but less than 10 s after its deregistration: DRAINING waits",
      memory: { ...seen, actedAt: SINCE + MINUTE - 10 * SECOND + 1 },
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        unread: { "host ports": denied() },
      },
      expected: ["wait"],
    },
    {
      why: "nor when it was gone long enough: DRAINING",
      memory: { ...seen, actedAt: SINCE + MINUTE - 10 * SECOND },
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        unread: { "host ports": denied() },
      },
      expected: ["wait", "drain"],
    },
    {
      why: "nor behind managed ones and addresses alone: DRAINING",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        registrations: [
          target({ managed: true }),
          target({
            id: "tg-2",
            target: "10.0.0.7",
            pointsAt: [],
            services: ["web"],
            addressTask: task("RUNNING"),
          }),
        ],
        unread: { "host ports": denied() },
      },
      expected: ["wait", "drain"],
    },
    {
      why: "a task may listen on ports that nothing shows: ours goes first",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { mayListenOnAny: true }))],
        registrations: [target()],
      },
      expected: ["wait", "deregister"],
      because: [targetsLeft("draining"), tasksLeft("RUNNING"), NOT_DRAINING],
    },
    {
      why: "it has shown some, and may listen on others: the same",
      observed: {
        clusterInstances: [
          clusterInstance("ACTIVE", task("RUNNING", { mayListenOnAny: true, hostPorts: [9090] })),
        ],
        registrations: [target({ state: "draining" })],
      },
      expected: ["wait"],
    },
    {
      why: "ours was gone less than 10 s after its deregistration: DRAINING waits",
      memory: { ...seen, actedAt: SINCE + MINUTE - 10 * SECOND + 1 },
      observed: { clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { mayListenOnAny: true }))] },
      expected: ["wait"],
    },
    {
      why: "behind managed ones alone, a task that may listen on any is ECS's affair",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { mayListenOnAny: true }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      expected: ["wait", "drain"],
    },
    {
      why: "it has STOPPED: DRAINING",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("STOPPED", { mayListenOnAny: true }))],
        registrations: [target()],
      },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "ours points at a port that nothing shows: a task that listens on any may be behind it",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [9090] }))],
        registrations: [target({ pointsAt: [] })],
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "the same, with a task that listens on none: DRAINING",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING"))],
        registrations: [target({ pointsAt: [] })],
      },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "a STOPPED task listens no more",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("STOPPED", { hostPorts: [8080] }))],
        registrations: [target()],
      },
      expected: ["wait", "deregister", "drain"],
    },
    {
      why: "managed ones are left to ECS, and do not hold DRAINING back",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [40_000] }))],
        registrations: [target({ managed: true, port: 40_000, services: ["web"] })],
      },
      expected: ["wait", "drain"],
    },
    {
      why: "DRAINING already: not set again",
      observed: { clusterInstances: [clusterInstance("DRAINING", task("RUNNING"))] },
      expected: ["wait"],
    },
    {
      why: "the tasks were not read: nothing is touched",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE")],
        registrations: [target()],
        unread: { tasks: denied() },
      },
      expected: ["wait"],
    },
    {
      why: "the registrations were not read: no DRAINING while a task listens, but what was seen of ours goes",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target()],
        unread: { registrations: denied() },
      },
      expected: ["wait", "deregister"],
    },
    {
      why: "a managed target whose task runs is no orphan",
      memory: { drainingAt: SINCE },
      observed: {
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING", { hostPorts: [8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 10 * MINUTE,
      expected: ["wait"],
    },
    ...[
      { stoppedAgo: MINUTE - 1, expected: ["wait"] },
      { stoppedAgo: MINUTE, expected: ["wait", "orphan"] },
    ].map(
      ({ stoppedAgo, expected }): Row => ({
        why: `a managed target still registered ${stoppedAgo} ms after its task stopped: ${expected.join(", ")}`,
        memory: { drainingAt: SINCE },
        observed: {
          clusterInstances: [
            clusterInstance(
              "DRAINING",
              task("STOPPED", { hostPorts: [8080], stoppedAt: SINCE + 5 * MINUTE - stoppedAgo }),
            ),
          ],
          registrations: [target({ managed: true, services: ["web"] })],
        },
        now: 5 * MINUTE,
        expected,
      }),
    ),
    {
      why: "of several tasks behind a managed target, the last to stop counts",
      memory: { drainingAt: SINCE },
      observed: {
        clusterInstances: [
          clusterInstance(
            "DRAINING",
            task("STOPPED", { hostPorts: [8080], stoppedAt: SINCE }),
            task("STOPPED", { hostPorts: [8080], stoppedAt: SINCE + 5 * MINUTE - SECOND }),
          ),
        ],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "a task of several ports is behind the target of one of them",
      memory: { drainingAt: SINCE },
      observed: {
        clusterInstances: [clusterInstance("DRAINING", task("RUNNING", { hostPorts: [9090, 8080] }))],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "a task of another service is not behind it, whatever its port",
      memory: { drainingAt: SINCE },
      observed: {
        clusterInstances: [
          clusterInstance("DRAINING", task("RUNNING", { service: "other", hostPorts: [8080] })),
        ],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected: ["wait", "orphan"],
    },
    {
      why: "one that drains is no orphan",
      memory: { drainingAt: SINCE },
      observed: {
        clusterInstances: [
          clusterInstance("DRAINING", task("STOPPED", { hostPorts: [8080], stoppedAt: SINCE })),
        ],
        registrations: [target({ managed: true, services: ["web"], state: "draining" })],
      },
      now: 5 * MINUTE,
      expected: ["wait"],
    },
    {
      why: "registered in a managed group with no task behind it: an orphan a minute after DRAINING",
      memory: { drainingAt: SINCE + 4 * MINUTE },
      observed: {
        clusterInstances: [clusterInstance("DRAINING")],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected: ["wait", "orphan"],
    },
    {
      why: "the same before DRAINING is set: not yet",
      observed: {
        clusterInstances: [clusterInstance("ACTIVE")],
        registrations: [target({ managed: true, services: ["web"] })],
      },
      now: 5 * MINUTE,
      expected: ["wait", "drain"],
    },
  ]);
});
