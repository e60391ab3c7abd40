import type { SQSClient } from "@aws-sdk/client-sqs";
import { queuePort } from "../../../../../shared/aws/sqs.ts";
import { stubClient } from "../client.ts";
import { wholeMessage } from "../whole-answers.ts";
import { type OddRow, rowsOf } from "./row.ts";

const port = (answer: object, urls = new Map([["q", "https://sqs/q"]])) =>
  queuePort(stubClient<SQSClient>(() => answer).client, urls);

const message = (change: object) => ({ Messages: [wholeMessage(change)] });
const redrive = (RedrivePolicy: string) => ({ Attributes: { RedrivePolicy } });
const UNNAMED = "SQS's answer does not name it";

const urls = rowsOf("sqs:GetQueueUrl", (it) => port(it, new Map()).receive("q", 0));
const received = rowsOf("sqs:ReceiveMessage", (it) => port(it).receive("q", 0));
const sent = rowsOf("sqs:SendMessage", (it) => port(it).send("q", [{ body: "a" }]));
const deleted = rowsOf("sqs:DeleteMessage", (it) => port(it).delete("q", ["r"]));
const attributes = rowsOf("sqs:GetQueueAttributes", (it) => port(it).deadLetterQueue("q"));
const counts = rowsOf("sqs:GetQueueAttributes", (it) => port(it).messagesInFlight("q"));

/** Odd answers of SQS. */
export const OF_SQS: readonly OddRow[] = [
  urls.withoutList("QueueUrl", "asked without a URL, as long as the function lived"),
  ...received.withoutField(
    {
      MessageId: "read",
      Body: "unreadable: set aside",
      ReceiptHandle: "read, and never deleted",
      Attributes: "sent in 1970: dropped as old",
    },
    "unread alone",
    message,
  ),
  received.row(
    "`SentTimestamp` is missing",
    ["SentTimestamp", "missing"],
    { did: "sent in 1970: dropped as old", does: "unread alone" },
    message({ Attributes: {} }),
  ),
  received.row(
    "a `SentTimestamp` that is no number",
    ["SentTimestamp", "yesterday"],
    { did: "without a time: never dropped, no deadline", does: "unread alone" },
    message({ Attributes: { SentTimestamp: "yesterday" } }),
  ),
  sent.row(
    "an entry that is neither in `Successful` nor in `Failed`",
    ["reason", UNNAMED],
    { did: "sent: the old message was deleted, and the termination lost", does: "failed" },
    {},
  ),
  deleted.row(
    "an entry that is neither in `Successful` nor in `Failed`",
    ["reason", UNNAMED],
    { did: "deleted", does: "failed" },
    { Successful: [{ Id: "7" }] },
  ),
  attributes.row(
    "a `RedrivePolicy` that is no JSON",
    ["RedrivePolicy", "{"],
    { did: "the run broke off", does: "unread" },
    redrive("{"),
  ),
  ...["{}", "[]", "null", '{"deadLetterTargetArn":7}'].map((policy) =>
    attributes.row(
      `a \`RedrivePolicy\` of \`${policy}\``,
      ["RedrivePolicy", policy],
      { did: "the run broke off", does: "unread" },
      redrive(policy),
    ),
  ),
  counts.row(
    "no `ApproximateNumberOfMessagesNotVisible`",
    ["ApproximateNumberOfMessagesNotVisible", "missing"],
    { did: "not asked", does: "unread" },
    { Attributes: {} },
  ),
];
