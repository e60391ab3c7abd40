// Answers queries of CloudWatch Logs Insights over log lines, as far as the saved queries use its language: fields, filter, stats, sort,
// limit. Throws at anything else, so that no query passes because a part of it was overlooked. No library does this.
// (CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax".)

type Value = string | number | undefined;
export type Row = Readonly<Record<string, Value>>;
type Test = (row: Row) => boolean;
type Token = { readonly kind: "word" | "text" | "number" | "sign"; readonly text: string };

/** Insights lists no more than so many rows if a query does not say how many. */
const LIMIT = 10_000;
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)(?![\w.])|([@\w][\w.@]*)|(!=|>=|<=|[=<>(),[\]*]))/y;

/** The rows that a query has over lines, which are JSON as the functions write it. */
export function answer(query: string, lines: readonly string[]): Row[] {
  let rows: Row[] = lines.map(rowOf);
  let shown: readonly string[] | undefined;
  for (const command of query.split("|")) {
    const tokens = new Tokens(command);
    const name = tokens.word();
    switch (name) {
      case "fields":
        shown = tokens.list(() => tokens.word());
        break;
      case "filter": {
        const test = either(tokens);
        rows = rows.filter(test);
        break;
      }
      case "stats":
        rows = stats(tokens, rows);
        shown = undefined;
        break;
      case "sort":
        rows = sorted(tokens, rows);
        break;
      case "limit":
        rows = rows.slice(0, Number(tokens.take("number")));
        break;
      default:
        throw new Error(`no command of these tests: ${name}`);
    }
    tokens.end();
  }
  const those = shown;
  const all = rows.slice(0, LIMIT);
  return those ? all.map((row) => Object.fromEntries(those.map((each) => [each, row[each]]))) : all;
}

// Nested fields have dotted names: tasks.0.family. The time stands under Insights' own name besides.
function rowOf(line: string): Row {
  const row: Record<string, Value> = {};
  (function visit(value: unknown, path: string) {
    if (typeof value === "object" && value !== null)
      for (const [key, each] of Object.entries(value)) visit(each, path === "" ? key : `${path}.${key}`);
    else if (typeof value === "string" || typeof value === "number") row[path] = value;
    else if (typeof value === "boolean") row[path] = String(value);
    else throw new Error(`no value of a log line: ${value}`);
  })(JSON.parse(line), "");
  return { ...row, "@timestamp": row.time };
}

function either(tokens: Tokens): Test {
  const tests = [both(tokens)];
  while (tokens.skip("or")) tests.push(both(tokens));
  return (row) => tests.some((test) => test(row));
}

function both(tokens: Tokens): Test {
  const tests = [condition(tokens)];
  while (tokens.skip("and")) tests.push(condition(tokens));
  return (row) => tests.every((test) => test(row));
}

function condition(tokens: Tokens): Test {
  if (tokens.skip("ispresent")) {
    const field = tokens.within(() => tokens.word());
    return (row) => row[field] !== undefined;
  }
  const field = tokens.word();
  if (tokens.skip("in")) {
    tokens.sign("[");
    const values = tokens.list(() => tokens.value());
    tokens.sign("]");
    return (row) => values.some((each) => each === row[field]);
  }
  const sign = tokens.take("sign");
  const value = tokens.value();
  switch (sign) {
    case "=":
      return (row) => row[field] === value;
    case "!=":
      return (row) => row[field] !== value;
    case ">":
      return (row) => Number(row[field]) > Number(value);
    case "<":
      return (row) => Number(row[field]) < Number(value);
    default:
      throw new Error(`no comparison of these tests: ${sign}`);
  }
}

type Aggregate = { readonly as: string; readonly of: (rows: readonly Row[]) => Value };
type Group = { readonly as: string; readonly of: (row: Row) => Value };

function stats(tokens: Tokens, rows: readonly Row[]): Row[] {
  const aggregates = tokens.list(() => aggregate(tokens));
  const groups = tokens.skip("by") ? tokens.list(() => grouping(tokens)) : [];
  const together = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(groups.map(({ of }) => of(row) ?? null));
    together.set(key, [...(together.get(key) ?? []), row]);
  }
  return [...together.values()].map((those) =>
    Object.fromEntries([
      ...groups.map(({ as, of }) => [as, of(those[0] as Row)]),
      ...aggregates.map(({ as, of }) => [as, of(those)]),
    ]),
  );
}

