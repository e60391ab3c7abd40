// What reads what others write, each with the cases that it is given and what must hold of every answer.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import type * as z from "zod/mini";
import { deregisterInput } from "../../functions/deregister/input.ts";
import { scaleManyInput, scaleTasksInput } from "../../functions/scale-tasks/input.ts";
import { terminateInput } from "../../functions/terminate/input.ts";
import { InputError } from "../../shared/base/errors.ts";
import type { Fields } from "../../shared/base/log.ts";
import { parseLifecycleMessage } from "../../shared/messages/lifecycle-message.ts";
import { parseMonitorMessage } from "../../shared/messages/monitor-message.ts";
import { parseNoticeBatch } from "../../shared/messages/notice-batch.ts";
import { isSqsEvent, messagesOf, queuesOf } from "../../shared/messages/sqs-event.ts";
import { type DrainKeys, keysOfMetadata, settingsOf } from "../../shared/model/settings.ts";
import { readInput, readInputVariable } from "../../shared/run/input.ts";
import type { Random } from "../../simulator/kernel/random.ts";
import { parseScenario, ScenarioError } from "../../simulator/scenario/read.ts";
import { bodyOf } from "./bodies.ts";
import { brokenText } from "./break.ts";
import {
  Broken,
  checkLifecycle,
  checkNotices,
  expectSameAgain,
  expectShort,
  expectTime,
  SENT_AT,
} from "./checks.ts";
import type { Json } from "./draw.ts";
import * as forms from "./forms.ts";

/** A reader with its cases. */
export type Target = {
  readonly name: string;
  /** How many of a hundred cases are its own. */
  readonly share: number;
  /** How long it may take a KiB of its text, in milliseconds, beside what any call may take. */
  readonly millisecondsAKib: number;
  /** A text of about `size` bytes at the most; of nearly as many where `large`. */
  readonly make: (random: Random, size: number, large: boolean) => string;
  /** Reads it. The kind of outcome is counted; what is thrown, and is not the reader's own error, is a problem. */
  readonly read: (text: string) => string;
};

const SCENARIOS = [
  "examples/dead-instance.yaml",
  "examples/fleet.yaml",
  "examples/long-drain.yaml",
  "examples/spot-notice.yaml",
  "examples/stuck-service.yaml",
  "examples/warm-pool.yaml",
].map((path) => readFileSync(path, "utf8"));
const silent = { info: () => {}, warn: () => {}, error: () => {} };

export const TARGETS: readonly Target[] = [
  {
    name: "lifecycle message",
    share: 30,
    millisecondsAKib: 4,
    make: (random, size, large) => {
      const wrap = random.chance(0.2) ? forms.enveloped : undefined;
      return bodyOf(random, forms.lifecycleForm(random), { size, large }, wrap);
    },
    read: (text) => {
      const read = parseLifecycleMessage(text);
      checkLifecycle(read);
      return read.kind;
    },
  },
  {
    name: "monitor message",
    share: 28,
    millisecondsAKib: 4,
    make: (random, size, large) => bodyOf(random, forms.monitorForm(random), { size, large }),
    read: (text) => {
      const read = parseMonitorMessage(text, SENT_AT);
      if (read.kind === "unreadable") expectShort(read.reason);
      else expectSameAgain(read.termination);
      return read.kind;
    },
  },
  {
    name: "notices that wait",
    share: 7,
    millisecondsAKib: 4,
    make: (random, size, large) => bodyOf(random, forms.noticesForm(random), { size, large }),
    read: (text) => {
      const read = parseNoticeBatch(text, SENT_AT);
      if (read?.kind === "unreadable") expectShort(read.reason);
      if (read?.kind === "notices") checkNotices(read.batch);
      return read?.kind ?? "another message";
    },
  },
  {
    name: "NotificationMetadata",
    share: 10,
    millisecondsAKib: 4,
    make: (random, size, large) => bodyOf(random, forms.drainKeys(random), { size, large }),
    read: (text) => {
      const read = keysOfMetadata(text);
      if (read === undefined) return "not for us";
      expectShort(read.problems.join("; "));
      const again = keysOfMetadata(JSON.stringify(read.keys)) ?? { keys: {}, problems: [] };
      if (!isDeepStrictEqual(again, { keys: read.keys, problems: [] }))
        throw new Broken(`what is right is read as something else: ${JSON.stringify(again).slice(0, 400)}`);
      return read.problems.length > 0 ? "problems" : "keys";
    },
  },
  inputTarget("input of deregister", forms.deregisterForm, () => deregisterInput),
  inputTarget("input of terminate", forms.terminateForm, () => terminateInput),
  inputTarget("input of scale-tasks", forms.scaleTasksForm, (event) =>
    typeof event === "object" && event !== null && "services" in event ? scaleManyInput : scaleTasksInput,
  ),
  {
    name: "variable INPUT",
    share: 4,
    millisecondsAKib: 4,
    make: (random, size, large) => bodyOf(random, forms.deregisterForm(random), { size, large }),
    read: (text) =>
      refusable(() => settingsOf(readInputVariable(deregisterInput, "deregister", text, silent))),
  },
  {
    name: "records of SQS",
    share: 3,
    millisecondsAKib: 4,
    make: (random, size, large) => bodyOf(random, forms.recordsForm(random), { size, large }),
    read: (text) => {
      const event = eventIn(text);
      if (event === undefined) return "no JSON";
      if (!isSqsEvent(event.value)) return "no records";
      for (const { id, sentAt } of messagesOf(event.value)) {
        if (typeof id !== "string") throw new Broken("a message has no id to be given back by");
        expectTime(sentAt);
      }
      if (queuesOf(event.value).some((name) => name.includes(":")))
        throw new Broken("a queue's name has a colon");
      return "records";
    },
  },
  {
    name: "scenario",
    share: 4,
    // YAML takes its time, and what is too long is not read at all.
    millisecondsAKib: 20,
    make: (random, size, large) => {
      const text = random.pick(SCENARIOS);
      if (!large && random.chance(0.5)) return brokenText(random, text).slice(0, size);
      return bodyOf(random, parse(text) as Json, { size, large });
    },
    read: (text) => {
      try {
        parseScenario(text, "fuzz");
        return "scenario";
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        expectShort(error.message);
        return "refused";
      }
    },
  },
];

function inputTarget(
  name: string,
  form: (random: Random) => Json,
  schemaOf: (event: unknown) => z.core.$ZodType<Fields>,
): Target {
  return {
    name,
    share: 7,
    millisecondsAKib: 4,
    make: (random, size, large) => bodyOf(random, form(random), { size, large }),
    read: (text) => {
      const event = eventIn(text);
      if (event === undefined) return "no JSON";
      const { value } = event;
      return refusable(() => settingsOf(readInput(schemaOf(value), name, value, silent) as DrainKeys));
    },
  };
}

// Lambda itself takes JSON only.
function eventIn(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function refusable(read: () => unknown): string {
  try {
    read();
    return "input";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expectShort(error.message);
    return "refused";
  }
}
