import type { Hook } from "../../shared/model/hooks.ts";
import type { Environment } from "../../shared/run/ports.ts";
import { Run } from "../../shared/run/run.ts";
import { portOf } from "../unit/shared/fake-ports.ts";
import { SINCE, termination } from "../unit/shared/rules/builders.ts";
import { type Bug, bugIn, bugInPorts, failing, lyingLoadBalancers, outcomeOf, portsWith } from "./bug.ts";

/** What the SDK's handler of requests keeps its configuration in. */
type HandlerInside = { readonly configProvider: Promise<{ readonly requestTimeout?: number }> };

const ACTION = { instanceId: "i-1", group: "fleet", hook: "drain", token: undefined };

/** Bugs in calls to AWS: failures that nobody notices, answers that grow old, pages and arguments. */
export const IN_CALLS: readonly Bug[] = [
  bugIn("createClients", {
    what: "the SDK's timeout is 70 s: a call that hangs takes the run with it",
    harm: "one call that hangs, and nobody sends heartbeats for a minute",
    plant: (createClients) => (options) =>
      createClients(
        options ?? {
          requestHandler: { connectionTimeout: 2_000, requestTimeout: 70_000, throwOnRequestTimeout: true },
        },
      ),
    use: async (createClients) => {
      const { sqs } = createClients();
      const { requestTimeout } = await (sqs.config.requestHandler as unknown as HandlerInside).configProvider;
      return requestTimeout;
    },
    foundBy: {
      unit: "shared/aws/clients",
      test: "fails, with all its attempts, within the time that a run keeps for its end: a client of the pair",
    },
  }),
  bugIn("allItems", {
    what: "only the first page of any list is read",
    harm: "what is on later pages is overlooked in any large account",
    plant: (allItems) => (of, ask) =>
      allItems(of, async (token) => {
        const page = await ask(token);
        return { ...page, NextToken: undefined, nextToken: undefined, NextMarker: undefined };
      }),
    use: (allItems) =>
      allItems({ call: (_, send) => send(), action: "aws:List", key: "Items" }, async (token) => ({
        Items: [token ?? "first"],
        ...(token === undefined ? { NextToken: "second" } : {}),
      })),
    foundBy: {
      scenarios: "scale-tasks",
      test: "a cluster of more instances than a page of their list: all count",
    },
  }),
  bugInPorts({
    what: "a completion that failed is taken for done",
    harm: "the instance is held until its hook ends",
    lie: ({ autoScaling }) => ({
      autoScaling: {
        ...autoScaling,
        complete: (...of) => autoScaling.complete(...of).catch(() => "completed" as const),
      },
    }),
    given: { autoScaling: { complete: failing } },
    use: ({ autoScaling }) => outcomeOf(autoScaling.complete(ACTION, "CONTINUE")),
    foundBy: {
      scenarios: "trouble",
      test: "a completion that is denied for ten minutes is tried until it is taken: none is called done, or left to a sweep",
    },
  }),
  bugInPorts({
    what: "a completion of an action that Auto Scaling does not know is taken for done",
    harm: "the message is gone, and the instance is held until its hook ends",
    lie: ({ autoScaling }) => ({
      autoScaling: {
        ...autoScaling,
        complete: async (...of) => {
          await autoScaling.complete(...of);
          return "completed";
        },
      },
    }),
    given: { autoScaling: { complete: async () => "no such action" } },
    use: ({ autoScaling }) => autoScaling.complete(ACTION, "CONTINUE"),
    foundBy: {
      scenarios: "trouble",
      test: "a token that Auto Scaling never gave out, while the right message is lost: the drain ends by the instance's id",
    },
  }),
  bugInPorts({
    what: "a heartbeat that failed is taken for sent",
    harm: "the hook ends in the middle of the drain",
    lie: ({ autoScaling }) => ({
      autoScaling: {
        ...autoScaling,
        heartbeat: (...of) => autoScaling.heartbeat(...of).catch(() => "recorded" as const),
      },
    }),
    given: { autoScaling: { heartbeat: failing } },
    use: ({ autoScaling }) => outcomeOf(autoScaling.heartbeat(ACTION)),
    foundBy: {
      scenarios: "heartbeats",
      test: "a heartbeat that is denied is tried again at the next pass, and all else goes on meanwhile",
    },
  }),
  bugInPorts({
    what: "hooks that could not be read are taken for none: the drain is dropped",
    harm: "the drain is dropped during an outage",
    lie: ({ autoScaling }) => ({
      autoScaling: {
        ...autoScaling,
        terminatingHooks: (group) => autoScaling.terminatingHooks(group).catch(() => []),
      },
    }),
    given: { autoScaling: { terminatingHooks: failing } },
    use: ({ autoScaling }) => outcomeOf(autoScaling.terminatingHooks("fleet")),
    foundBy: {
      scenarios: "hooks",
      test: "hooks that cannot be read for ten minutes are unread: the messages are kept, and the instance is drained after",
    },
  }),
  bugInPorts({
    what: "instances that Auto Scaling could not be asked about are taken for gone",
    harm: "the drain is dropped during an outage",
    lie: ({ autoScaling }) => ({
      autoScaling: {
        ...autoScaling,
        describeInstances: (ids) => autoScaling.describeInstances(ids).catch(() => new Map()),
      },
    }),
    given: { autoScaling: { describeInstances: failing } },
    use: ({ autoScaling }) => outcomeOf(autoScaling.describeInstances(["i-1"])),
    foundBy: { scenarios: "trouble", test: "autoscaling:* denied for five minutes in the middle of a drain" },
  }),
  bugInPorts({
    what: "a target that could not be taken out is taken for taken out",
    harm: "the log says that it is out, while requests reach it",
    lie: (ports) =>
      lyingLoadBalancers(ports, "target", ({ deregister }) => ({
        deregister: (id, targets) => deregister(id, targets).catch(() => ({ done: targets, failed: [] })),
      })),
    given: { loadBalancers: { target: { deregister: failing } } },
    use: (ports) => outcomeOf(portOf(ports, "target").deregister("arn:tg", [])),
    foundBy: {
      scenarios: "trouble",
      test: "targets that may not be taken out for five minutes: none is called out before it is",
    },
  }),
  bugIn("createPorts", {
    what: "the hooks of a group are read once in a function's life",
    harm: "an edit of a hook counts hours later, or never",
    plant: (createPorts) => {
      const known = new WeakMap<Environment, Map<string, Promise<Hook[]>>>();
      return (functionName, environment, ...rest) => {
        const ports = createPorts(functionName, environment, ...rest);
        const hooks = known.get(environment) ?? new Map<string, Promise<Hook[]>>();
        known.set(environment, hooks);
        const terminatingHooks = (group: string) => {
          const read = hooks.get(group) ?? ports.autoScaling.terminatingHooks(group);
          hooks.set(group, read);
          read.catch(() => hooks.delete(group));
          return read;
        };
        return { ...ports, autoScaling: { ...ports.autoScaling, terminatingHooks } };
      };
    },
    use: async (createPorts) => {
      let reads = 0;
      const client = {
        send: async () => {
          reads += 1;
          return { LifecycleHooks: [] };
        },
      };
      const environment = {
        clients: { autoScaling: client },
        queueUrls: new Map(),
      } as unknown as Environment;
      const invocation = { requestId: "test", remainingMilliseconds: () => 90_000 };
      for (let run = 0; run < 2; run += 1)
        await createPorts("terminate", environment, invocation, {
          now: () => SINCE,
        }).autoScaling.terminatingHooks("fleet");
      return reads;
    },
    foundBy: { scenarios: "hooks", test: "retargeted: it is another's from then on, and the log warns" },
  }),
  bugInPorts({
    what: "to stop a task, its cluster and its ARN are swapped",
    harm: "a daemon holds the instance until its deadline",
    lie: ({ ecs }) => ({
      ecs: { ...ecs, stopTask: (cluster, task, reason) => ecs.stopTask(task, cluster, reason) },
    }),
    given: {
      ecs: {
        stopTask: async (cluster) => {
          throw new Error(cluster);
        },
      },
    },
    use: ({ ecs }) => outcomeOf(ecs.stopTask("main", "task-1", "no")),
    foundBy: {
      scenarios: "stop-tasks",
      test: "what the instance itself started is stopped once nothing else is left",
    },
  }),
  bugInPorts({
    what: "a message that cannot be read is set aside with its text and its reason swapped",
    harm: "nobody can put the message right and move it back",
    lie: ({ queues }) => ({
      queues: {
        ...queues,
        sendWithReason: (queue, body, reason) => queues.sendWithReason(queue, reason ?? body, body),
      },
    }),
    given: {
      queues: {
        sendWithReason: async (_, body) => {
          throw new Error(body);
        },
      },
    },
    use: ({ queues }) => outcomeOf(queues.sendWithReason("dead-letters", "body", "reason")),
    foundBy: {
      scenarios: "messages",
      test: "three kinds of unreadable messages between good ones go to the dead-letter queue, each with its reason",
    },
  }),
  bugIn("openEnvelopes", {
    what: "SNS's envelope is not opened: a hook's messages by a topic cannot be read",
    harm: "no instance is drained whose hook notifies a topic",
    plant: () => (body) => {
      try {
        return { value: JSON.parse(body) };
      } catch {
        return { subject: undefined, problem: "expected JSON" };
      }
    },
    use: (openEnvelopes) => openEnvelopes(JSON.stringify({ Type: "Notification", Message: "{}" })),
    foundBy: { scenarios: "messages", test: "the form sns is read" },
  }),
  bugIn("mergedMemory", {
    what: "a merge forgets that the instance was behind a Network Load Balancer",
    harm: "a Network Load Balancer still sends to an instance that is gone",
    plant: (mergedMemory) => (merged) => {
      const memory = mergedMemory(merged);
      return merged.parts.length === 1 ? memory : { ...memory, behindNetworkLoadBalancer: false };
    },
    use: (mergedMemory) => {
      const behind = termination({ behindNetworkLoadBalancer: true, nextPassAt: SINCE });
      const parts = [behind.memory, termination({ nextPassAt: SINCE + 1 }).memory];
      return mergedMemory({ termination: behind, parts }).behindNetworkLoadBalancer;
    },
    foundBy: {
      scenarios: "deadlines",
      test: "so it does if its message comes again once nothing shows the load balancer any more",
    },
  }),
  bugIn("handOver", {
    what: "beyond 1,000 that are watched, a message is deleted and not passed on",
    harm: "in a mass scale-in instances are left undrained",
    plant: (handOver) => async (run, queue, tracked) => {
      await handOver(run, queue, tracked.slice(0, 1_000));
      const receipts = tracked.slice(1_000).flatMap(({ messages }) => messages.map(({ receipt }) => receipt));
      if (receipts.length > 0) await run.ports.queues.delete(queue, receipts);
    },
    use: async (handOver) => {
      const sent: unknown[] = [];
      const queues = {
        send: async <T>(_: string, messages: readonly T[]) => {
          sent.push(...messages);
          return { done: messages, failed: [] };
        },
        delete: async (_: string, receipts: readonly string[]) => ({ done: receipts, failed: [] }),
      };
      const tracked = Array.from({ length: 1_001 }, () => ({ termination: termination(), messages: [] }));
      await handOver(new Run(portsWith({ queues }), Number.POSITIVE_INFINITY), "monitor", tracked);
      return sent.length;
    },
    foundBy: {
      unit: "shared/reconcile/hand-over",
      test: "passes each of as many as a run tracks on, and deletes no message before",
    },
  }),
];
