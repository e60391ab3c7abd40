/** A text that may be long, cut short with a note of how long it was. Both lengths are in characters. */
export function cutShort(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}… (${text.length} characters)` : text;
}
