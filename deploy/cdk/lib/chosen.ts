// The core template with the values of its parameters put in. They are known when the stack is synthesised, so it needs neither parameters
// nor conditions.

/** What stands in a template. */
type Tree = string | number | boolean | null | readonly Tree[] | { readonly [key: string]: Tree };
type Branch = { readonly [key: string]: Tree };
type Context = { readonly values: Readonly<Record<string, Tree>>; readonly conditions: Branch };

/** A parameter, as the template has it. */
type Parameter = { readonly Type: string; readonly Default?: string };
/** The core template. */
export type Core = {
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Conditions: Branch;
  readonly Resources: Readonly<Record<string, Branch>>;
  readonly [key: string]: unknown;
};

const NOTHING = "nothing at all";

/** The template without parameters and conditions, when its parameters have these values. */
export function chosen(core: Core, given: Readonly<Record<string, string>>): Record<string, unknown> {
  const { Parameters, Conditions, Resources, ...rest } = core;
  const values = Object.fromEntries(
    Object.entries(Parameters).map(([name, parameter]) => [name, parsedValue(name, parameter, given[name])]),
  );
  const conditions: Record<string, Tree> = {};
  for (const [name, condition] of Object.entries(Conditions))
    conditions[name] = worked(condition, { values, conditions });
  const there = Object.entries(Resources).filter(
    ([, { Condition }]) => typeof Condition !== "string" || conditions[Condition] === true,
  );
  const resources = there.map(([id, { Condition: _, ...each }]) => [
    id,
    worked(each, { values, conditions }),
  ]);
  return { ...rest, Resources: Object.fromEntries(resources) };
}

function parsedValue(name: string, { Type, Default }: Parameter, given = Default): Tree {
  if (given === undefined) throw new Error(`${name}: expected a value`);
  if (Type === "CommaDelimitedList") return given.split(",");
  return Type === "Number" ? Number(given) : given;
}

const FUNCTIONS: Readonly<Record<string, (of: readonly Tree[], context: Context) => Tree>> = {
  "Fn::Equals": ([one, other]) => JSON.stringify(one) === JSON.stringify(other),
  "Fn::Not": ([one]) => one !== true,
  "Fn::And": (all) => all.every((each) => each === true),
  "Fn::Or": (all) => all.some((each) => each === true),
  "Fn::Select": ([index, list]) => (list as Tree[])[index as number] ?? "",
  "Fn::Split": ([separator, text]) =>
    typeof text === "string"
      ? text.split(separator as string)
      : { "Fn::Split": [separator as Tree, text as Tree] },
  "Fn::Join": ([separator, parts]) => {
    const all = parts as Tree[];
    const isKnown = Array.isArray(all) && all.every((each) => typeof each !== "object");
    return isKnown ? all.join(separator as string) : { "Fn::Join": [separator as Tree, all] };
  },
};

function worked(tree: Tree, context: Context): Tree {
  if (Array.isArray(tree)) return all(tree, context).filter((each) => each !== NOTHING);
  if (typeof tree !== "object" || tree === null) return tree;
  const entries = Object.entries(tree);
  const [[name = "", of = null] = [], ...others] = entries;
  if (others.length === 0) {
    if (name === "Ref") return of === "AWS::NoValue" ? NOTHING : (context.values[String(of)] ?? tree);
    if (name === "Fn::If") {
      const [condition, yes, no] = of as [string, Tree, Tree];
      return worked(context.conditions[condition] === true ? yes : no, context);
    }
    const work = FUNCTIONS[name];
    if (work !== undefined) return work(all(of as Tree[], context), context);
  }
  const found = entries.map(([key, each]) => [key, worked(each, context)] as const);
  return Object.fromEntries(found.filter(([, each]) => each !== NOTHING));
}

function all(list: readonly Tree[], context: Context): Tree[] {
  return list.map((each) => worked(each, context));
}
