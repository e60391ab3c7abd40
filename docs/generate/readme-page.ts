import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { costInShort } from "./costs-page.ts";
import { betterInShort, figuresInShort } from "./performance-page.ts";

const README = fileURLToPath(new URL("../../README.md", import.meta.url));
/** What is made stands between these. */
const MADE =
  /(<!-- Made from bench\/results\.json by `npm run docs`\. -->\n).*?(\n<!-- The end of what is made\. -->)/gs;

/** The README, with its figures as they are. Throws an Error where it has no place for one. */
export function readmePage(): string {
  const text = readFileSync(README, "utf8");
  const cost = `**What it costs.** ${costInShort()} [The bill](docs/costs.md) says what that is made of.`;
  const made = [cost, figuresInShort(), betterInShort()];
  const places = [...text.matchAll(MADE)].length;
  if (places !== made.length)
    throw new Error(`README.md: expected ${made.length} places of figures, found ${places}`);
  return text.replace(MADE, (_, begin, end) => `${begin}\n${made.shift()}\n${end}`);
}
