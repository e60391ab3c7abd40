import { AwsCallError } from "../../shared/base/errors.ts";
import { type Bug, bugInPorts, outcomeOf } from "./bug.ts";

const TASKS_A_PAGE = 100;
const failing = async () => {
  throw new AwsCallError("aws:Call", "denied", new Error("no"));
};
const message = (id: string) => ({ id, body: "", receipt: `${id}'s`, sentAt: 0 });

/** Bugs in what a function sees of ECS, of load balancers and of Auto Scaling. */
const OF_AWS: readonly Bug[] = [
  bugInPorts({
    what: "tasks are listed by the wish to run them alone: those that are stopping are left out",
    lie: ({ ecs }) => ({ ecs: { ...ecs, listStoppingTasks: async () => [] } }),
    given: { ecs: { listStoppingTasks: async () => ["task-1"] } },
    use: ({ ecs }) => ecs.listStoppingTasks("main", ["ci-1"]),
    foundBy: {
      scenarios: "long",
      test: "a task that is stopping already when it is first looked for is waited for",
    },
  }),
  bugInPorts({
    what: "only the first page of a list of tasks is read",
    lie: ({ ecs }) => ({
      ecs: {
        ...ecs,
        listTasksToRun: async (...of) => (await ecs.listTasksToRun(...of)).slice(0, TASKS_A_PAGE),
        listStoppingTasks: async (...of) => (await ecs.listStoppingTasks(...of)).slice(0, TASKS_A_PAGE),
      },
    }),
    given: { ecs: { listTasksToRun: async () => Array.from({ length: 101 }, (_, n) => `task-${n}`) } },
    use: ({ ecs }) => ecs.listTasksToRun("main", ["ci-1"]),
    foundBy: {
      scenarios: "fleets",
      test: "an instance with more tasks than a page of their list: the last of them is waited for",
    },
  }),
  bugInPorts({
    what: "the failures that UpdateContainerInstancesState answers with under HTTP 200 are ignored",
    lie: ({ ecs }) => ({
      ecs: {
        ...ecs,
        setStatus: async (cluster, arns, status) => {
          await ecs.setStatus(cluster, arns, status);
          return { done: arns, failed: [] };
        },
      },
    }),
    given: {
      ecs: { setStatus: async (_, [item = ""]) => ({ done: [], failed: [{ item, reason: "MISSING" }] }) },
    },
    use: ({ ecs }) => ecs.setStatus("main", ["ci-1"], "DRAINING"),
    foundBy: {
      scenarios: "one-of-many",
      test: "a container instance that is gone by the time it is to be set DRAINING fails by itself, and is told of",
    },
  }),
  bugInPorts({
    what: "a cluster that could not be read is taken for one without tasks",
    lie: ({ ecs }) => ({
      ecs: {
        ...ecs,
        findContainerInstances: (...of) => ecs.findContainerInstances(...of).catch(() => []),
        describeContainerInstances: (...of) => ecs.describeContainerInstances(...of).catch(() => []),
        describeTasks: (...of) => ecs.describeTasks(...of).catch(() => []),
      },
    }),
    given: { ecs: { describeTasks: failing } },
    use: ({ ecs }) => outcomeOf(ecs.describeTasks("main", ["task-1"])),
    foundBy: { scenarios: "trouble", test: "ecs:* denied for five minutes in the middle of a drain" },
  }),
  bugInPorts({
    what: "a target that drains is taken for gone",
    lie: ({ targetGroups }) => ({
      targetGroups: {
        ...targetGroups,
        targets: async (arn) =>
          (await targetGroups.targets(arn))?.filter(({ state }) => state !== "draining"),
      },
    }),
    given: {
      targetGroups: { targets: async () => [{ id: "i-1", port: 80, state: "draining", invalid: false }] },
    },
    use: ({ targetGroups }) => targetGroups.targets("arn:tg"),
    foundBy: { scenarios: "fleets", test: "target group only, with an instance registered at two ports" },
  }),
  bugInPorts({
    what: "a target group that could not be read is taken for one without targets",
    lie: ({ targetGroups }) => ({
      targetGroups: {
        ...targetGroups,
        describe: (nameOrArn) => targetGroups.describe(nameOrArn).catch(() => undefined),
        targets: (arn) => targetGroups.targets(arn).catch(() => []),
      },
    }),
    given: { targetGroups: { targets: failing } },
    use: ({ targetGroups }) => outcomeOf(targetGroups.targets("arn:tg")),
    foundBy: { scenarios: "trouble", test: "elbv2:* denied for five minutes in the middle of a drain" },
  }),
  bugInPorts({
    what: "one item that AWS refuses fails the batch that it is in",
    lie: ({ targetGroups }) => ({
      targetGroups: {
        ...targetGroups,
        deregister: async (...of) => {
          try {
            await targetGroups.deregister(...of);
          } catch (error) {
            if (!(error instanceof AwsCallError)) throw error;
            throw new AwsCallError(error.action, "unavailable", error);
          }
        },
      },
    }),
    given: { targetGroups: { deregister: failing } },
    use: ({ targetGroups }) => outcomeOf(targetGroups.deregister("arn:tg", [])),
    foundBy: {
      scenarios: "one-of-many",
      test: "a target that its group refuses to take out is told of, and the others go without it",
    },
  }),
  bugInPorts({
    what: "an instance that its classic load balancer lists no more is gone, though it drains",
    lie: ({ classic }) => ({ classic: { ...classic, draining: async () => new Set() } }),
    given: { classic: { draining: async () => new Set(["i-1"]) } },
    use: ({ classic }) => classic.draining("elb", ["i-1"]),
    foundBy: { scenarios: "fleets", test: "classic load balancer only" },
  }),
  bugInPorts({
    what: "a heartbeat that was refused is not remembered, and is sent again at every pass",
    lie: ({ autoScaling }) => ({
      autoScaling: {
        ...autoScaling,
        heartbeat: async (action) => {
          const answer = await autoScaling.heartbeat(action);
          if (answer === "recorded") return answer;
          throw new AwsCallError("autoscaling:RecordLifecycleActionHeartbeat", "wrong", new Error(answer));
        },
      },
    }),
    given: { autoScaling: { heartbeat: async () => "no such action" } },
    use: ({ autoScaling }) =>
      outcomeOf(
        autoScaling.heartbeat({ instanceId: "i-1", group: "fleet", hook: "drain", token: undefined }),
      ),
    foundBy: { scenarios: "heartbeats", test: "a heartbeat that is refused is not sent again at every look" },
  }),
];

