// The rows of the table of odd answers: data for a test each, and for the page docs/dev/odd-answers.md, which is printed from it.

/** What the adapters make of odd answers, and what follows. */
export const OUTCOMES = {
  unread: "The whole answer is unread, as if the call had failed. What needs it is held.",
  "unread alone": "Only the thing that it is about is unread. Others in the answer count as they are.",
  there: "The thing counts as there, as what it holds longest as. Steps go on, and nothing counts as gone.",
  failed: "The step has failed for that entry, and is tried again.",
} as const;

/** One odd answer. */
export type OddRow = {
  /** The IAM action. */
  readonly action: string;
  /** What is odd about the answer, in Markdown. */
  readonly answer: string;
  /** What followed from it before it was odd, in a word or two. */
  readonly did: string;
  readonly does: keyof typeof OUTCOMES;
  /** The field that the log names, and its value. */
  readonly field: string;
  readonly value: string;
  /** Gives the answer to the adapter. */
  readonly ask: () => Promise<unknown>;
};

type Ask<T> = (answer: T) => Promise<unknown>;

/** Rows of one action, whose answers are given to one adapter. */
export function rowsOf<T extends object>(action: string, ask: Ask<T>) {
  const row = (
    answer: string,
    [field, value]: readonly [string, string],
    { did, does }: Pick<OddRow, "did" | "does">,
    given: T,
  ): OddRow => ({ action, answer, did, does, field, value, ask: () => ask(given) });
  return {
    row,
    /** An answer without its list. */
    withoutList: (key: string, did: string): OddRow =>
      row(`\`${key}\` is missing`, [key, "missing"], { did, does: "unread" }, {} as T),
    /** Answers that lack a field each. `did` says what each was taken for. */
    withoutField: <F extends string>(
      fields: Readonly<Record<F, string>>,
      does: OddRow["does"],
      lacking: (change: Readonly<Record<string, undefined>>) => T,
    ): OddRow[] =>
      Object.entries<string>(fields).map(([field, did]) =>
        row(`\`${field}\` is missing`, [field, "missing"], { did, does }, lacking({ [field]: undefined })),
      ),
  };
}
