import { plainText } from "./plain-text.ts";
import { proseIn } from "./source.ts";

/** A stretch of prose in Markdown: a whole page, a comment, or a text in the code. */
export type Passage = {
  /** The file's line in which it begins. */
  readonly line: number;
  readonly text: string;
  /** The text without markup, made by plainText. */
  readonly plain: string;
  /** Whether it stands in code: then it may name anything, and its spelling is not checked. */
  readonly isCode: boolean;
};

/** The prose of a file: a page as it is, a source's comments and texts one by one. */
export function passagesOf(path: string, content: string): Passage[] {
  const found = path.endsWith(".md") ? [{ line: 1, text: content, isCode: false }] : proseIn(content);
  return found.map((each) => ({ ...each, plain: plainText(each.text) }));
}
