/** How an operation takes a list, and lists the entries that failed in an answer with status 200. */
type Entries = {
  /** The key of the list in the input, and of the failures in the output. */
  readonly given: string;
  readonly failed: string;
  /** The answer's entry for one that failed. */
  readonly failure: (entry: unknown) => unknown;
};

const ENTRY: Entries = {
  given: "Entries",
  failed: "Failed",
  failure: (entry) => ({
    Id: (entry as { Id: string }).Id,
    SenderFault: false,
    Code: "InternalError",
    Message: "We encountered an internal error. Please try again.",
  }),
};

const OPERATIONS: Readonly<Record<string, Entries>> = {
  "sqs:SendMessageBatch": ENTRY,
  "sqs:DeleteMessageBatch": ENTRY,
  "ecs:UpdateContainerInstancesState": {
    given: "containerInstances",
    failed: "failures",
    failure: (arn) => ({ arn, reason: "INTERNAL_ERROR" }),
  },
};

/** Whether an action takes a list of which a part can fail while the status is 200. */
export function hasEntries(action: string): boolean {
  return action in OPERATIONS;
}

type Lists = Record<string, unknown[] | undefined>;

/**
 * Runs an operation for a part of its entries. The others are listed as failures, and nothing is done about them.
 *
 * @param fails is called once for each entry
 * @param run takes the input with what is left
 */
export async function failEntries(
  action: string,
  input: object,
  fails: () => boolean,
  run: (input: object) => unknown,
): Promise<unknown> {
  const { given, failed, failure } = OPERATIONS[action] as Entries;
  const entries = (input as Lists)[given] ?? [];
  const lost = new Set(entries.filter(fails));
  if (lost.size === 0) return run(input);
  const failures = [...lost].map(failure);
  if (lost.size === entries.length) return { [failed]: failures };
  const output = (await run({ ...input, [given]: entries.filter((each) => !lost.has(each)) })) as Lists;
  return { ...output, [failed]: [...(output[failed] ?? []), ...failures] };
}