/** Bugs in what a function sees of its queues. */
const OF_QUEUES: readonly Bug[] = [
  bugInPorts({
    what: "an unreadable message is deleted though it could not be sent to the dead-letter queue",
    lie: ({ queues }) => ({
      queues: { ...queues, sendWithReason: (...of) => queues.sendWithReason(...of).catch(() => {}) },
    }),
    given: { queues: { sendWithReason: failing } },
    use: ({ queues }) => outcomeOf(queues.sendWithReason("dead-letters", "body", "reason")),
    foundBy: {
      scenarios: "dead-letters",
      test: "one that could not be set aside stays in its queue until it can",
    },
  }),
  bugInPorts({
    what: "a lifecycle message is deleted though it could not be sent on",
    lie: ({ queues }) => ({
      queues: {
        ...queues,
        send: async (queue, messages) => {
          await queues.send(queue, messages);
          return { done: messages, failed: [] };
        },
      },
    }),
    given: {
      queues: {
        send: async (_, messages) => ({ done: [], failed: messages.map((item) => ({ item, reason: "no" })) }),
      },
    },
    use: ({ queues }) => queues.send("monitor", [{ body: "a" }]),
    foundBy: {
      scenarios: "trouble",
      test: "nothing can be sent from deregister's first run on: messages stay until they can, and the drain ends",
    },
  }),
  bugInPorts({
    what: "a message is deleted before it is handed over",
    lie: ({ queues }, functionName) => {
      if (functionName !== "terminate") return {};
      const receipts: string[] = [];
      return {
        queues: {
          ...queues,
          receive: async (...of) => {
            const messages = await queues.receive(...of);
            receipts.push(...messages.map(({ receipt }) => receipt));
            return messages;
          },
          send: async (queue, messages) => {
            await queues.delete(queue, receipts);
            return queues.send(queue, messages);
          },
        },
      };
    },
    given: {
      queues: {
        receive: async () => [message("a")],
        send: failing,
        delete: async (_, [receipt]) => Promise.reject(new Error(`deleted ${receipt}`)),
      },
    },
    use: async ({ queues }) => {
      await queues.receive("monitor", 0);
      return outcomeOf(queues.send("monitor", []));
    },
    foundBy: {
      scenarios: "crash",
      test: "terminate killed after any of its calls to SQS, in a drain that is handed over",
    },
  }),
];

/** Bugs in what a function sees of AWS. */
export const IN_PORTS: readonly Bug[] = [...OF_AWS, ...OF_QUEUES];
