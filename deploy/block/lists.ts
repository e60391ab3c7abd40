import { quote } from "../../shared/base/validation-problems.ts";

/** Whether a value is an object with keys. */
export function isKeys(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The names of a list, each with its key. */
export function listed(
  written: Readonly<Record<string, unknown>>,
  key: string,
  before = "",
): [key: string, name: unknown][] {
  const list = written[key];
  if (!Array.isArray(list)) return [];
  return list.map((each, index) => {
    const at = `${before}${key}[${index}]`;
    return isKeys(each) ? [`${at}.name`, (each as { name?: unknown }).name] : [at, each];
  });
}

/** A name that stands in two places, told of at the second. */
export function twice(named: readonly (readonly [key: string, name: unknown])[]): string[] {
  return named.flatMap(([key, name], index) => {
    const [first] = named.slice(0, index).find(([, other]) => other === name && name !== undefined) ?? [];
    return first === undefined
      ? []
      : [`${key}: expected each name once, found ${quote(name)} in ${first} too`];
  });
}

/** A number as people read it. */
export function figure(value: number): string {
  return value.toLocaleString("en-US");
}
