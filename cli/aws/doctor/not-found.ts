import type { AwsCallError } from "../../../shared/base/errors.ts";

/** What services call the error for a thing that there is not. */
const NAMES = /^(ResourceNotFound(Exception)?|NoSuchEntity(Exception)?)$/;

/** Whether a call failed because what it asks for does not exist. */
export function isNotFound({ kind, cause }: AwsCallError): boolean {
  return kind === "gone" || (cause instanceof Error && NAMES.test(cause.name));
}
