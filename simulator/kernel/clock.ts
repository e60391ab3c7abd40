/** The simulator's clock: virtual in tests, real and perhaps faster over HTTP. */
export type Clock = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Resolves `milliseconds` of this clock's time later; at once for 0 and less. */
  sleep: (milliseconds: number) => Promise<void>;
};
