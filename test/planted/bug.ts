/** The scenario that must find a planted bug. A seed of the simulation would be another kind of finder, beside this one. */
export type Finder = {
  /** A file in `test/scenarios`, without `.test.ts`. */
  readonly scenarios: string;
  /** The name of one test in it. */
  readonly test: string;
};

/** A bug that somebody could have made, planted by hand to see that a test finds it. */
export type Bug = {
  /** What is wrong with it, in one line. */
  readonly what: string;
  /** The file that it is planted in, from the project's folder. */
  readonly file: string;
  /** The text that it replaces, which must be in the file exactly once. */
  readonly text: string;
  readonly instead: string;
  readonly foundBy: Finder;
};

/** A source with a bug in it. Throws an Error where the text to replace is not there exactly once. */
export function plant(source: string, { file, text, instead }: Bug): string {
  const [before, after, ...more] = source.split(text);
  if (after === undefined || more.length > 0) {
    const times = after === undefined ? "not at all" : `${more.length + 1} times`;
    throw new Error(`${file}: expected this text exactly once, found it ${times}:\n${text}`);
  }
  return `${before}${instead}${after}`;
}
