/** Where the simulator takes its time from: a virtual clock in tests, a real and perhaps faster one over HTTP. */
export type Clock = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Resolves `milliseconds` of this clock's time later; at once for 0 and less. */
  sleep: (milliseconds: number) => Promise<void>;
};
