import { objectIn } from "../../kernel/json.ts";
import { AwsError, NotSimulated } from "../../wire/errors.ts";

/** Terms in quotes or bare: each must be there, or one of those with a `?` (CloudWatch Logs User Guide, "Filter pattern syntax"). */
const TERM = /\s*(\??)(?:"((?:[^"\\]|\\.)*)"|([\w.:/-]+))\s*/y;
/** One comparison with a property of a JSON line. */
const COMPARISON = /\s*\$\.([\w.]+)\s*(=|!=)\s*(?:"((?:[^"\\]|\\.)*)"|([\w.:/*-]+))\s*(&&|$)/y;

/**
 * Makes a test for lines of a filter pattern. It knows terms of which each or one must be there, and comparisons for equality of a
 * JSON line's properties that all must hold. Throws NotSimulated for any other pattern, and an AwsError for one that ends early.
 */
export function matcherOf(pattern: string): (message: string) => boolean {
  const trimmed = pattern.trim();
  if (!trimmed.startsWith("{")) return termsOf(trimmed);
  if (!trimmed.endsWith("}"))
    throw new AwsError("InvalidParameterException", "Invalid filter pattern: expected }", 400);
  return comparisonsOf(trimmed.slice(1, -1));
}

function termsOf(pattern: string): (message: string) => boolean {
  const terms = partsOf(pattern, TERM).map(([, any, quoted, bare]) => ({
    isOneOf: any === "?",
    text: unescaped(quoted) ?? bare ?? "",
  }));
  const some = terms.filter(({ isOneOf }) => isOneOf);
  // AWS ignores the ones with `?` where there are others.
  if (some.length > 0 && some.length < terms.length) throw new NotSimulated(`the filter pattern ${pattern}`);
  if (some.length > 0) return (message) => some.some(({ text }) => message.includes(text));
  return (message) => terms.every(({ text }) => message.includes(text));
}

function comparisonsOf(pattern: string): (message: string) => boolean {
  const comparisons = partsOf(pattern, COMPARISON).map(([, path = "", operator, quoted, bare]) => ({
    path: path.split("."),
    isEqual: operator === "=",
    value: unescaped(quoted) ?? bare ?? "",
  }));
  return (message) => {
    const line = objectIn(message);
    return (
      line !== undefined &&
      comparisons.every(({ path, isEqual, value }) => {
        const found = path.reduce<unknown>(
          (at, key) => (at as Record<string, unknown> | undefined)?.[key],
          line,
        );
        return found !== undefined && matchesText(value, String(found)) === isEqual;
      })
    );
  };
}

function partsOf(pattern: string, part: RegExp): RegExpExecArray[] {
  const parts: RegExpExecArray[] = [];
  for (let at = 0; at < pattern.length; at = part.lastIndex) {
    part.lastIndex = at;
    const found = part.exec(pattern);
    if (!found) throw new NotSimulated(`the filter pattern ${pattern}`);
    parts.push(found);
  }
  return parts;
}

// A star stands for any characters.
function matchesText(pattern: string, text: string): boolean {
  const escaped = pattern.split("*").map((piece) => piece.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "s").test(text);
}

function unescaped(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/g, "$1");
}
