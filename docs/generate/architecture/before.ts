import type { Measures } from "./measure.ts";

/** The revision that the plan was redrawn from. */
export const BEFORE_AT = "520b972";

/**
 * Its measures, as `npm run architecture -- --at 520b972 --json` printed them: not every clone has the revision. A test
 * compares them where it is there.
 */
export const BEFORE: Measures = {
  flatFiles: 35,
  imports: 122,
  twoWay: 2,
  manyParameters: 23,
  longFunctions: 21,
  functions: 386,
  handlerLines: 1253,
  joins: 36,
  casts: 38,
  lines: 8354,
};
