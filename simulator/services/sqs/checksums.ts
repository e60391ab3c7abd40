import { createHash } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { Message } from "./queue.ts";

/** The MD5 of a message body, in hexadecimal: clients check it. */
export function md5OfBody(body: string): string {
  return createHash("md5").update(body, "utf8").digest("hex");
}

/**
 * The MD5 of message attributes: name, type and value of each, by name, every part with its length in front.
 *
 * Amazon SQS Developer Guide, "Calculating the MD5 message digest for message attributes".
 */
export function md5OfAttributes(
  attributes: Readonly<Record<string, MessageAttributeValue>>,
): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const part = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = "", StringValue, BinaryValue } = attributes[name] as MessageAttributeValue;
    part(Buffer.from(name));
    part(Buffer.from(DataType));
    hash.update(Buffer.from([DataType.startsWith("Binary") ? 2 : 1]));
    part(DataType.startsWith("Binary") ? (BinaryValue ?? Buffer.alloc(0)) : Buffer.from(StringValue ?? ""));
  }
  return hash.digest("hex");
}

/** How SQS answers that it has taken a message: with its id, and with the checksums of what was sent. */
export function sentAs({ id, body, attributes }: Message) {
  return {
    MessageId: id,
    MD5OfMessageBody: md5OfBody(body),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
  };
}