function aggregate(tokens: Tokens): Aggregate {
  const name = tokens.word();
  const [field, share] = tokens.within(() => {
    const first = tokens.skip("*") ? "*" : tokens.word();
    return [first, tokens.skip(",") ? Number(tokens.take("number")) : undefined] as const;
  });
  const as = tokens.skip("as") ? tokens.word() : `${name}(${field})`;
  const numbers = (rows: readonly Row[]) =>
    rows.flatMap((row) => (row[field] === undefined ? [] : [Number(row[field])])).sort((a, b) => a - b);
  switch (name) {
    case "count":
      return { as, of: (rows) => rows.filter((row) => field === "*" || row[field] !== undefined).length };
    case "max":
      return { as, of: (rows) => numbers(rows).at(-1) };
    case "min":
      return { as, of: (rows) => numbers(rows)[0] };
    case "sum":
      return { as, of: (rows) => numbers(rows).reduce((sum, each) => sum + each, 0) };
    case "avg":
      return {
        as,
        of: (rows) => numbers(rows).reduce((sum, each) => sum + each, 0) / numbers(rows).length,
      };
    case "pct":
      return {
        as,
        of: (rows) => {
          const all = numbers(rows);
          return all[Math.ceil((all.length * (share as number)) / 100) - 1];
        },
      };
    case "latest":
      return {
        as,
        of: (rows) => ordered(rows, "@timestamp").findLast((row) => row[field] !== undefined)?.[field],
      };
    default:
      throw new Error(`no function of these tests: ${name}`);
  }
}

const BINS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function grouping(tokens: Tokens): Group {
  const name = tokens.word();
  if (name !== "bin") return { as: tokens.skip("as") ? tokens.word() : name, of: (row) => row[name] };
  const [, count = "", unit = ""] = /^(\d+)([mhd])$/.exec(tokens.within(() => tokens.word())) ?? [];
  const long = Number(count) * (BINS[unit] ?? Number.NaN);
  if (!(long > 0)) throw new Error("no bin of these tests");
  return {
    as: tokens.skip("as") ? tokens.word() : "bin",
    of: (row) => new Date(Math.floor(Date.parse(String(row["@timestamp"])) / long) * long).toISOString(),
  };
}

function sorted(tokens: Tokens, rows: readonly Row[]): Row[] {
  const field = tokens.word();
  // Without a direction, Insights sorts descending.
  if (tokens.skip("asc")) return ordered(rows, field);
  if (!tokens.isAtEnd) tokens.expect("desc");
  return ordered(rows, field).reverse();
}

function ordered(rows: readonly Row[], field: string): Row[] {
  return [...rows].sort((a, b) => {
    const [one, other] = [a[field] ?? "", b[field] ?? ""];
    return one === other ? 0 : one < other ? -1 : 1;
  });
}

class Tokens {
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(command: string) {
    const text = command.trim();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const [, quoted, number, word, sign] = TOKEN.exec(text) ?? [];
      if (quoted !== undefined) this.#tokens.push({ kind: "text", text: quoted });
      else if (number !== undefined) this.#tokens.push({ kind: "number", text: number });
      else if (word !== undefined) this.#tokens.push({ kind: "word", text: word });
      else if (sign !== undefined) this.#tokens.push({ kind: "sign", text: sign });
      else throw new Error(`cannot read: ${text.slice(from)}`);
    }
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  end(): void {
    if (!this.isAtEnd) throw new Error(`too much: ${this.#tokens[this.#at]?.text}`);
  }

  take(kind: Token["kind"]): string {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== kind) throw new Error(`expected a ${kind}, found ${token?.text ?? "the end"}`);
    return token.text;
  }

  word(): string {
    // "1h" begins with a digit.
    return this.take("word");
  }

  value(): string | number {
    return this.#tokens[this.#at]?.kind === "number" ? Number(this.take("number")) : this.take("text");
  }

  sign(text: string): void {
    this.expect(text);
  }

  expect(text: string): void {
    if (!this.skip(text))
      throw new Error(`expected ${text}, found ${this.#tokens[this.#at]?.text ?? "the end"}`);
  }

  skip(text: string): boolean {
    const isThere = this.#tokens[this.#at]?.text === text && this.#tokens[this.#at]?.kind !== "text";
    if (isThere) this.#at += 1;
    return isThere;
  }

  within<T>(read: () => T): T {
    this.sign("(");
    const value = read();
    this.sign(")");
    return value;
  }

  list<T>(read: () => T): T[] {
    const all = [read()];
    while (this.skip(",")) all.push(read());
    return all;
  }
}
