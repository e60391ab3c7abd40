// Works out what a template comes to with some parameters, so that two templates can be compared. What only AWS knows has one text in
// both: an attribute by its name, and the account and the Region by a star.
import { expect } from "chai";
import { type Branch, isBranch, same, type Template, type Tree } from "../../deploy/release/tree.ts";

/** The values of parameters, as a command line has them. */
export type Values = Readonly<Record<string, string>>;

const NOTHING = "<nothing>";

/** The resources of a template with these parameters, without intrinsic functions. */
export function evaluate(template: Template, values: Values = {}): Record<string, Branch> {
  const parameters = (template.Parameters ?? {}) as Record<string, Branch>;
  for (const name of Object.keys(values)) expect(parameters, "a parameter").to.have.property(name);
  const context: Context = { values: valuesOf(parameters, values), conditions: {} };
  for (const [name, condition] of Object.entries((template.Conditions ?? {}) as Branch))
    context.conditions[name] = worked(condition, context) === true;
  const there = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || context.conditions[String(Condition)],
  );
  return Object.fromEntries(there.map(([id, each]) => [id, worked(each, context) as Branch]));
}

type Context = {
  readonly values: Readonly<Record<string, Tree>>;
  readonly conditions: Record<string, boolean>;
};

// Throws for a value that CloudFormation would not take.
function valuesOf(parameters: Readonly<Record<string, Branch>>, given: Values): Record<string, Tree> {
  const entries = Object.entries(parameters).map(
    ([name, { Type, Default, AllowedPattern, AllowedValues }]) => {
      const value = given[name] ?? Default;
      if (typeof value !== "string") throw new Error(`${name} has no value`);
      const items = Type === "CommaDelimitedList" ? value.split(",") : [value];
      if (typeof AllowedPattern === "string")
        for (const each of items) expect(each, name).to.match(new RegExp(AllowedPattern));
      if (Array.isArray(AllowedValues)) expect(AllowedValues, name).to.include(value);
      return [
        name,
        Type === "CommaDelimitedList" ? items : Type === "Number" ? Number(value) : value,
      ] as const;
    },
  );
  return Object.fromEntries(entries);
}

const FUNCTIONS: Readonly<Record<string, (argument: Tree, context: Context) => Tree>> = {
  Ref: (name, { values }) => {
    if (name === "AWS::NoValue") return NOTHING;
    return values[String(name)] ?? (String(name).startsWith("AWS::") ? "*" : `<${name}>`);
  },
  "Fn::GetAtt": (of) => `<${[of].flat().join(".")}>`,
  "Fn::Sub": (text) =>
    String(text).replace(/\$\{([^}]*)\}/g, (_, name) => (/^AWS::/.test(name) ? "*" : `<${name}>`)),
  "Fn::Join": (argument) => {
    const [separator, parts] = argument as [string, Tree[]];
    return parts.flat().join(separator);
  },
  "Fn::Split": (argument) => {
    const [separator, text] = argument as [string, string];
    return text.split(separator);
  },
  "Fn::Select": (argument) => {
    const [index, list] = argument as [number, Tree[]];
    return list[index] as Tree;
  },
  "Fn::If": (argument, { conditions }) => {
    const [condition, yes, no] = argument as [string, Tree, Tree];
    return conditions[condition] ? yes : no;
  },
  "Fn::Equals": (argument) => same((argument as Tree[])[0], (argument as Tree[])[1]),
  "Fn::Not": (argument) => (argument as Tree[])[0] !== true,
  "Fn::And": (argument) => (argument as Tree[]).every((each) => each === true),
  "Fn::Or": (argument) => (argument as Tree[]).some((each) => each === true),
};

function worked(tree: Tree, context: Context): Tree {
  if (Array.isArray(tree)) return all(tree, context).filter((each) => each !== NOTHING);
  if (!isBranch(tree)) return tree;
  const [[name = "", argument = null] = [], ...others] = Object.entries(tree);
  const work = others.length === 0 ? FUNCTIONS[name] : undefined;
  if (work !== undefined)
    return work(Array.isArray(argument) ? all(argument, context) : worked(argument, context), context);
  const entries = Object.entries(tree).map(([key, each]) => [key, worked(each, context)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== NOTHING));
}

function all(list: readonly Tree[], context: Context): Tree[] {
  return list.map((each) => worked(each, context));
}
