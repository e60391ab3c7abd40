/** What stands in a template. */
export type Tree = string | number | boolean | null | readonly Tree[] | { readonly [key: string]: Tree };
/** An object of a template. */
export type Branch = { readonly [key: string]: Tree };
/** A resource of a template. */
export type Resource = Branch & { readonly Type: string };
/** A template. */
export type Template = Branch & {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, Branch>>;
};

/** What CloudFormation takes for nothing: a property with it is left out. */
export const NOTHING: Branch = { Ref: "AWS::NoValue" };

/** Whether this is an object. */
export function isBranch(tree: Tree | undefined): tree is Branch {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree);
}

/** Whether two trees say the same. */
export function same(one: Tree | undefined, other: Tree | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** One of two, by a condition. */
export function either(condition: string, yes: Tree, no: Tree): Branch {
  return { "Fn::If": [condition, yes, no] };
}

/** The texts and references of which `joined` has made one. */
export function partsOf(tree: Tree): readonly Tree[] {
  const [separator, parts] = ((isBranch(tree) && tree["Fn::Join"]) || []) as readonly [string?, Tree[]?];
  return separator === "" && parts !== undefined ? parts : [tree];
}

/** Texts and references as one text. */
export function joined(parts: readonly Tree[]): Tree {
  const together: Tree[] = [];
  for (const part of parts) {
    const last = together.at(-1);
    if (part === "") continue;
    if (typeof part === "string" && typeof last === "string") together.splice(-1, 1, last + part);
    else together.push(part);
  }
  const [only = ""] = together;
  return together.length > 1 ? { "Fn::Join": ["", together] } : only;
}
