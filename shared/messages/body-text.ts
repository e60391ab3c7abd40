// The two characters that JSON need not escape and SQS does not take (Amazon SQS API Reference, SendMessage).
const REFUSED_BY_SQS = /[\uFFFE\uFFFF]/g;

/** The body of a message: JSON, in characters that SQS takes. */
export function bodyText(message: object): string {
  return JSON.stringify(message).replaceAll(REFUSED_BY_SQS, (character) =>
    character === "\uFFFE" ? "\\ufffe" : "\\uffff",
  );
}
