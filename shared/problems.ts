import type * as z from "zod/mini";

/** The longest piece of a wrong value that an error quotes, in characters. */
const QUOTE_LIMIT = 60;

/**
 * What is wrong with a value, one problem each: the key, what was expected and what was found. Parse with
 * `reportInput: true`, or the found values are missing.
 */
export function problemsOf(error: z.core.$ZodError): string[] {
  return error.issues.flatMap((issue) => describeIssue(issue, []));
}

function describeIssue(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${pathText([...path, key])}: unknown key`);
  // A union is reported by its first branch that got furthest; the others would only repeat "expected".
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const branches = issue.errors.map((issues) => issues.flatMap((each) => describeIssue(each, path)));
    return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
  }
  const expected = issue.message.startsWith("expected") ? issue.message : expectation(issue);
  return [`${pathText(path)}: ${expected}, found ${quote(issue.input)}`];
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
      typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`,
    "",
  );
}

/** A value as an error quotes it: JSON, cut short. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > QUOTE_LIMIT ? `${text.slice(0, QUOTE_LIMIT)}… (${text.length} characters)` : text;
}
