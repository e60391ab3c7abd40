import { TextlintKernel } from "@textlint/kernel";
import markdown from "@textlint/textlint-plugin-markdown";
import type { Passage } from "./passage.ts";
import { privateWords } from "./private-words.ts";
import type { Problem } from "./problem.ts";
import { GOOD_WORDS } from "./scope.ts";
import { sentenceLength } from "./sentence-length.ts";

const kernel = new TextlintKernel();
const plugins = [{ pluginId: "markdown", plugin: markdown.default }];
const LONGISH = "longish sentences";

/** Sentences of more than `most` words, and words that only this project understands. */
export async function readByRules(
  file: string,
  { line, text, plain }: Passage,
  most: number,
): Promise<{ problems: Problem[]; longish: number }> {
  const rules = [
    { ruleId: "sentence length", rule: sentenceLength, options: { most, plain } },
    { ruleId: LONGISH, rule: sentenceLength, options: { most: GOOD_WORDS, called: "good", plain } },
    { ruleId: "private words", rule: privateWords },
  ];
  const { messages } = await kernel.lintText(text, { filePath: file, ext: ".md", plugins, rules });
  return {
    problems: messages
      .filter(({ ruleId }) => ruleId !== LONGISH)
      .map(({ loc, message }) => ({ file, line: line + loc.start.line - 1, message })),
    longish: messages.filter(({ ruleId }) => ruleId === LONGISH).length,
  };
}
