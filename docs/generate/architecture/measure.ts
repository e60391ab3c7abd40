import { importsOf, type Node, nodesIn, type Source } from "./source.ts";

/** How the code is built, in numbers. */
export type Measures = {
  /** Files in `shared/` that are in none of its folders. */
  readonly flatFiles: number;
  /** Imports from one folder of `shared/` in another; its flat files count as a folder. */
  readonly imports: number;
  /** Pairs of folders that import each other. */
  readonly twoWay: number;
  /** Functions, methods and constructors with five parameters or more. */
  readonly manyParameters: number;
  /** Of `functions`, those that are longer than 40 lines. */
  readonly longFunctions: number;
  /** Functions, methods and constructors, without arrow functions: what one of those says is in the function around it. */
  readonly functions: number;
  /** Lines in `functions/`. */
  readonly handlerLines: number;
  /** Maps and Sets whose key is an object. */
  readonly joins: number;
  readonly casts: number;
  readonly lines: number;
};

/** What runs in Lambda is measured. */
export const MEASURED = ["shared", "functions"];

const MANY_PARAMETERS = 5;
const LONG_LINES = 40;
const BY_IDENTITY = /^(Readonly|Weak)?(Map|Set)$/;
const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ClassPrivateMethod",
]);

/** Measures `shared/` and `functions/`, and nothing else of what it is given. */
export function measure(sources: readonly Source[]): Measures {
  const ours = sources.filter(({ path }) => MEASURED.some((folder) => path.startsWith(`${folder}/`)));
  const nodes = ours.flatMap(({ program }) => nodesIn(program));
  const functions = nodes.filter(({ type }) => FUNCTIONS.has(type));
  const named = functions.filter(({ type }) => type !== "ArrowFunctionExpression");
  const arrows = arrowsBetween(
    sources.filter(({ path }) => path.startsWith("shared/")),
    folderOf,
  );
  const objects = objectTypes(nodes);
  return {
    flatFiles: ours.filter(({ path }) => /^shared\/[^/]+$/.test(path)).length,
    imports: arrows.reduce((sum, { count }) => sum + count, 0),
    twoWay: arrows.filter(
      ({ from, to }) => from < to && arrows.some((each) => each.from === to && each.to === from),
    ).length,
    manyParameters: functions.filter(({ params }) => (params as Node[]).length >= MANY_PARAMETERS).length,
    longFunctions: named.filter((each) => linesOf(each) > LONG_LINES).length,
    functions: named.length,
    handlerLines: ours
      .filter(({ path }) => path.startsWith("functions/"))
      .reduce((sum, { lines }) => sum + lines, 0),
    joins: nodes.filter((each) => isJoin(each, objects)).length,
    casts: nodes.filter(isCast).length,
    lines: ours.reduce((sum, { lines }) => sum + lines, 0),
  };
}

/** How often files of one place import files of another. */
export type Arrow = { readonly from: string; readonly to: string; readonly count: number };

/** The imports between places, in the order of their names. */
export function arrowsBetween(sources: readonly Source[], placeOf: (path: string) => string): Arrow[] {
  const counts = new Map<string, number>();
  for (const source of sources)
    for (const path of importsOf(source)) {
      const [from, to] = [placeOf(source.path), placeOf(path)];
      if (from !== to) counts.set(`${from} ${to}`, (counts.get(`${from} ${to}`) ?? 0) + 1);
    }
  return [...counts]
    .map(([ends, count]) => {
      const [from = "", to = ""] = ends.split(" ");
      return { from, to, count };
    })
    .sort((a, b) => (a.from === b.from ? compare(a.to, b.to) : compare(a.from, b.from)));
}

/** What a file is drawn in: its folder, two levels deep, or itself where it is in none: `shared/rules`, `shared/reconcile.ts`. */
export function placeOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

function folderOf(path: string): string {
  return path.split("/").slice(0, -1).slice(0, 2).join("/");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function linesOf({ loc }: Node): number {
  const { start, end } = loc as { start: { line: number }; end: { line: number } };
  return end.line - start.line + 1;
}

// `as const` is no cast: it makes a type narrower, and cannot be wrong.
function isCast({ type, typeAnnotation }: Node): boolean {
  return type === "TSAsExpression" && nameOf(typeAnnotation) !== "const";
}

// A Map or Set, in a type or as it is made, whose key is an object: it finds that object alone, and none that is equal to it.
function isJoin(node: Node, objects: ReadonlySet<string>): boolean {
  const name =
    node.type === "TSTypeReference"
      ? nameOf(node)
      : node.type === "NewExpression"
        ? identifier(node.callee)
        : "";
  if (!BY_IDENTITY.test(name)) return false;
  const { params: [key] = [] } = (node.typeParameters ?? {}) as { params?: Node[] };
  return key !== undefined && isObject(key, objects);
}

/** The names of the types that are objects: declared as one, as a class, or made of such. */
function objectTypes(nodes: readonly Node[]): Set<string> {
  const found = new Set(
    nodes
      .filter(({ type }) => type === "ClassDeclaration" || type === "TSInterfaceDeclaration")
      .map(({ id }) => identifier(id)),
  );
  const aliases = nodes.filter(({ type }) => type === "TSTypeAliasDeclaration");
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { id, typeAnnotation } of aliases)
      if (isObject(typeAnnotation as Node, found)) found.add(identifier(id));
  }
  return found;
}

const MAKES_OBJECTS = new Set(["Readonly", "Partial", "Required", "Pick", "Omit", "Record"]);

function isObject(node: Node, objects: ReadonlySet<string>): boolean {
  if (node.type === "TSTypeLiteral") return true;
  if (node.type === "TSIntersectionType" || node.type === "TSUnionType")
    return (node.types as Node[]).some((each) => isObject(each, objects));
  const name = nameOf(node);
  return objects.has(name) || MAKES_OBJECTS.has(name);
}

function nameOf(node: unknown): string {
  const { type, typeName } = node as Node;
  return type === "TSTypeReference" ? identifier(typeName) : "";
}

function identifier(node: unknown): string {
  const { type, name } = (node ?? {}) as Node;
  return type === "Identifier" ? String(name) : "";
}
