// Protects who lets discovery take an instance out: the pages tell what comes back by itself, and what does not.
import { readFileSync } from "node:fs";
import { expect } from "chai";

const textOf = (page: string) => readFileSync(page, "utf8").replace(/\s+/g, " ");

describe("the pages about what is found", () => {
  for (const page of ["docs/what-is-found.md", "docs/inputs.md"])
    it(`${page} tells what is given back after a new root volume, and that a warm pool's instance is registered nowhere again`, () => {
      const text = textOf(page);
      expect(text).to.match(
        /given back after a new root volume|gets a new root volume gets back .* what was found/,
      );
      expect(text).to.match(/returns to its warm pool is [^.]*registered nowhere again/);
      expect(text).to.match(/Whatever registers it at launch does that/i);
    });
});
