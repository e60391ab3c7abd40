import { parse } from "@babel/parser";
import { plainText } from "./plain-text.ts";

/**
 * A stretch of prose in Markdown: a whole page, or one comment. Its first line is the file's line `line`, and `plain` is
 * its text without markup.
 */
export type Passage = { readonly line: number; readonly text: string; readonly plain: string };

type Comment = {
  readonly block: boolean;
  readonly value: string;
  readonly line: number;
  readonly column: number;
};

/** The prose of a file: a page as it is, a source's comments one by one. */
export function passagesOf(path: string, content: string): Passage[] {
  const texts = path.endsWith(".md") ? [{ line: 1, text: content }] : commentsOf(content);
  return texts.map(({ line, text }) => ({ line, text, plain: plainText(text) }));
}

// Line comments that stand below each other are one.
function commentsOf(source: string): { line: number; text: string }[] {
  const { comments } = parse(source, { sourceType: "module", plugins: ["typescript"] });
  const groups: Comment[][] = [];
  for (const { type, value, loc } of comments ?? []) {
    if (!loc || isDirective(value)) continue;
    const { line, column } = loc.start;
    const comment = { block: type === "CommentBlock", value, line, column };
    const group = groups.at(-1);
    if (group && continues(group, comment)) group.push(comment);
    else groups.push([comment]);
  }
  return groups.map((group) => ({ line: group[0]?.line ?? 1, text: group.map(textOf).join("\n") }));
}

function continues(group: readonly Comment[], comment: Comment): boolean {
  const last = group.at(-1);
  if (!last || last.block || comment.block) return false;
  return comment.line === last.line + 1 && comment.column === last.column;
}

// What a tool reads is no prose.
function isDirective(value: string): boolean {
  return /^\s*(biome-ignore|@ts-|#)/.test(value);
}

// Each line stays on its line. Markers go, and so does a tag such as @param.
function textOf({ value }: Comment): string {
  return value
    .split("\n")
    .map((line) => line.replace(/^\s*\*?\s*/, "").replace(/^@\w+\s*/, ""))
    .join("\n");
}
