// Protects the shape of the house: who may import whom.
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";

const files = ["functions", "shared", "simulator", "cli"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`),
);
const importsOf = (file: string) =>
  [...readFileSync(file, "utf8").matchAll(/^(?:import|export)[^"';]*from "(?<from>[^"]+)";$/gms)].map(
    (match) => match.groups?.from ?? "",
  );

/** [why, which files, what they must not import] */
const rules: [string, RegExp, RegExp][] = [
  ["what runs in Lambda knows nothing of the simulator", /^(functions|shared)\//, /simulator|cli\//],
  ["only shared/aws speaks to the SDK", /^(functions|shared\/(?!aws\/)|cli)/, /^@aws-sdk/],
  ["shared serves the functions, never the other way round", /^shared\//, /functions\//],
  [
    "the simulator knows nothing of what is tested on it",
    /^simulator\//,
    /functions\/|shared\/(?!base\/validation-problems\.ts)|cli\//,
  ],
];

/** What the rules may take from outside of their folder: functions and numbers without a clock or a client. */
const PURE = / from "\.\.\/(base\/(log|batches)|model\/(settings|termination|lifecycle-state))\.ts";$/;

describe("structure", () => {
  for (const [why, which, forbidden] of rules) {
    it(why, () => {
      const found = files
        .filter((file) => which.test(file))
        .flatMap((file) =>
          importsOf(file)
            .filter((from) => forbidden.test(from))
            .map((from) => `${file} imports ${from}`),
        );
      expect(found).to.deep.equal([]);
    });
  }

  it("the rules are pure: they import each other, the words of the log, and else only types", () => {
    const rules = files.filter((file) => file.startsWith("shared/rules/"));
    expect(rules).to.include("shared/rules/decide.ts");
    for (const file of rules) {
      const text = readFileSync(file, "utf8");
      expect(text, file).to.not.match(/Date\.now|new Date|Math\.random|process\.|await /);
      const [values] = [text.match(/^import (?!type\b)[^;]* from "[^"]+";$/gms) ?? []];
      const others = values.filter((each) => !/ from "\.\//.test(each) && !PURE.test(each));
      expect(others, file).to.deep.equal([]);
    }
  });

  it("nothing in shared imports in a circle", () => {
    const graph = new Map(
      files
        .filter((file) => file.startsWith("shared/"))
        .map((file) => [
          file,
          importsOf(file)
            .filter((from) => from.startsWith("."))
            .map((from) => new URL(from, `file:///${file}`).pathname.slice(1)),
        ]),
    );
    const circles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      else for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    };
    for (const file of graph.keys()) visit(file, []);
    expect([...new Set(circles)]).to.deep.equal([]);
  });
});
