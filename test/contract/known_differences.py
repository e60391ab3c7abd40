"""Where moto and the simulator answer SQS calls differently, and why the simulator is to answer as it does.

The pairs are the simulator's answer and moto's. Where moto is right by AWS's documentation nothing stands here: then
the simulator is to change. What is said to be recorded was recorded from AWS by the tests of LocalStack.
"""

from typing import NamedTuple


class Known(NamedTuple):
    """One reason, and the differences that it explains: by conversation and step."""

    why: str
    differences: dict


def refused(simulator, moto="no"):
    return {"refused": (simulator, moto)}


def worded(path, simulator, moto):
    return {path: (simulator, moto)}


def value(name, number, reason):
    return f"Value {number} for parameter {name} is invalid. Reason: {reason}"


def policy(text, reason):
    return f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"


SQS = "AWS.SimpleQueueService"
MOTO_RECEIVE = "An error occurred (InvalidParameterValue) when calling the ReceiveMessage operation: "
GARBAGE = 'The input receipt handle "garbage" is not a valid receipt handle.'
TO_TWELVE_HOURS = "Must be between 0 and 43200, if provided."
BATCHES = ("a batch deleted", "the visibility of a batch")
NO_TARGET = '{"maxReceiveCount": 1}'
NO_COUNT = '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:x"}'
MANDATORY = "Redrive policy does not contain mandatory attribute:"
TAKEN = "A queue already exists with the same name and a different value for attribute"

