/**
 * Whether a text is like a pattern of a policy: a star stands for any characters, and a question mark for one (IAM User Guide, "IAM JSON
 * policy elements: Resource").
 *
 * @param flags of a regular expression, such as `i` for any case
 */
export function isLike(text: string, pattern: string, flags = ""): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, flags).test(text);
}
