// Protects how a wrong value is told of: the key, what was expected and what was found, cut short.
import { expect } from "chai";
import * as z from "zod/mini";
import { firstOf, problemsOf, quote, shortened } from "../../../../shared/base/validation-problems.ts";

const problems = (schema: z.core.$ZodType, value: unknown): string[] => {
  const parsed = z.safeParse(schema, value, { reportInput: true });
  return parsed.success ? [] : problemsOf(parsed.error);
};
const one = (schema: z.core.$ZodType, value: unknown) => problems(z.object({ key: schema }), { key: value });

/** [what is wrong, its schema, the value, the text] */
const table: [string, z.core.$ZodType, unknown, string][] = [
  ["a type", z.string(), 5, "expected string, found 5"],
  ["a value", z.enum(["a", "b"]), "c", 'expected "a" or "b", found "c"'],
  [
    "a value with a slip in it",
    z.enum(["named", "all"]),
    "nmaed",
    'expected "named" or "all", found "nmaed"; did you mean "named"?',
  ],
  ["a number that is too small", z.number().check(z.gte(3)), 2, "expected at least 3, found 2"],
  ["a number that is too big", z.number().check(z.lte(3)), 4, "expected at most 3, found 4"],
  [
    "a text that is too short",
    z.string().check(z.minLength(2)),
    "a",
    'expected a length of at least 2, found "a"',
  ],
  [
    "a text that is too long",
    z.string().check(z.maxLength(1)),
    "ab",
    'expected a length of at most 1, found "ab"',
  ],
  [
    "a list that is too short",
    z.array(z.int()).check(z.minLength(1)),
    [],
    "expected a length of at least 1, found []",
  ],
  [
    "a list that is too long",
    z.array(z.int()).check(z.maxLength(0)),
    [1],
    "expected a length of at most 0, found [1]",
  ],
  [
    "a text of another form",
    z.string().check(z.regex(/^a$/)),
    "b",
    'expected something like /^a$/, found "b"',
  ],
  ["something with words of its own", z.string({ error: "expected a name" }), 5, "expected a name, found 5"],
  [
    "what nobody has words for",
    z.number().check(z.refine(() => false, { error: "odd" })),
    3,
    "expected something else (odd), found 3",
  ],
  ["nothing", z.string(), undefined, "expected string, found nothing"],
];

describe("the text about a wrong value", () => {
  for (const [what, schema, value, logged] of table) {
    it(`${what}`, () => expect(one(schema, value)).to.deep.equal([`key: ${logged}`]));
  }

  it("of the whole", () => {
    expect(problems(z.string(), 5)).to.deep.equal(["(the whole): expected string, found 5"]);
  });

  it("names what an unknown key may have meant, wherever the object is", () => {
    const keys = z.strictObject({ poll_seconds: z.optional(z.int()) });
    const schema = z.strictObject({
      first: z.optional(keys),
      list: z.array(keys),
      either: z.union([z.string(), keys]),
      piped: z.pipe(
        keys,
        z.transform((value) => value),
      ),
    });
    const value = {
      lst: [],
      first: { pol_seconds: 1 },
      list: [{}, { pollSeconds: 1 }],
      either: { poll: 1 },
      piped: { poll_secons: 1, team: "web" },
    };
    const parsed = z.safeParse(schema, value, { reportInput: true });
    expect(parsed.success ? [] : problemsOf(parsed.error, schema)).to.have.members([
      "lst: unknown key; did you mean list?",
      "first.pol_seconds: unknown key; did you mean poll_seconds?",
      "list[1].pollSeconds: unknown key; did you mean poll_seconds?",
      "either.poll: unknown key; did you mean poll_seconds?",
      "piped.poll_secons: unknown key; did you mean poll_seconds?",
      "piped.team: unknown key",
    ]);
  });

  it("names its place, and each unknown key", () => {
    const schema = z.strictObject({ list: z.array(z.strictObject({ key: z.string() })) });
    expect(problems(schema, { list: [{ key: "a" }, { key: 5, other: 1, more: 2 }] })).to.deep.equal([
      "list[1].key: expected string, found 5",
      "list[1].other: unknown key",
      "list[1].more: unknown key",
    ]);
  });

  it("of one of several forms is what the form lacks that it comes nearest to", () => {
    const two = z.strictObject({ a: z.string(), b: z.string() });
    const other = z.strictObject({ c: z.string() });
    expect(one(z.union([two, other]), { a: "a" })).to.deep.equal(["key.b: expected string, found nothing"]);
    expect(one(z.union([other, two]), { a: "a" })).to.deep.equal(["key.b: expected string, found nothing"]);
  });

  it("of a text or an object: what the object lacks, however much that is", () => {
    const either = z.union([z.string(), z.strictObject({ a: z.string(), b: z.string() })]);
    expect(one(either, {})).to.deep.equal([
      "key.a: expected string, found nothing",
      "key.b: expected string, found nothing",
    ]);
    expect(one(either, 5)).to.deep.equal(["key: expected string, found 5"]);
  });

  it("is cut short after sixty characters, and then says how long it is", () => {
    expect(shortened("x".repeat(60))).to.equal("x".repeat(60));
    expect(shortened("x".repeat(61))).to.equal(`${"x".repeat(60)}… (61 characters)`);
    expect(one(z.int(), "x".repeat(100))).to.deep.equal([
      `key: expected number, found "${"x".repeat(59)}… (102 characters)`,
    ]);
  });

  it("has the value as JSON, where it can be written so", () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    expect([undefined, null, "a", { a: [1] }, Symbol("a"), circle].map(quote)).to.deep.equal([
      "nothing",
      "null",
      '"a"',
      '{"a":[1]}',
      "Symbol(a)",
      "something nested too deeply",
    ]);
  });

  it("is of twenty problems at the most, and how many more there are", () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
    expect(firstOf(many(20))).to.deep.equal(many(20));
    expect(firstOf(many(21))).to.deep.equal([...many(20), "and 1 more"]);
  });
});
