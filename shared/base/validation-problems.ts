import type * as z from "zod/mini";
import { cutShort } from "./cut-short.ts";
import { meant } from "./meant.ts";

/** The longest piece of a wrong value, or of a key, that an error quotes, in characters. */
const QUOTE_LIMIT = 60;
/** How many problems one error lists. A message may have as many as fit into a MiB. */
const TOLD_LIMIT = 20;

/**
 * What is wrong with a value, one problem each: the key, what was expected and what was found. Parse with
 * `reportInput: true`, or the found values are missing.
 *
 * @param schema what the value was parsed by: with it, an unknown key is told with those that it may have meant
 */
export function problemsOf(error: z.core.$ZodError, schema?: z.core.$ZodType): string[] {
  return error.issues.flatMap((issue) => describeIssue(issue, [], schema));
}

/** The same as one text, for as many problems as anybody would read. */
export function problemsText(error: z.core.$ZodError, schema?: z.core.$ZodType): string {
  return firstOf(problemsOf(error, schema)).join("; ");
}

/** The first of many problems, and how many more there are. */
export function firstOf(problems: readonly string[]): string[] {
  const more = problems.length - TOLD_LIMIT;
  return more > 0 ? [...problems.slice(0, TOLD_LIMIT), `and ${more} more`] : [...problems];
}

function describeIssue(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  schema: z.core.$ZodType | undefined,
): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => `${pathText([...path, key])}: unknown key${meantText(meant(key, known))}`);
  }
  // A union is reported by the branch that got furthest. The others would only repeat "expected".
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // Of an object, a branch that wants no object got nowhere.
    const isOfKind = (issues: readonly z.core.$ZodIssue[]) =>
      !issues.some((each) => each.code === "invalid_type" && each.path.length === 0);
    const ofKind = typeof issue.input === "object" ? issue.errors.filter(isOfKind) : [];
    const branches = (ofKind.length > 0 ? ofKind : issue.errors).map((issues) =>
      issues.flatMap((each) => describeIssue(each, path, schema)),
    );
    return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
  }
  const expected = issue.message.startsWith("expected") ? issue.message : expectation(issue);
  return [`${pathText(path)}: ${expected}, found ${quote(issue.input)}${meantText(wordsMeant(issue))}`];
}

// Of the words that a value may be, those that a wrong one may have meant.
function wordsMeant(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== "invalid_value" || typeof issue.input !== "string") return [];
  const words = issue.values.filter((value) => typeof value === "string");
  return meant(issue.input, words).map((word) => JSON.stringify(word));
}

/** What follows a problem: the words that may have been meant, if there are any. */
export function meantText(words: readonly string[]): string {
  return words.length === 0 ? "" : `; did you mean ${words.join(" or ")}?`;
}

/** The parts of a schema in which others can be. */
type Definition = {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
};

// The keys that an object may have at a path of a schema. None if there is no object.
function keysAt(schema: z.core.$ZodType | undefined, [step, ...rest]: readonly PropertyKey[]): string[] {
  if (schema === undefined) return [];
  const { shape, element, innerType, in: input, options = [] } = schema._zod.def as Definition;
  const path = step === undefined ? [] : [step, ...rest];
  const inner = innerType ?? input;
  if (inner) return keysAt(inner, path);
  if (options.length > 0) return options.flatMap((each) => keysAt(each, path));
  if (element) return keysAt(element, rest);
  if (step === undefined) return Object.keys(shape ?? {});
  return keysAt(shape?.[String(step)], rest);
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `expected ${issue.origin === "string" || issue.origin === "array" ? "a length of " : ""}at least ${issue.minimum}`;
    case "too_big":
      return `expected ${issue.origin === "string" || issue.origin === "array" ? "a length of " : ""}at most ${issue.maximum}`;
    case "invalid_format":
      return `expected ${issue.pattern ? `something like ${issue.pattern}` : issue.format}`;
    default:
      return `expected something else (${issue.message})`;
  }
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "(the whole)";
  return path.reduce<string>(
    (text, step) =>
      typeof step === "number"
        ? `${text}[${step}]`
        : `${text}${text === "" ? "" : "."}${shortened(String(step))}`,
    "",
  );
}

/** A value as an error quotes it: JSON, cut short. */
export function quote(value: unknown): string {
  return value === undefined ? "nothing" : shortened(jsonOf(value));
}

/** A text that somebody else wrote, cut short. */
export function shortened(text: string): string {
  return cutShort(text, QUOTE_LIMIT);
}

// JSON.parse reads deeper nesting than JSON.stringify can write. With an alias, a value from YAML may even contain itself.
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "something nested too deeply";
  }
}
