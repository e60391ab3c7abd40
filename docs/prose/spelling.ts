import { fileURLToPath } from "node:url";
import { spellCheckDocument } from "cspell-lib";
import type { Passage } from "./passage.ts";
import type { Problem } from "./problem.ts";

const WORDS = fileURLToPath(new URL("words.txt", import.meta.url));
const OPTIONS = { generateSuggestions: false, noConfigSearch: true };
const SETTINGS = {
  language: "en-GB",
  dictionaryDefinitions: [{ name: "project", path: WORDS }],
  dictionaries: ["softwareTerms", "aws", "project"],
};

/** Words that neither the dictionaries nor words.txt have. What stands in code is not read. */
export async function misspelt(file: string, { line, plain }: Passage): Promise<Problem[]> {
  const document = { uri: "file:///prose.txt", text: plain, languageId: "plaintext", locale: "en-GB" };
  const { issues, errors } = await spellCheckDocument(document, OPTIONS, SETTINGS);
  if (errors?.[0]) throw errors[0];
  return issues.map(({ text: word, offset }) => ({
    file,
    line: line + plain.slice(0, offset).split("\n").length - 1,
    message: `"${word}" is in no dictionary: correct it, or add it to docs/prose/words.txt`,
  }));
}
