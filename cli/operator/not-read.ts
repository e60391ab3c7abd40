import { AwsCallError } from "../../shared/base/errors.ts";

/** A call that did not answer, with why. */
export type NotRead = { readonly call: string; readonly why: string };

/** The calls of a command that did not answer, each once. */
export class UnansweredCalls {
  readonly all: NotRead[] = [];

  add(unread: NotRead): void {
    const isKnown = this.all.some(({ call, why }) => call === unread.call && why === unread.why);
    if (!isKnown) this.all.push(unread);
  }

  /** An answer of AWS. Undefined where it could not be read, which is noted. Throws what is no failure of AWS. */
  async reading<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      const { name, message } = error.cause as Error;
      this.add({ call: error.action, why: `${error.kind}: ${name}: ${message}` });
      return undefined;
    }
  }
}
