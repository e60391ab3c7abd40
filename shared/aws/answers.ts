import { OddAnswer } from "../base/errors.ts";
import type { Call } from "./call.ts";

/**
 * A field of an answer that AWS always sends, though the SDK's types call it optional. Throws an OddAnswer if it is missing.
 *
 * @param action the IAM action of the call
 */
export function fieldOf<T extends object, K extends keyof T & string>(
  action: string,
  answer: T,
  field: K,
): NonNullable<T[K]> {
  const value = answer[field];
  if (value === undefined || value === null) throw new OddAnswer(action, field, value);
  return value;
}

/** Reads several such fields of one answer. */
export function fieldsOf<T extends object>(action: string, answer: T) {
  return <K extends keyof T & string>(field: K): NonNullable<T[K]> => fieldOf(action, answer, field);
}

/** A value that must be one of those known to this program. Throws an OddAnswer. */
export function oneOf<T extends string>(
  action: string,
  field: string,
  value: string | undefined,
  known: readonly T[],
): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new OddAnswer(action, field, value);
  return found;
}

/** A value that is held for the worst that it could mean, and told, if this program does not know it. */
export function oddUnless(
  isKnown: boolean,
  action: string,
  field: string,
  value: unknown,
): { readonly odd?: OddAnswer } {
  return isKnown ? {} : { odd: new OddAnswer(action, field, value) };
}

/**
 * What is read of an item, or the OddAnswer of one that cannot be read. One odd item then leaves the others as they are.
 *
 * @param ids the ids and ARNs of the item, as far as it tells
 */
export function itemOrOdd<T>(ids: readonly (string | undefined)[], read: () => T): T | OddAnswer {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OddAnswer)) throw error;
    const { action, field, value } = error;
    return new OddAnswer(action, field, value, { ids: ids.filter((each) => each !== undefined) });
  }
}

// ECS writes the key with a small letter, and Elastic Load Balancing calls it a marker, which may be an empty text at the end.
type Page<K extends string, T> = { readonly [key in K]?: readonly T[] | undefined } & {
  readonly NextToken?: string | undefined;
  readonly nextToken?: string | undefined;
  readonly NextMarker?: string | undefined;
};

/** Which list is asked for: by which action, and under which key it is in the answer. */
type ListOf<K extends string> = { readonly call: Call; readonly action: string; readonly key: K };

/**
 * The items of all pages of a list. Each page is asked for with the token of the one before. A page may be short, or empty, while
 * there is more. Throws an AwsCallError: an OddAnswer for a page without its list, or with the token that it was asked for with.
 */
export async function allItems<K extends string, T>(
  which: ListOf<K>,
  ask: (token: string | undefined) => Promise<Page<K, T>>,
): Promise<T[]> {
  return (await someItems(which, ask, Number.POSITIVE_INFINITY)).items;
}

/**
 * The same for so many pages at the most, and whether these were all.
 *
 * @param isEnough whether no page is wanted after this one
 */
export async function someItems<K extends string, T>(
  { call, action, key }: ListOf<K>,
  ask: (token: string | undefined) => Promise<Page<K, T>>,
  pages: number,
  isEnough: (page: readonly T[]) => boolean = () => false,
): Promise<{ readonly items: T[]; readonly isAll: boolean }> {
  const items: T[] = [];
  let token: string | undefined;
  for (let asked = 0; asked < pages; asked++) {
    const before = token;
    const page = await call(action, () => ask(before));
    const list: readonly T[] | undefined = page[key];
    if (list === undefined) throw new OddAnswer(action, key, list);
    items.push(...list);
    token = page.NextToken ?? page.nextToken ?? page.NextMarker;
    if (!token) return { items, isAll: true };
    if (isEnough(list)) return { items, isAll: false };
    if (token === before) throw new OddAnswer(action, "NextToken", token);
  }
  return { items, isAll: false };
}

/** Why ECS has not described something, or not changed it (ECS API Reference, Failure). */
type Failure = {
  readonly arn?: string | undefined;
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
};

/**
 * The failure that names something, if there is one. It comes under HTTP 200, and may name it by its ARN or by its id alone.
 *
 * @param idOrArn as ECS was asked
 */
export function failureOf(failures: readonly Failure[] | undefined, idOrArn: string): Failure | undefined {
  return failures?.find(({ arn }) => arn !== undefined && lastPartOf(arn) === lastPartOf(idOrArn));
}

/** The reason of a failure, with what it tells besides. */
export function reasonOf({ reason, detail }: Failure): string {
  return [reason, detail].filter(Boolean).join(": ");
}

/**
 * An odd answer for each thing that ECS was asked about, and that it has not described. It is `isMissing` if ECS says that it does
 * not know the thing (reason MISSING).
 *
 * @param of the action, and the key of the list in the answer
 */
export function undescribed(
  { action, key }: Pick<ListOf<string>, "action" | "key">,
  asked: readonly string[],
  described: readonly string[],
  failures: readonly Failure[] | undefined,
): OddAnswer[] {
  const found = new Set(described.map(lastPartOf));
  return asked
    .filter((each) => !found.has(lastPartOf(each)))
    .map((each) => {
      const failure = failureOf(failures, each);
      const isMissing = failure?.reason === "MISSING";
      return new OddAnswer(action, key, failure && reasonOf(failure), { ids: [each], isMissing });
    });
}

function lastPartOf(idOrArn: string): string {
  return idOrArn.slice(idOrArn.lastIndexOf("/") + 1);
}
