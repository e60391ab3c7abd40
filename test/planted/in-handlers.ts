import type { Bug } from "./bug.ts";

/** Bugs in how messages travel through the two functions. */
export const IN_HANDLERS: readonly Bug[] = [
  {
    what: "two messages of one drain are merged into the younger: the drain begins anew with each",
    file: "shared/messages/merge-duplicates.ts",
    text: "a.termination.since - b.termination.since",
    instead: "b.termination.since - a.termination.since",
    foundBy: {
      scenarios: "messages",
      test: "two messages of one drain, a minute apart: it began with the first",
    },
  },
  {
    what: "of two messages of one drain, what the one that comes later remembers is forgotten",
    file: "shared/messages/merge-duplicates.ts",
    text: "memory: unite(same.termination, termination),",
    instead: "memory: unite(same.termination.memory, same.termination.memory),",
    foundBy: {
      scenarios: "returning",
      test: "a duplicate of its message does not make the drain forget what is to be given back",
    },
  },
  {
    what: "messages with different tokens are merged, and the token of another lifecycle action is used",
    file: "shared/messages/merge-duplicates.ts",
    text: "if (older.token && younger.token) return older.token === younger.token;",
    instead: "if (older.token && younger.token) return true;",
    foundBy: {
      scenarios: "messages",
      test: "a message with the token of another lifecycle action does not take the place of the instance's own",
    },
  },
  {
    what: "a message that is delivered twice is deleted by its first receipt, which SQS takes no more",
    file: "shared/messages/merge-duplicates.ts",
    text: "const again = new Set(more.map(({ id }) => id));\n  return [...messages.filter(({ id }) => !again.has(id)), ...more];",
    instead:
      "const again = new Set(messages.map(({ id }) => id));\n  return [...messages, ...more.filter(({ id }) => !again.has(id))];",
    foundBy: {
      scenarios: "messages",
      test: "messages that are delivered twice: one drain, and none is left",
    },
  },
  {
    what: "an unreadable message is deleted though it could not be sent to the dead-letter queue",
    file: "shared/messages/receive.ts",
    text: "      run.callFailed(error);\n      return [];\n    }\n    say({ moved_to",
    instead: "      run.callFailed(error);\n    }\n    say({ moved_to",
    foundBy: {
      scenarios: "dead-letters",
      test: "one that could not be set aside stays in its queue until it can",
    },
  },
  {
    what: "a lifecycle message is deleted though it could not be sent on",
    file: "functions/deregister/deregister.ts",
    text: ".filter(({ id }) => !open.has(id));",
    instead: ".filter(({ id }) => open.size >= 0 || !open.has(id));",
    foundBy: {
      scenarios: "trouble",
      test: "nothing can be sent from deregister's first run on: messages stay until they can, and the drain ends",
    },
  },
  {
    what: "a run that a mapping invoked fails without deleting what it is done with: all of the batch comes back",
    file: "functions/deregister/deregister.ts",
    text: "if (run.hasFailures) await deleteAll(ports, run, queue, finished);",
    instead: "",
    foundBy: {
      scenarios: "at-once",
      test: "one of three cannot be passed on: it alone comes back, the run counts as failed, and all are drained",
    },
  },
  {
    what: "a record that stays unread is not given back to the mapping, and Lambda deletes it",
    file: "functions/deregister/deregister.ts",
    text: "givenBack(messages.map(({ id }) => id).filter((id) => !done.has(id)))",
    instead: "givenBack([...done].filter((id) => !done.has(id)))",
    foundBy: {
      scenarios: "at-once",
      test: "one that cannot be read, and no dead-letter queue: it alone is given back, again and again",
    },
  },
  {
    what: "deregister passes on what it was told, without what it has done",
    file: "functions/deregister/deregister.ts",
    text: "body: formatMonitorMessage(termination),",
    instead: "body: formatMonitorMessage(before),",
    foundBy: {
      scenarios: "trouble",
      test: "a configured cluster that lacks the instance is warned about, once",
    },
  },
  {
    what: "terminate's own settings hold, not those that the message brings",
    file: "shared/messages/monitor-message.ts",
    text: "settingsOf(version === undefined ? overlay(fallback, own) : own)",
    instead: "settingsOf(version === undefined ? overlay(fallback, own) : fallback)",
    foundBy: {
      scenarios: "deadlines",
      test: "on_timeout abandon: completed with ABANDON at the deadline, with what is left",
    },
  },
  {
    what: "a message is deleted before it is handed over",
    file: "functions/terminate/watch.ts",
    text: "const { done, failed } = await this.#ports.queues.send(",
    instead:
      "await this.#delete(this.held.flatMap(({ messages }) => messages));\n    const { done, failed } = await this.#ports.queues.send(",
    foundBy: {
      scenarios: "crash",
      test: "terminate killed after any of its calls to SQS, in a drain that is handed over",
    },
  },
  {
    what: "terminate does not tell its looks of the dry run, and they write",
    file: "functions/terminate/watch.ts",
    text: "dryRun: this.#options.dryRun,",
    instead: "dryRun: false,",
    foundBy: {
      scenarios: "dry-run",
      test: "the default scenario, ten minutes by dry_run in both inputs: no write but to our own queues",
    },
  },
  {
    what: "a run sleeps to the next look without a glance at its own end",
    file: "functions/terminate/watch.ts",
    text: "if (at + LOOK_MS_EACH * (turns.length + others.length) >= end()) return;",
    instead: "if (now >= end()) return;",
    foundBy: {
      scenarios: "long",
      test: "a drain of 40 minutes goes on over many runs, and its message never ages",
    },
  },
  {
    what: "the sweep begins before the queue was received dry, and takes what waits there for lost",
    file: "functions/terminate/watch.ts",
    text: "return this.#isDry && this.held.length < HOLDS_AT_MOST;",
    instead: "return this.#isDry || this.held.length < HOLDS_AT_MOST;",
    foundBy: {
      scenarios: "sweep",
      test: "while the queue cannot be received it looks for nothing: what waits there is not lost",
    },
  },
  {
    what: "a run ends before its successor receives, and nobody looks meanwhile",
    file: "functions/terminate/terminate.ts",
    text: "const HOLD_MS = 62_000;",
    instead: "const HOLD_MS = 50_000;",
    foundBy: {
      scenarios: "hand-over",
      test: "three terminations a minute apart, the first 0 s after the minute",
    },
  },
];
