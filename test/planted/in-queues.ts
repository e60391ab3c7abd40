import { isRead } from "../../shared/base/errors.ts";
import { type Bug, bugInPorts, failing, outcomeOf } from "./bug.ts";

const message = (id: string) => ({ id, body: "", receipt: `${id}'s`, sentAt: 0 });

/** Bugs in what a function sees of its queues. */
export const IN_QUEUES: readonly Bug[] = [
  bugInPorts({
    what: "an unreadable message is deleted though it could not be sent to the dead-letter queue",
    harm: "what somebody sent is lost without a trace",
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
    harm: "the instance is not drained at all before its hook ends",
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
    harm: "a run that dies loses the drain",
    lie: ({ queues }, functionName) => {
      if (functionName !== "terminate") return {};
      const receipts: string[] = [];
      return {
        queues: {
          ...queues,
          receive: async (...of) => {
            const messages = await queues.receive(...of);
            receipts.push(...messages.filter(isRead).map(({ receipt }) => receipt));
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
