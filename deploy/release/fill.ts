// Puts references to parameters in the place of what stands in for them in a packaged template.
import { conditionOf } from "./choices.ts";
import { hasValue, referenceTo } from "./input-text.ts";
import { isOptional, PARAMETERS, type Parameter } from "./parameters.ts";
import { filledPlaces } from "./places.ts";
import { type Branch, either, isBranch, joined, NOTHING, partsOf, type Tree } from "./tree.ts";

const STAND_INS = PARAMETERS.filter(({ standIn }) => standIn !== undefined);

/** A template with references to its parameters. */
export function fill(tree: Tree): Tree {
  if (typeof tree === "string") return fillText(tree);
  if (typeof tree === "number") return fillNumber(tree);
  if (Array.isArray(tree)) return fillList(tree);
  if (!isBranch(tree)) return tree;
  if (typeof tree["Fn::Sub"] === "string") return fillSubstitution(tree["Fn::Sub"]);
  const filled = Object.entries(tree).map(([key, each]) => [key, fillProperty(each)]);
  return fillStatement(tree, Object.fromEntries(filled));
}

// A property that is a parameter and nothing else is left out with it.
function fillProperty(tree: Tree): Tree {
  // A list of nothing else, too: CloudFormation takes no empty list for some properties.
  const [only, ...others] = Array.isArray(tree) ? (tree as readonly Tree[]) : [tree];
  const wanted = Array.isArray(tree) ? ["list"] : ["text", "places"];
  const parameter =
    others.length === 0
      ? STAND_INS.find(({ standIn, kind }) => standIn === only && wanted.includes(kind))
      : undefined;
  if (parameter === undefined || hasValue(parameter)) return fill(tree);
  return either(conditionOf(parameter), referenceTo(parameter), NOTHING);
}

function fillNumber(number: number): Tree {
  const parameter = STAND_INS.find(({ standIn }) => standIn === number);
  return parameter === undefined ? number : referenceTo(parameter);
}

function fillText(text: string): Tree {
  const parameter = STAND_INS.find(({ standIn }) => typeof standIn === "string" && text.includes(standIn));
  if (parameter === undefined) return text;
  if (parameter.kind === "list") throw new Error(`${parameter.name} is a list, and stands in ${text}`);
  const [before = "", ...after] = text.split(String(parameter.standIn));
  return joined([
    ...partsOf(fillText(before)),
    ...after.flatMap((each) => [referenceTo(parameter), ...partsOf(fillText(each))]),
  ]);
}

function fillSubstitution(text: string): Tree {
  const parts = partsOf(fillText(text));
  const substituted = parts.map((each) =>
    typeof each === "string" && each.includes("${") ? { "Fn::Sub": each } : each,
  );
  return joined(substituted);
}

/** Something of a list: one of its items, or a parameter with all that it has. */
type Item = { readonly list?: Parameter; readonly before: string; readonly item: Tree };

function fillList(list: readonly Tree[]): Tree {
  const items = list.map(itemOf);
  const lists = items.filter((each) => each.list !== undefined);
  if (lists.length === 0) return list.map(fill);
  if (lists.some(({ before }) => before !== "")) return arnsOf(items);
  const [only] = lists;
  const { list: parameter } = only as { list: Parameter };
  if (lists.length > 1) return namesOf(items);
  // A condition of a policy takes no empty ARN, which an empty place would be.
  if (parameter.kind === "places" && items.length === 1) return filledPlaces(parameter);
  const own = items.filter((each) => each !== only).map(({ item }) => fill(item));
  return either(
    conditionOf(parameter),
    own.length === 0 ? referenceTo(parameter) : together(own, parameter),
    own,
  );
}

// All names of several lists. An empty one is no name.
function namesOf(items: readonly Item[]): Tree {
  const texts = items.map(({ list, item }) => {
    if (list === undefined)
      throw new Error(`expected names of parameters alone, found ${JSON.stringify(item)}`);
    return list.kind === "places" ? referenceTo(list) : { "Fn::Join": [",", referenceTo(list)] };
  });
  return { "Fn::Split": [",", { "Fn::Join": [",", texts] }] };
}

function together(own: readonly Tree[], parameter: Parameter): Tree {
  const more = { "Fn::Join": [",", referenceTo(parameter)] };
  return { "Fn::Split": [",", { "Fn::Join": [",", [...own, more]] }] };
}

function itemOf(item: Tree): Item {
  const text = isBranch(item) ? item["Fn::Sub"] : item;
  const parameter = STAND_INS.find(
    ({ standIn, kind }) =>
      (kind === "list" || kind === "places") && typeof text === "string" && text.endsWith(String(standIn)),
  );
  if (parameter === undefined) return { before: "", item };
  return { list: parameter, before: String(text).slice(0, -String(parameter.standIn).length), item };
}

// An ARN for each name. CloudFormation puts only a fixed text between the names, so the account and the Region are stars in it. A role's
// policy only reaches its own account, and the statement has a condition for the Region. An empty name makes an ARN of nothing.
function arnsOf(items: readonly Item[]): Tree {
  const [{ before = "" } = {}] = items;
  if (items.some((each) => each.list === undefined || each.before !== before))
    throw new Error(`expected names of one kind, found ${JSON.stringify(items)}`);
  const start = before.replace(/\$\{[^}]*\}/g, "*");
  const named = items.map(({ list }) => {
    const value = referenceTo(list as Parameter);
    const names = list?.kind === "list" ? value : { "Fn::Split": [",", value] };
    return { "Fn::Join": [`,${start}`, names] };
  });
  const parts = named.flatMap((each, n) => [`${n === 0 ? "" : ","}${start}`, each]);
  return { "Fn::Split": [",", { "Fn::Join": ["", parts] }] };
}

function fillStatement(before: Branch, filled: Branch): Branch {
  if (before.Effect === undefined || !hasSplitArns(filled.Resource)) return filled;
  const { StringEquals = {}, ...others } = (filled.Condition ?? {}) as Record<string, Branch>;
  const Condition = {
    ...others,
    StringEquals: { ...StringEquals, "aws:RequestedRegion": { Ref: "AWS::Region" } },
  };
  return { ...filled, Condition };
}

function hasSplitArns(tree: Tree | undefined): boolean {
  return JSON.stringify(tree ?? "").includes("Fn::Split");
}

/** What still stands in for a parameter. Nothing should. */
export function leftOver(tree: Tree): string[] {
  const text = JSON.stringify(tree);
  return STAND_INS.filter(({ standIn }) => text.includes(String(standIn))).map(({ name }) => name);
}

/** The parameters that a template refers to. */
export function referredTo(tree: Tree): string[] {
  const text = JSON.stringify(tree);
  return PARAMETERS.filter((each) => text.includes(`{"Ref":"${each.name}"}`) || isNamed(text, each)).map(
    ({ name }) => name,
  );
}

function isNamed(text: string, parameter: Parameter): boolean {
  return isOptional(parameter) && text.includes(`["${conditionOf(parameter)}",`);
}
