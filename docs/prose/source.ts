import { parse } from "@babel/parser";
import { OLD_NAMES } from "./scope.ts";

/** Prose that was found in a source: its first line, its text in Markdown, and whether it is a comment or stands in code. */
export type Found = { readonly line: number; readonly text: string; readonly isCode: boolean };

type Comment = {
  readonly block: boolean;
  readonly value: string;
  readonly line: number;
  readonly column: number;
};

/** A source's comments, and the texts in its code: log lines, errors, descriptions. */
export function proseIn(source: string): Found[] {
  const file = parse(source, { sourceType: "unambiguous", plugins: ["typescript"] });
  return [...commentsOf(file.comments ?? []), ...textsIn(file.program)];
}

const TAG = /^@\w+\s*/;

// Line comments that stand below each other are one.
function commentsOf(comments: NonNullable<ReturnType<typeof parse>["comments"]>): Found[] {
  const groups: Comment[][] = [];
  for (const { type, value, loc } of comments) {
    if (!loc || isDirective(value)) continue;
    const { line, column } = loc.start;
    const comment = { block: type === "CommentBlock", value, line, column };
    const group = groups.at(-1);
    if (group && continues(group, comment)) group.push(comment);
    else groups.push([comment]);
  }
  return groups.map((group) => ({
    line: group[0]?.line ?? 1,
    text: group.map(textOf).join("\n"),
    isCode: false,
  }));
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

// Each line stays on its line. Markers go. What follows a tag such as @param is a list's item, so no sentence runs on into it.
function textOf({ value }: Comment): string {
  const lines = value.split("\n").map((line) => line.replace(/^\s*\*?\s*/, ""));
  const firstTag = lines.findIndex((line) => TAG.test(line));
  return lines
    .map((line, at) => {
      if (TAG.test(line)) return line.replace(TAG, "- ");
      return firstTag === -1 || at < firstTag ? line : `  ${line}`;
    })
    .join("\n");
}

// A value that is put into a template is one word. A text of one word is a name or a key, and no prose.
function textsIn(node: unknown): Found[] {
  if (Array.isArray(node)) return node.flatMap(textsIn);
  if (!isNode(node)) return [];
  const line = node.loc?.start.line ?? 1;
  const text =
    node.type === "StringLiteral" ? node.value : node.type === "TemplateLiteral" ? filled(node) : "";
  const found =
    typeof text === "string" && /\S\s+\S/.test(text) && !OLD_NAMES.includes(text)
      ? [{ line, text, isCode: true }]
      : [];
  return [...found, ...Object.values(node).flatMap(textsIn)];
}

type Node = {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } };
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
};

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function filled({ quasis = [] }: Node): string {
  return quasis.map(({ value }) => value.cooked).join("0x");
}
