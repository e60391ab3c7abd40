/** An error as the SDK gives it for what AWS refuses. */
export type Refusal = Error & {
  /** The code on the wire, where the service speaks Query or once did. */
  readonly Code?: string;
  readonly $metadata: { readonly httpStatusCode?: number };
};

/** The error with which AWS refused a call. Throws when it was not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof Error && "$metadata" in error) return error as Refusal;
    throw error;
  }
  throw new Error(`expected a refusal, found the answer ${JSON.stringify(answer)}`);
}
