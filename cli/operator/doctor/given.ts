import * as z from "zod/mini";
import { parseJson } from "../../../shared/base/json.ts";
import { problemsOf } from "../../../shared/base/validation-problems.ts";
import { objectIn } from "../../../shared/model/settings.ts";
import { inputSchemaOf } from "../../function-inputs.ts";
import type { FunctionName, Given } from "./facts.ts";

/** Reads a function's input by the function's own schema. */
export function readGiven(name: FunctionName, text: string): Given {
  const value = objectIn(text);
  if (value === undefined) {
    const what = parseJson(text) === undefined ? "what is no JSON" : text;
    return { text, keys: {}, problems: [`expected an object with the function's input, found ${what}`] };
  }
  const schema = inputSchemaOf(name, value);
  const parsed = z.safeParse(schema as z.core.$ZodType, value, { reportInput: true });
  if (parsed.success) return { text, keys: parsed.data as Given["keys"], problems: [] };
  const { shape } = schema._zod.def;
  const right = Object.entries(value).filter(([key, each]) => {
    const own = Object.hasOwn(shape, key) ? shape[key as keyof typeof shape] : undefined;
    return own !== undefined && z.safeParse(own as z.core.$ZodType, each).success;
  });
  return { text, keys: Object.fromEntries(right), problems: problemsOf(parsed.error, schema) };
}