KNOWN = [
    Known(
        "A message is measured in bytes of UTF-8, its attributes included (Amazon SQS Developer Guide, 'Amazon SQS "
        "message quotas' and 'Amazon SQS message metadata'); moto counts the characters of the body.",
        {
            ("what cannot be sent", "too long in bytes"): refused("InvalidParameterValue"),
            ("what cannot be sent", "too long with its attributes"): refused("InvalidParameterValue"),
        },
    ),
    Known(
        "A message has at least one character, and none outside the set that SendMessage lists (Amazon SQS API "
        "Reference, 'SendMessage'; recorded for both). moto looks at neither.",
        {
            ("what cannot be sent", "nothing"): refused("MissingParameter"),
            ("what cannot be sent", "a character that XML has not"): refused("InvalidMessageContents"),
            ("a batch sent", "one with a wrong character"): {
                "Failed.0.Code": ("InvalidMessageContents", "(absent)"),
                "Failed.0.Id": ("f", "(absent)"),
                "Failed.0.Message": ("Message contains characters outside the allowed set.", "(absent)"),
                "Failed.0.SenderFault": (True, "(absent)"),
                "Successful.1.Id": ("(absent)", "f"),
                "Successful.1.MD5OfMessageBody": ("(absent)", "13c8ffd977013703a701cf8e11deac65"),
                "Successful.1.MessageId": ("(absent)", "(2. MessageId of: one with a wrong character)"),
            },
        },
    ),
    Known(
        "An attribute's value must not be empty (Amazon SQS API Reference, 'SendMessage'; recorded); moto takes it.",
        {("message attributes", "a value of nothing"): refused("InvalidParameterValue")},
    ),
    Known(
        "DelaySeconds goes from 0 to 900 and VisibilityTimeout from 0 to 43200 (Amazon SQS API Reference, "
        "'SendMessage' and 'ChangeMessageVisibility'); moto looks at the upper ends only.",
        {
            ("what cannot be sent", "a delay below nothing"): refused("InvalidParameterValue"),
            ("old and wrong handles", "visibility below nothing"): refused(
                "InvalidParameterValue", "ReceiptHandleIsInvalid"
            ),
        },
    ),
    Known(
        "An entry that is too long fails by itself (Amazon SQS API Reference, 'SendMessageBatch'; recorded); moto "
        "refuses the batch.",
        {("a batch sent", "one that is too long"): refused("no", "InvalidParameterValue")},
    ),
    Known(
        "A batch is refused for its form whatever it does (Amazon SQS API Reference, 'Errors' of 'DeleteMessageBatch' "
        "and 'ChangeMessageVisibilityBatch'; recorded for the first two). moto looks at batches to be sent only.",
        {
            **{(each, "eleven"): refused(f"{SQS}.TooManyEntriesInBatchRequest") for each in BATCHES},
            **{(each, "a wrong id"): refused(f"{SQS}.InvalidBatchEntryId") for each in BATCHES},
            **{(each, "an id twice"): refused(f"{SQS}.BatchEntryIdsNotDistinct") for each in BATCHES},
            ("the visibility of a batch", "nothing"): refused(f"{SQS}.EmptyBatchRequest"),
        },
    ),
    Known(
        "BatchEntryIdsNotDistinct is about ids (Amazon SQS API Reference, 'DeleteMessageBatch'); moto raises it for "
        "two entries with one receipt handle as well.",
        {("a batch deleted", "one handle twice"): refused("no", f"{SQS}.BatchEntryIdsNotDistinct")},
    ),
    Known(
        "Both are allowed: 'If you use an old ReceiptHandle, the request will succeed, but the message might not be "
        "deleted' (Amazon SQS API Reference, 'DeleteMessage'). moto deletes it; the simulator takes the harder case.",
        {("a stale handle", "what is left"): worded("Attributes.ApproximateNumberOfMessages", "1", "0")},
    ),
    Known(
        "Both are allowed: changing the visibility of what is not in flight, or by a handle that is not the newest, is "
        "documented as MessageNotInflight (Amazon SQS API Reference, 'Errors' of 'ChangeMessageVisibility'), which "
        "'might' come; recorded is that it succeeds, as it does with moto. The simulator takes the harder case.",
        {
            ("visibility by a handle that has run out", "hide it although it is visible again"): refused(
                f"{SQS}.MessageNotInflight"
            ),
            (
                "visibility by the handle of an earlier receive",
                "make it visible by the first handle",
            ): refused(f"{SQS}.MessageNotInflight"),
        },
    ),
    Known(
        "Deleting what is gone succeeds (recorded, for a message that was deleted); moto forgets the handles of what "
        "was purged.",
        {("purge and delete", "delete what was purged"): refused("no", "ReceiptHandleIsInvalid")},
    ),
    Known(
        "The visibility of a message that is gone cannot be changed, with this code (recorded); moto has another.",
        {
            ("old and wrong handles", "visibility of what is deleted"): refused(
                "InvalidParameterValue", "ReceiptHandleIsInvalid"
            )
        },
    ),
    Known(
        "The words are recorded, and the status 404 is that of the SDKs' models; moto has its own of both.",
        {
            **{
                ("old and wrong handles", each): {
                    "message": (GARBAGE, "The input receipt handle is invalid."),
                    "status": (404, 400),
                }
                for each in ("visibility by garbage", "delete by garbage")
            },
            ("the visibility of a batch", "one by garbage"): worded(
                "Failed.0.Message", GARBAGE, "The input receipt handle is invalid."
            ),
        },
    ),
    Known(
        "The words for MaxNumberOfMessages and WaitTimeSeconds are recorded; moto repeats botocore's words in them, "
        "and turns a sign around.",
        {
            **{
                ("receives out of range", says): worded(
                    "message",
                    value("MaxNumberOfMessages", number, "Must be between 1 and 10, if provided."),
                    MOTO_RECEIVE
                    + value("MaxNumberOfMessages", number, "must be between 1 and 10, if provided."),
                )
                for says, number in (("no message at all", 0), ("eleven", 11))
            },
            **{
                ("receives out of range", says): worded(
                    "message",
                    value("WaitTimeSeconds", number, "Must be >= 0 and <= 20, if provided."),
                    MOTO_RECEIVE
                    + value("WaitTimeSeconds", number, "must be &lt;= 0 and &gt;= 20 if provided."),
                )
                for says, number in (("too long a wait", 21), ("a wait below nothing", -1))
            },
        },
    ),
    Known(
        "AWS's words for a VisibilityTimeout out of range are in no source that was found; the code is documented "
        "(Amazon SQS API Reference, 'Common Errors').",
        {
            ("receives out of range", "too long a visibility"): worded(
                "message",
                value("VisibilityTimeout", 43201, TO_TWELVE_HOURS),
                "Invalid request, maximum visibility timeout is 43200",
            ),
            ("old and wrong handles", "visibility beyond 12 hours"): worded(
                "message",
                value("VisibilityTimeout", 43201, TO_TWELVE_HOURS),
                "Invalid request, maximum visibility timeout is 43200",
            ),
            ("the visibility of a batch", "one beyond 12 hours"): worded(
                "Failed.0.Message",
                value("VisibilityTimeout", 43201, TO_TWELVE_HOURS),
                "Visibility timeout invalid",
            ),
        },
    ),
    Known(
        "A message in a dead-letter queue says where it comes from (Amazon SQS API Reference, 'ReceiveMessage', "
        "DeadLetterQueueSourceArn; recorded); moto has no such attribute.",
        {
            ("redrive", "where it died"): worded(
                "Messages.0.Attributes.DeadLetterQueueSourceArn",
                "arn:aws:sqs:us-east-1:123456789012:source",
                "(absent)",
            )
        },
    ),
    Known(
        "A wrong redrive policy is InvalidParameterValue (field reports have the words, of a mandatory attribute and "
        "of a target that does not exist); moto fails on what is no JSON, and has a code of its own for the target.",
        {
            ("redrive", "a policy that is no JSON"): refused("InvalidParameterValue", "500"),
            ("redrive", "a policy without a target"): worded(
                "message",
                policy(NO_TARGET, f"{MANDATORY} deadLetterTargetArn."),
                "Redrive policy does not contain deadLetterTargetArn",
            ),
            ("redrive", "a policy without a count"): worded(
                "message",
                policy(NO_COUNT, f"{MANDATORY} maxReceiveCount."),
                "Redrive policy does not contain maxReceiveCount",
            ),
            ("redrive", "a policy to nowhere"): refused("InvalidParameterValue", f"{SQS}.NonExistentQueue"),
        },
    ),
    Known(
        "The words name the attribute that differs (recorded); moto's do not.",
        {
            ("a queue made twice", says): worded(
                "message", f"{TAKEN} {name}", "The specified queue already exists."
            )
            for says, name in (("unlike", "DelaySeconds"), ("unlike a default", "VisibilityTimeout"))
        },
    ),
    Known(
        "Attributes are checked (Amazon SQS API Reference, 'Errors' of 'CreateQueue' and 'SetQueueAttributes'; "
        "recorded for a name); moto looks at the size of messages only.",
        {
            ("a queue that cannot be made", "an attribute that SQS has not"): refused("InvalidAttributeName"),
            ("a queue that cannot be made", "too long a delay"): refused("InvalidAttributeValue"),
            ("a queue's attributes", "set what SQS has not"): refused("InvalidAttributeName"),
            ("a queue's attributes", "set too much"): refused("InvalidAttributeValue"),
            ("a queue's attributes", "set no number"): refused("InvalidAttributeValue", "500"),
        },
    ),
    Known(
        "A queue is named by its URL (Amazon SQS API Reference, 'GetQueueAttributes', QueueUrl). AWS is said to take a "
        "bare name too, as moto does; no SDK sends one, so the simulator refuses what can only be a mistake.",
        {("queues found", "by a name for a URL"): refused("InvalidAddress")},
    ),
    Known(
        "A name is free again after 60 seconds (Amazon SQS API Reference, 'DeleteQueue' and 'CreateQueue'; recorded); "
        "moto frees it at once.",
        {("purge and delete", "make it at once again"): refused(f"{SQS}.QueueDeletedRecently")},
    ),
]

BY_STEP = {step: found for known in KNOWN for step, found in known.differences.items()}
