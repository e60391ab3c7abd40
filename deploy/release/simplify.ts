import { isBranch, same, type Tree } from "./tree.ts";

/** What is known of conditions at a place in a template. */
type Known = Readonly<Record<string, boolean>>;

/** A template without what cannot be: within one side of a condition, that condition is decided. */
export function simplify(tree: Tree, known: Known = {}): Tree {
  if (Array.isArray(tree)) return tree.map((each) => simplify(each, known));
  if (!isBranch(tree)) return tree;
  const choice = tree["Fn::If"];
  if (Array.isArray(choice)) return simplifyChoice(choice as [string, Tree, Tree], known);
  const own = typeof tree.Condition === "string" ? { ...known, [tree.Condition]: true } : known;
  return Object.fromEntries(Object.entries(tree).map(([key, each]) => [key, simplify(each, own)]));
}

function simplifyChoice([condition, yes, no]: readonly [string, Tree, Tree], known: Known): Tree {
  if (known[condition] !== undefined) return simplify(known[condition] ? yes : no, known);
  const [one, other] = [
    simplify(yes, { ...known, [condition]: true }),
    simplify(no, { ...known, [condition]: false }),
  ];
  return same(one, other) ? one : { "Fn::If": [condition, one, other] };
}
