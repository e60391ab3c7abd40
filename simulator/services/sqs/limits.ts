import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { AwsError } from "../../wire/errors.ts";
import type { Queue } from "./queue.ts";

/** The largest size of a message, and of all messages of a batch together, in bytes. */
export const SIZE_LIMIT = 1_048_576;

// All that XML 1.0 allows: SQS refuses any other character.
const ALLOWED = /^[\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/** What a message to be sent consists of. */
export type Sendable = {
  MessageBody?: string | undefined;
  DelaySeconds?: number | undefined;
  MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
};

/** Returns the number if it is whole and within its limits. Throws InvalidParameterValue otherwise. */
export function checkRange(
  name: string,
  value: number,
  [low, high]: readonly [low: number, high: number],
  rule = `Must be between ${low} and ${high}, if provided.`,
): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new AwsError(
    "InvalidParameterValue",
    `Value ${value} for parameter ${name} is invalid. Reason: ${rule}`,
    400,
  );
}

/** Throws as SendMessage does for what cannot be sent. */
export function checkSend(queue: Queue, message: Sendable, fault = "are invalid"): void {
  const body = message.MessageBody as string;
  if (body === "")
    throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.", 400);
  if (!ALLOWED.test(body)) {
    throw new AwsError("InvalidMessageContents", "Message contains characters outside the allowed set.");
  }
  if (message.DelaySeconds !== undefined)
    checkRange("DelaySeconds", message.DelaySeconds, [0, 900], "DelaySeconds must be >= 0 and <= 900.");
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(
    message.MessageAttributes ?? {},
  )) {
    if (!/^[\p{L}\p{N}_.-]{1,256}$/u.test(name)) {
      throw new AwsError(
        "InvalidParameterValue",
        `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.`,
        400,
      );
    }
    if (!/^(String|Number|Binary)(\..+)?$/.test(DataType ?? "")) {
      throw new AwsError(
        "InvalidParameterValue",
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
        400,
      );
    }
    if (!StringValue && !BinaryValue?.byteLength) {
      throw new AwsError(
        "InvalidParameterValue",
        `Message (user) attribute '${name}' must contain a non-empty value of type '${DataType?.split(".")[0]}'.`,
        400,
      );
    }
  }
  const limit = queue.attributes.MaximumMessageSize;
  if (sizeOf(message) > limit) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters ${fault}. Reason: Message must be shorter than ${limit} bytes.`,
      400,
    );
  }
}

/** A message's size in bytes, its attributes included. */
export function sizeOf(message: Sendable): number {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, value]) =>
      Buffer.byteLength(name) +
      Buffer.byteLength(value.DataType ?? "") +
      Buffer.byteLength(value.StringValue ?? "") +
      (value.BinaryValue?.byteLength ?? 0),
  );
  return attributes.reduce((sum, size) => sum + size, Buffer.byteLength(message.MessageBody ?? ""));
}
