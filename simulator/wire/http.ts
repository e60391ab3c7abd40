/** A request as it comes in over HTTP, or from the SDK in process. Header names are in lower case. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Why an answer does not arrive: the connection breaks at once, or goes silent. */
export type Unanswered = "reset" | "silence";

/** The answer to it. */
export type WireResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Given where it does not arrive, although all was done. */
  readonly unanswered?: Unanswered;
};
