// Prints the schemas of the two resources that the Terraform module uses, as the real provider has them: run it where
// @cdktn/provider-aws is installed, which is generated from the provider (6.66.0 in its 25.7.0) and has 500 MB.
//
//     node provider_schemas.mjs node_modules/@cdktn/provider-aws > aws_provider_schemas.json
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [library = ""] = process.argv.slice(2);
const RESOURCES = ["autoscaling-lifecycle-hook", "cloudformation-stack"];

const schemas = RESOURCES.map((resource) => {
  const folder = join(library, "lib", resource);
  const code = readFileSync(join(folder, "index.js"), "utf8");
  const types = readFileSync(join(folder, "index.d.ts"), "utf8");
  const [, name] = /tfResourceType = "(\w+)"/.exec(types);
  // What a configuration must have has no question mark in its type.
  const needed = new Set(
    [...types.matchAll(/readonly (\w+): (?:string|number)/g)].map(([, key]) => snake(key)),
  );
  const attributes = [
    ...code.matchAll(
      /^ {12}(\w+): \{\n\s*value: .*\n\s*isBlock: false,\n\s*type: "(\w+)",\n\s*storageClassType: "(\w+)"/gm,
    ),
  ];
  const given = attributes.map(([, key, kind, storage]) => [
    key,
    { type: kind === "simple" ? storage : kind, required: needed.has(key) },
  ]);
  // What AWS alone says can be read, and not given.
  const read = /get outputs\(\)/.test(code) ? [["outputs", { type: "map", computed: true }]] : [];
  return [name, Object.fromEntries([...given, ...read])];
});
process.stdout.write(`${JSON.stringify(Object.fromEntries(schemas), null, 2)}\n`);

function snake(key) {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
