/** The headings in docs/rules.md of the rules that an explanation names, as a link has them. */
const HEADINGS = {
  1: "1-only-in-a-wait-state",
  2: "2-who-takes-out-what-and-when",
  3: "3-gone-means-gone",
  6: "6-a-drain-has-an-end",
  7: "7-dead-means-dead",
  8: "8-done-twice-is-done-once",
  10: "10-stalls-are-explained",
  13: "13-dry-run",
  16: "16-time-runs-out",
  17: "17-what-nobody-names",
  18: "18-which-settings-count",
} as const;

/** The number of a rule in docs/rules.md. */
export type RuleNumber = keyof typeof HEADINGS;

/** Where a rule stands, from the project's folder. */
export function linkTo(rule: RuleNumber): string {
  return `docs/rules.md#${HEADINGS[rule]}`;
}
