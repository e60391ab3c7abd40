import * as z from "zod/mini";
import { InputError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { problemsText } from "../base/validation-problems.ts";
import { objectIn } from "../model/settings.ts";

/** Reads a function's input. Throws an InputError, after logging it, that names every key that is wrong. */
export function readInput<T extends z.core.$ZodType>(
  schema: T,
  functionName: string,
  event: unknown,
  log: Log,
): z.infer<T> {
  const parsed = z.safeParse(schema, event, { reportInput: true });
  if (parsed.success) return parsed.data;
  const reason = problemsText(parsed.error, schema);
  log.error("input refused", { reason });
  throw new InputError(`${functionName}: the scheduled event's input is wrong: ${reason}`);
}

/**
 * Reads a function's input from the environment's variable INPUT, where the event brings none. Throws an InputError, after
 * logging it, that names the variable and every key that is wrong.
 */
export function readInputVariable<T extends z.core.$ZodType>(
  schema: T,
  functionName: string,
  text: string | undefined,
  log: Log,
): z.infer<T> {
  const parsed = z.safeParse(schema, objectIn(text) ?? (text || undefined), { reportInput: true });
  if (parsed.success) return parsed.data;
  return refuseVariable("INPUT", functionName, problemsText(parsed.error, schema), log);
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
