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
    /functions\/|shared\/(?!problems\.ts)|cli\//,
  ],
];

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

  it("decide is pure: it imports no clock, no client, no port", () => {
    expect(importsOf("shared/decide.ts").filter((from) => /aws|ports|log\.ts$/.test(from))).to.deep.equal([
      "./log.ts",
    ]);
    expect(readFileSync("shared/decide.ts", "utf8")).to.match(/^import type .* from "\.\/log\.ts";$/m);
    for (const file of [
      "shared/decide.ts",
      "shared/recall.ts",
      "shared/progress.ts",
      "shared/lifecycle-state.ts",
    ]) {
      expect(readFileSync(file, "utf8"), file).to.not.match(
        /Date\.now|new Date|Math\.random|process\.|await /,
      );
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
