// An event as an event source mapping of an SQS queue invokes a function with it.

/** An event that brings these messages, of a queue. */
export function eventOf(bodies: readonly string[], queue = "lifecycle") {
  return {
    Records: bodies.map((body, i) => ({
      messageId: `m${i}`,
      receiptHandle: `r${i}`,
      body,
      attributes: { SentTimestamp: "1000" },
      eventSource: "aws:sqs",
      eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queue}`,
    })),
  };
}
