import * as z from "zod/mini";
import { InputError } from "../base/errors.ts";
import type { Fields, Log } from "../base/log.ts";
import { problemsText } from "../base/validation-problems.ts";
import { objectIn } from "../model/settings.ts";

/**
 * Reads a function's input, and logs it as the run's first line. Throws an InputError, after logging it, that names every key that is
 * wrong.
 */
export function readInput<T extends z.core.$ZodType<Fields>>(
  schema: T,
  functionName: string,
  event: unknown,
  log: Log,
): z.infer<T> {
  const parsed = z.safeParse(schema, event, { reportInput: true });
  if (parsed.success) return logStarted(parsed.data, log);
  const reason = problemsText(parsed.error, schema);
  log.error("input refused", { reason });
  throw new InputError(`${functionName}: the scheduled event's input is wrong: ${reason}`);
}

/**
 * Reads a function's input from the environment's variable INPUT, where the event brings none. Throws an InputError, after
 * logging it, that names the variable and every key that is wrong.
 */
export function readInputVariable<T extends z.core.$ZodType<Fields>>(
  schema: T,
  functionName: string,
  text: string | undefined,
  log: Log,
): z.infer<T> {
  const parsed = z.safeParse(schema, objectIn(text) ?? (text || undefined), { reportInput: true });
  if (parsed.success) return logStarted(parsed.data, log);
  return refuseVariable("INPUT", functionName, problemsText(parsed.error, schema), log);
}

// Whoever reads a log months later knows by it which queues, load balancers, clusters and groups the run had, and by which settings.
function logStarted<T extends Fields>(input: T, log: Log): T {
  log.info("run started", input);
  return input;
}

/** Throws an InputError about a variable of the environment, after logging it. */
export function refuseVariable(
  variable: "INPUT" | "SENDER_ROLE_IDS",
  functionName: string,
  reason: string,
  log: Log,
): never {
  log.error("input refused", { variable, reason });
  throw new InputError(`${functionName}: the environment's variable ${variable} is wrong: ${reason}`);
}
