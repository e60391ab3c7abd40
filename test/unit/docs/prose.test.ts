// Protects the proofreader: a long sentence, a private word, a spelling mistake and a dead link are found, each on its
// line. A check that finds nothing would let everything pass.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { proofread } from "../../../docs/prose/check.ts";

const words = (count: number) => `The${" word".repeat(count - 1)}.`;
const MOST = 30;

/** [what is found or not, the file's name, its text, what is found] */
const rows: [string, string, string, RegExp[]][] = [
  ["a sentence of as many words as are allowed", "a.md", words(MOST), []],
  [
    "a sentence of one word more",
    "a.md",
    `Short.\n\n${words(MOST + 1)}`,
    [/^a\.md:3: a sentence of 31 words/],
  ],
  ["two sentences, not added up", "a.md", `${words(20)} ${words(20)}`, []],
  [
    "a long sentence after a short one",
    "a.md",
    `Short.\n${words(MOST + 1)}`,
    [/^a\.md:2: a sentence of 31 words/],
  ],
  ["a long sentence in a table", "a.md", `| a |\n| --- |\n| ${words(MOST + 1)} |`, [/^a\.md:3: .* 31 words/]],
  ["a long sentence in a list", "a.md", `- ${words(MOST + 1)}`, [/^a\.md:1: .* 31 words/]],
  ["a piece of code is one word", "a.md", `${words(MOST - 1).slice(0, -1)} \`a b c d\`.`, []],
  ["a sentence that ends with code", "a.md", `${words(19).slice(0, -1)} \`n\`. ${words(20)}`, []],
  ["a block of code", "a.md", `Run:\n\n    ${words(MOST + 1)} anouther`, []],
  [
    "a private word",
    "a.md",
    "It waits.\nThen it looks\nagain at once.",
    [/^a\.md:2: "looks again" is a private word/],
  ],
  ["a private word in code", "a.md", "The phrase was `let go` before.", []],
  [
    "words that only resemble private ones",
    "a.md",
    "A heartbeat looks good. Turn it on. Let the run end.",
    [],
  ],
  ["a hook holds an instance", "a.md", "The hook holds the instance. It is held by a hook.", []],
  ["AWS's own text about a parameter", "a.ts", 'f("Member must have length less than 50");\n', []],
  [
    "a member that must be something else",
    "a.md",
    "A member must leave.",
    [/^a\.md:1: "member" is a private/],
  ],
  ["a run holds no message", "a.md", "What a run held is sent.", [/^a\.md:1: "run held" is a private word/]],
  [
    "a spelling mistake",
    "a.md",
    "Fine.\n\nThe instnace waits.",
    [/^a\.md:3: "instnace" is in no dictionary/],
  ],
  ["a spelling mistake in code", "a.md", "The key is `instnace`.", []],
  ["a dead link to a page", "a.md", "See [the rules](b.md).", [/^a\.md:1: .*b\.md/]],
  ["a dead link to another file", "a.md", "See [this](b/c.yml).", [/^a\.md:1: .*c\.yml/]],
  ["a dead link to a heading", "a.md", "# Top\n\nSee [this](#bottom).", [/^a\.md:3: .*bottom/]],
  ["a link to a heading", "a.md", "# Top\n\nSee [this](#top).", []],
  ["a comment's long sentence", "a.ts", `const a = 1;\n// ${words(MOST + 1)}\n`, [/^a\.ts:2: .* 31 words/]],
  [
    "a sentence over two lines of comment",
    "a.ts",
    `// ${words(20).slice(0, -1)}\n// ${words(20)}\n`,
    [/^a\.ts:1: .* 40 words/],
  ],
  [
    "comments on two lines of code",
    "a.ts",
    "f(1); // The instance\ng(22); // looks again.\n",
    [/^a\.ts:2: "looks again"/],
  ],
  [
    "a docstring's mistake, on its line",
    "a.ts",
    "/**\n * Fine.\n * @param a The instnace.\n */\n",
    [/^a\.ts:3: "instnace"/],
  ],
  [
    "two parameters of a docstring, not added up",
    "a.ts",
    `/**\n * @param a ${words(20).slice(0, -1)}\n * @param b ${words(20).slice(0, -1)}\n */\n`,
    [],
  ],
  [
    "a parameter's long sentence, over two lines",
    "a.ts",
    `/**\n * Fine.\n *\n * @param a ${words(20).slice(0, -1)}\n *   ${words(20)}\n */\n`,
    [/^a\.ts:4: .* 41 words/],
  ],
  ["a private word in a text", "a.ts", 'f();\nlog("it looks again");\n', [/^a\.ts:2: "looks again"/]],
  ["a private word in a template", "a.ts", `log(\`it looks \${how} its turn\`);\n`, [/^a\.ts:1: "its turn"/]],
  ["a long sentence in a text", "a.ts", `log("${words(MOST + 1)}");\n`, [/^a\.ts:1: .* 31 words/]],
  [
    "an identifier, a key and the spelling of a text",
    "a.ts",
    'const lookAgain = { glance: "a instnace" };\n',
    [],
  ],
  [
    "an old name that stands in the log for a release",
    "a.ts",
    'log("dropped", { formerly: "let go" });\n',
    [],
  ],
  ["a directive to a tool", "a.ts", "// biome-ignore lint/a: instnace\n", []],
];

describe("the proofreader", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "prose-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [what, name, text, expected] of rows) {
    it(`${expected.length === 0 ? "passes" : "finds"}: ${what}`, async () => {
      const path = join(folder, name);
      writeFileSync(path, text);
      const { problems } = await proofread([path], MOST);
      const lines = problems.map(({ line, message }) => `${name}:${line}: ${message}`);
      expect(lines).to.have.lengthOf(expected.length);
      expected.forEach((pattern, i) => {
        expect(lines[i]).to.match(pattern);
      });
      for (const { file } of problems) expect(file).to.equal(path);
    });
  }

  it("finds a sentence that is longer than most should be, where no more words are allowed", async () => {
    const path = join(folder, "a.md");
    writeFileSync(path, `${words(25)} ${words(26)}`);
    const { problems, longish } = await proofread([path], 25);
    expect(problems.map(({ message }) => message.slice(0, 42))).to.deep.equal([
      "a sentence of 26 words, and 25 are allowed",
    ]);
    expect(longish).to.equal(1);
  });

  it("counts the sentences that are allowed, and longer than most should be", async () => {
    const path = join(folder, "a.md");
    writeFileSync(path, `${words(25)} ${words(26)} ${words(30)}`);
    expect(await proofread([path], MOST)).to.deep.equal({ problems: [], longish: 2 });
  });
});
