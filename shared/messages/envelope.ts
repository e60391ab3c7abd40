import { parseJson } from "../base/json.ts";

/** What a message carries: a JSON value, or only a text under the subject that SNS gave it. */
export type Content =
  | { readonly value: unknown }
  | { readonly subject: string | undefined; readonly problem: string };

/** How many envelopes may be around a message: a Lambda event, with SNS's envelope in it, with another one in that. */
const ENVELOPES_LIMIT = 4;

/**
 * Takes a message out of its envelopes. That is SNS's (Amazon SNS Developer Guide, "Parsing message formats"), or the event by
 * which Lambda invoked a function for SNS or SQS, where the function forwarded the whole event. Never throws.
 */
export function openEnvelopes(body: string): Content {
  let text = body;
  let where = "";
  let subject: string | undefined;
  for (let envelopes = 0; envelopes <= ENVELOPES_LIMIT; envelopes += 1) {
    const value = parseJson(text);
    if (value === undefined) return { subject, problem: `${where}expected JSON` };
    const inner = innerOf(value);
    if (inner === undefined) return { value };
    if ("problem" in inner) return { subject, ...inner };
    ({ text, where } = inner);
    subject = inner.subject ?? subject;
  }
  return { subject, problem: `expected a message in ${ENVELOPES_LIMIT} envelopes at most` };
}

type Inner = { readonly text: string; readonly where: string; readonly subject: string | undefined };

// What an envelope has in it. Undefined if the value is no envelope.
function innerOf(value: unknown): Inner | { readonly problem: string } | undefined {
  const { Type, Message, Subject, Records } = propertiesOf(value);
  if (Type === "Notification" && typeof Message === "string") {
    const subject = typeof Subject === "string" ? Subject : undefined;
    return { text: Message, where: "Message: ", subject };
  }
  if (!Array.isArray(Records)) return undefined;
  const [record] = Records;
  const { Sns, body } = propertiesOf(record);
  const text = typeof body === "string" ? body : propertiesOf(Sns).Message;
  if (typeof text !== "string") return undefined;
  // SNS puts one record into an event. With several, a part of them could be lost.
  if (Records.length > 1) return { problem: `Records: expected one record, found ${Records.length}` };
  const { Subject: title } = propertiesOf(Sns);
  return { text, where: "Records[0]: ", subject: typeof title === "string" ? title : undefined };
}

/** The properties of an object. None if it is none. */
export function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
