import { readFileSync } from "node:fs";
import { deadLinks } from "./links.ts";
import { passagesOf } from "./passage.ts";
import type { Problem } from "./problem.ts";
import { misspelt } from "./spelling.ts";
import { readByRules } from "./textlint.ts";

/** What is wrong with some files, and how many of their sentences are longer than most should be. */
export type Report = { readonly problems: readonly Problem[]; readonly longish: number };

/** Reads files as a proofreader: long sentences, private words, spelling, dead links. */
export async function proofread(files: readonly string[], most: number): Promise<Report> {
  const problems: Problem[] = [];
  let longish = 0;
  for (const file of files) {
    for (const passage of passagesOf(file, readFileSync(file, "utf8"))) {
      const found = await readByRules(file, passage, most);
      problems.push(...found.problems);
      if (!passage.isCode) problems.push(...(await misspelt(file, passage)));
      longish += found.longish;
    }
  }
  problems.push(...(await deadLinks(files.filter((file) => file.endsWith(".md")))));
  return { problems, longish };
}
