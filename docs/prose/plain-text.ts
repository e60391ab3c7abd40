import { ASTNodeTypes, type TxtNode } from "@textlint/ast-node-types";
import { traverse } from "@textlint/ast-traverse";
import { parse } from "@textlint/markdown-to-ast";

/**
 * The prose of a text in Markdown: of the same length, so that a position in it is one in the text. Markup and addresses
 * are blank. A piece of code is zeros and a letter: one word, which no dictionary is asked for, and which may end a sentence.
 */
export function plainText(text: string): string {
  const characters = text.replace(/[^\n]/g, " ").split("");
  traverse(parse(text), {
    enter(node: TxtNode) {
      const [from, to] = node.range;
      if (node.type === ASTNodeTypes.Str) for (let at = from; at < to; at++) characters[at] = text.charAt(at);
      if (node.type === ASTNodeTypes.Code) characters.fill("0", from, to - 1).fill("x", to - 1, to);
    },
  });
  return characters.join("");
}
