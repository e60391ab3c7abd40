// Protects the issue forms, which GitHub shows as errors if they are wrong, and the policy that they and the README link to.
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { z } from "zod";

const FOLDER = ".github/ISSUE_TEMPLATE";
const validations = z.strictObject({ required: z.boolean() }).optional();
const id = z.string().regex(/^[\w-]+$/);
const text = z.strictObject({
  label: z.string().min(1),
  description: z.string().optional(),
  placeholder: z.string().optional(),
});

/** What GitHub takes as a form ("Syntax for GitHub's form schema"), as far as these use it. */
const form = z.strictObject({
  name: z.string().min(4),
  description: z.string().min(1),
  labels: z.array(z.string()),
  body: z
    .array(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("markdown"), attributes: z.strictObject({ value: z.string() }) }),
        z.strictObject({ type: z.literal("input"), id, attributes: text, validations }),
        z.strictObject({
          type: z.literal("textarea"),
          id,
          attributes: text.extend({ render: z.string().optional() }),
          validations,
        }),
        z.strictObject({
          type: z.literal("dropdown"),
          id,
          attributes: text.extend({ options: z.array(z.string()).min(1) }),
          validations,
        }),
        z.strictObject({
          type: z.literal("checkboxes"),
          id,
          attributes: text.extend({
            options: z.array(z.strictObject({ label: z.string(), required: z.boolean() })).min(1),
          }),
        }),
      ]),
    )
    .refine((body) => body.some(({ type }) => type !== "markdown"), "expected something to fill in"),
});

const files = readdirSync(FOLDER);
const textOf = (path: string) => readFileSync(path, "utf8");

describe("the issue forms", () => {
  for (const file of files.filter((each) => each !== "config.yml")) {
    it(`${file} is a form, names each field once, and files that are there`, () => {
      const source = textOf(`${FOLDER}/${file}`);
      const { body } = form.parse(parse(source));
      const ids = body.flatMap((each) => ("id" in each ? [each.id] : []));
      expect(new Set(ids).size).to.equal(ids.length);
      for (const [path] of source.matchAll(/\b(?:docs\/[\w./-]+|[A-Z]+)\.md\b/g))
        expect(textOf(path)).to.not.equal("");
    });
  }

  it("leave nobody with a blank page, and a vulnerability out of public", () => {
    expect(parse(textOf(`${FOLDER}/config.yml`))).to.deep.equal({ blank_issues_enabled: false });
    expect(textOf(`${FOLDER}/bug.yml`)).to.include("SECURITY.md");
  });
});

describe("the support policy", () => {
  const policy = textOf("docs/support.md");
  const template = parse(textOf("serverless.yml"), { merge: true, logLevel: "error" });
  const about = JSON.parse(textOf("package.json"));

  it("names the runtime and the versions of Node that are so", () => {
    expect(policy).to.include(`\`${template.provider.runtime}\`, on ${template.provider.architecture}`);
    expect(about.engines.node).to.equal(">=20.20");
    expect(policy).to.include("Node 20.20 and later");
    for (const version of ["Node 20", "Node 24"]) expect(textOf(".ci/run")).to.include(version);
  });

  it("is right that no ARN names a partition", () => {
    const deployed = ["serverless.yml", ...readdirSync("deploy").map((each) => `deploy/${each}`)]
      .filter((each) => /\.(yml|cjs)$/.test(each))
      .map(textOf);
    for (const source of deployed) expect(source).to.not.match(/arn:aws(-[a-z-]+)?:/);
  });

  it("is linked from the README, and from who contributes and reports", () => {
    for (const page of ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
      expect(textOf(page), page).to.include("docs/support.md");
  });
});
