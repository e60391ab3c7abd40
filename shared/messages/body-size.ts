/**
 * How large a body may be that is read, in bytes. Ours have 16 KB, and no notification of AWS's comes near it. SQS takes 1 MiB,
 * and what somebody fills it with costs a run its time and memory.
 */
const BODY_BYTES = 64 * 1_024;

/** Why a body is not read. Undefined if it is small enough. */
export function tooLarge(body: string): string | undefined {
  const bytes = Buffer.byteLength(body);
  if (bytes <= BODY_BYTES) return undefined;
  return `expected at most ${BODY_BYTES / 1_024} KB, found ${Math.ceil(bytes / 1_024)} KB`;
}
