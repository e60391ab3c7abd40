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

/** What the rules may import for more than its types, outside of their folder: it knows no clock and no client. */
const PURE = / from "\.\.\/(base\/(batches|time-text)|model\/[a-z-]+)\.ts";$/;

/** [why, which files, what they must not import] */
const rules: [string, RegExp, RegExp][] = [
  ["what runs in Lambda knows nothing of the simulator", /^(functions|shared)\//, /simulator|cli\//],
  [
    "only shared/aws and cli/aws speak to the SDK",
    /^(functions|shared\/(?!aws\/)|cli\/(?!aws\/))/,
    /^@aws-sdk/,
  ],
  ["no function imports another", /^functions\//, /^\.\.\/(?!\.\.\/)/],
  ["shared serves the functions, never the other way round", /^shared\//, /functions\//],
  [
    "the simulator knows nothing of what is tested on it",
    /^simulator\//,
    /functions\/|shared\/(?!base\/validation-problems\.ts)|cli\//,
  ],
];

/** A part of the house: for each of its folders, which others it may import. `folder/*` stands for the folders in it. */
type Layers = Readonly<Record<string, readonly string[]>>;

/**
 * Imports go down only. `reconcile` calls observe, then the rules, then act; none of these three imports another, and the
 * words of log lines stand where no rule can read them.
 */
const SHARED_LAYERS: Layers = {
  base: [],
  model: ["base"],
  aws: ["model", "base"],
  run: ["aws", "model", "base"],
  "log-lines": ["model", "base"],
  messages: ["log-lines", "run", "aws", "model", "base"],
  rules: ["model", "base"],
  observe: ["run", "aws", "model", "base"],
  act: ["log-lines", "run", "aws", "model", "base"],
  reconcile: ["observe", "rules", "act", "log-lines", "messages", "run", "aws", "model", "base"],
};

/** A service never imports what stands above all services. */
const SIMULATOR_LAYERS: Layers = {
  kernel: [],
  wire: [],
  faults: ["kernel", "wire"],
  "services/ec2": ["kernel", "wire"],
  "services/sqs": ["kernel", "wire"],
  "services/elb": ["kernel", "wire", "services/ec2"],
  "services/elbv2": ["kernel", "wire", "services/ec2"],
  "services/sns": ["kernel", "services/sqs"],
  "services/cloudformation": ["kernel", "wire"],
  "services/cloudwatch": ["kernel", "wire"],
  "services/iam": ["kernel", "wire"],
  "services/lambda": ["kernel", "wire"],
  "services/eventbridge": ["kernel", "wire", "services/autoscaling", "services/ec2", "services/sqs"],
  "services/logs": ["kernel", "wire"],
  "services/ecs": ["kernel", "wire", "services/ec2", "services/elb", "services/elbv2"],
  "services/application-autoscaling": ["kernel", "wire", "services/ecs"],
  "services/autoscaling": [
    "kernel",
    "wire",
    "services/ec2",
    "services/ecs",
    "services/elb",
    "services/elbv2",
    "services/sns",
    "services/sqs",
  ],
  services: ["kernel", "services/*"],
  cloud: ["kernel", "wire", "faults", "services", "services/*"],
  judge: ["kernel", "services"],
  scenario: ["kernel", "wire", "faults", "services", "services/*", "cloud", "judge"],
  front: ["kernel", "services", "cloud", "judge", "scenario"],
};

/** The houses with a table each. */
const HOUSES: readonly (readonly [house: string, layers: Layers])[] = [
  ["shared", SHARED_LAYERS],
  ["simulator", SIMULATOR_LAYERS],
];

/** The folder of a file in its house: `services/ecs` for `simulator/services/ecs/model.ts`. */
const folderOf = (file: string) => file.split("/").slice(1, -1).join("/");

/** The imports between two folders of a house, each with the file that imports. */
const importsIn = (house: string) =>
  files
    .filter((file) => file.startsWith(`${house}/`))
    .flatMap((file) =>
      targetsOf(file)
        .filter((target) => target.startsWith(`${house}/`) && folderOf(target) !== folderOf(file))
        .map((target) => ({ file, target, from: folderOf(file), to: folderOf(target) })),
    );

/** The files that a file imports. */
const targetsOf = (file: string) =>
  importsOf(file)
    .filter((from) => from.startsWith("."))
    .map((from) => new URL(from, `file:///${file}`).pathname.slice(1));

function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const sound = new Set<string>();
  const visit = (each: string, path: string[]) => {
    if (path.includes(each)) circles.push([...path.slice(path.indexOf(each)), each].join(" -> "));
    else if (!sound.has(each)) for (const next of graph.get(each) ?? []) visit(next, [...path, each]);
    sound.add(each);
  };
  for (const each of graph.keys()) visit(each, []);
  return [...new Set(circles)];
}

describe("structure", () => {
  for (const [house, layers] of HOUSES) {
    it(`each folder of ${house}/ imports only those that the table names`, () => {
      const isAllowed = (from: string, to: string) =>
        (layers[from] ?? []).some((each) =>
          each.endsWith("/*") ? to.startsWith(each.slice(0, -1)) : each === to,
        );
      const found = importsIn(house).filter(({ from, to }) => !isAllowed(from, to));
      expect(found.map(({ file, target }) => `${file} imports ${target}`)).to.deep.equal([]);
      const folders = new Set(files.filter((file) => file.startsWith(`${house}/`)).map(folderOf));
      expect([...folders].sort()).to.deep.equal(Object.keys(layers).sort());
    });

    it(`no folders of ${house}/ import each other, not even in a circle`, () => {
      const edges = new Map<string, Set<string>>();
      for (const { from, to } of importsIn(house)) edges.set(from, (edges.get(from) ?? new Set()).add(to));
      expect(circlesIn(new Map([...edges].map(([from, to]) => [from, [...to]])))).to.deep.equal([]);
    });
  }

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

  it("the rules are pure: they import each other, the model and the base, which know no clock and no client", () => {
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
      files.filter((file) => file.startsWith("shared/")).map((file) => [file, targetsOf(file)]),
    );
    expect(circlesIn(graph)).to.deep.equal([]);
  });
});
