import type { AnyTxtNode } from "@textlint/ast-node-types";
import type { TextlintRuleModule } from "@textlint/types";
import { split } from "sentence-splitter";

const WORD = /[\p{L}\p{N}]\S*/gu;

/**
 * `most` words in a sentence, which are "allowed" or what is `called` otherwise; `plain` is the text without its markup, made by
 * plainText. textlint drops a second message with the same words, so two rules with one limit need two names for it.
 */
type Options = { readonly most?: number; readonly called?: string; readonly plain?: string };

/** A rule of textlint: no sentence is too long. A piece of code is one word. A table's cell is read by itself. */
export const sentenceLength: TextlintRuleModule<Options> = (
  context,
  { most = 0, called = "allowed", plain = "" } = {},
) => {
  const { Paragraph, Header, TableCell } = context.Syntax;
  const check = (node: AnyTxtNode) => {
    const [from, to] = node.range;
    const source = context.getSource(node);
    for (const { text, range } of sentencesOf(plain.slice(from, to))) {
      const words = text.match(WORD)?.length ?? 0;
      if (words <= most) continue;
      const start = source
        .slice(...range)
        .replace(/\s+/g, " ")
        .slice(0, 60);
      const message = `a sentence of ${words} words, and ${most} are ${called}: ${start}...`;
      context.report(node, new context.RuleError(message, { padding: context.locator.range(range) }));
    }
  };
  return {
    [Paragraph]: check,
    [Header]: check,
    [TableCell]: check,
  };
};

function sentencesOf(text: string): { text: string; range: readonly [number, number] }[] {
  return split(text)
    .filter(({ type }) => type === "Sentence")
    .map(({ raw, range }) => ({ text: raw, range: [range[0], range[1]] as const }));
}
