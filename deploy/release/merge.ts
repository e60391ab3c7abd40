import type { Choice } from "./choices.ts";
import { type Branch, either, isBranch, NOTHING, same, type Tree } from "./tree.ts";

/** Two templates between which a choice is made. */
type Between = { readonly choice: Choice; readonly all: Tree; readonly less: Tree };

/**
 * Makes a choice in a template: where the one that has everything differs from the one that lacks something, a condition says which
 * counts. What is made stays as small as it can be, but a list is chosen as a whole if the two differ in length. Only statements of a
 * policy that have ids are chosen one by one.
 *
 * @param made the template, with the choices that were made before
 */
export function choose(made: Tree, between: Between, path = ""): Tree {
  const { choice, all, less } = between;
  if (same(all, less)) return made;
  if (isBranch(made) && isBranch(all) && isBranch(less) && made["Fn::If"] === undefined)
    return chooseIn(made, { choice, all, less }, path);
  if (Array.isArray(made) && Array.isArray(all) && Array.isArray(less)) {
    const others = all.length === less.length ? (less as Tree[]) : byIds(all, less);
    if (others !== undefined)
      return made.map((each, n) =>
        chooseItem(each, { choice, all: all[n], less: others[n] }, `${path}/${n}`),
      );
  }
  if (!same(made, all)) refuseSecond(choice, path);
  return either(choice.condition, made, less);
}

// The statements of the lesser at the places of those with the same ids. Undefined if it is no list of statements with ids.
function byIds(all: readonly Tree[], less: readonly Tree[]): (Tree | undefined)[] | undefined {
  const ids = all.map((each) => (isBranch(each) ? each.Sid : undefined));
  if (ids.includes(undefined) || less.some((each) => !isBranch(each) || !ids.includes(each.Sid)))
    return undefined;
  return ids.map((id) => less.find((each) => isBranch(each) && each.Sid === id));
}

function chooseItem(
  made: Tree,
  { choice, all, less }: { choice: Choice; all: Tree; less: Tree | undefined },
  path: string,
): Tree {
  return less === undefined
    ? either(choice.condition, made, NOTHING)
    : choose(made, { choice, all, less }, path);
}

function chooseIn(
  made: Branch,
  { choice, all, less }: Between & { all: Branch; less: Branch },
  path: string,
): Branch {
  const keys = [...new Set([...Object.keys(made), ...Object.keys(less)])];
  return Object.fromEntries(
    keys.map((key) => {
      const at = `${path}/${key}`;
      const [inMade = NOTHING, inAll, inLess] = [made[key], all[key], less[key]];
      if (inAll !== undefined && inLess !== undefined)
        return [key, choose(inMade, { choice, all: inAll, less: inLess }, at)];
      if (inAll !== undefined) return [key, leftOut(inMade, choice, path)];
      return [key, inLess === undefined ? inMade : added(inMade, inLess, choice, at)];
    }),
  );
}

// What only the lesser has.
function added(made: Tree, less: Tree, choice: Choice, path: string): Tree {
  if (!same(made, NOTHING)) refuseSecond(choice, path);
  return either(choice.condition, made, less);
}

function refuseSecond({ condition, decidesLast = false }: Choice, path: string): void {
  if (!decidesLast) throw new Error(`${condition}: another choice has been made at ${path}`);
}

// What the lesser has not: a resource has its condition, anything else is nothing.
function leftOut(made: Tree, { condition }: Choice, path: string): Tree {
  if (path === "/Resources" && isBranch(made)) return { ...made, Condition: condition };
  return either(condition, made, NOTHING);
}
