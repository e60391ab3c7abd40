"""Protects our functions from SQS errors that only the simulator has: each error carries the code that AWS documents,
the shape that botocore's model has for it, and AWS's words.

What moto answers too is compared in test_sqs_like_moto.py; here are the codes, and what moto does not refuse.
"""

import json

import pytest

from refusals import SQS_CODES, Refused, refusal, rows

SCENARIO = "empty.yaml"
LOST = "http://127.0.0.1/123456789012/lost"
NONEXISTENT = "AWS.SimpleQueueService.NonExistentQueue"
ONE_HANDLE = [{"Id": "a", "ReceiptHandle": "x"}]


def redrive(**policy):
    return {"RedrivePolicy": json.dumps(policy)}


def create(why, attributes, code, text=""):
    return Refused(why, "sqs", "CreateQueue", {"QueueName": "refused", "Attributes": attributes}, code, text)


def on_lost(operation, **given):
    why = f"{operation} on a queue that is not there"
    return Refused(
        why, "sqs", operation, {"QueueUrl": LOST, **given}, NONEXISTENT, "The specified queue does not exist."
    )


def on_queue(why, operation, code, text="", **given):
    return Refused(why, "sqs", operation, {"QueueUrl": "<queue>", **given}, code, text)


def sent(why, code, text="", **given):
    return on_queue(why, "SendMessage", code, text, **{"MessageBody": "body", **given})


def received(why, code, text="", **given):
    return on_queue(why, "ReceiveMessage", code, text, **given)


VALUE = "InvalidParameterValue"

TABLE = [
    on_lost("DeleteQueue"),
    on_lost("PurgeQueue"),
    on_lost("GetQueueAttributes", AttributeNames=["All"]),
    on_lost("SetQueueAttributes", Attributes={"DelaySeconds": "1"}),
    on_lost("SendMessage", MessageBody="body"),
    on_lost("SendMessageBatch", Entries=[{"Id": "a", "MessageBody": "body"}]),
    on_lost("ReceiveMessage"),
    on_lost("DeleteMessage", ReceiptHandle="x"),
    on_lost("DeleteMessageBatch", Entries=ONE_HANDLE),
    on_lost("ChangeMessageVisibility", ReceiptHandle="x", VisibilityTimeout=1),
    on_lost("ChangeMessageVisibilityBatch", Entries=ONE_HANDLE),
    Refused("no queue of that name", "sqs", "GetQueueUrl", {"QueueName": "lost"}, NONEXISTENT),
    Refused(
        "a queue of another account",
        "sqs",
        "GetQueueUrl",
        {"QueueName": "refusals", "QueueOwnerAWSAccountId": "210987654321"},
        NONEXISTENT,
    ),
    Refused("a name with a slash", "sqs", "CreateQueue", {"QueueName": "a/b"}, VALUE, "1 to 80 in length"),
    Refused(
        "a name of 81 letters", "sqs", "CreateQueue", {"QueueName": "a" * 81}, VALUE, "1 to 80 in length"
    ),
    create(
        "an attribute that SQS has not",
        {"Nonsense": "1"},
        "InvalidAttributeName",
        "Unknown Attribute Nonsense.",
    ),
    create(
        "too long a visibility", {"VisibilityTimeout": "43201"}, "InvalidAttributeValue", "VisibilityTimeout"
    ),
    create("too short a retention", {"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
    create("a delay that is no number", {"DelaySeconds": "soon"}, "InvalidAttributeValue"),
    create("a redrive policy that is no JSON", {"RedrivePolicy": "{"}, VALUE, "RedrivePolicy is invalid"),
    create("a redrive policy to nowhere", redrive(maxReceiveCount=1), VALUE, "deadLetterTargetArn"),
    create("a redrive policy without a count", redrive(deadLetterTargetArn="arn"), VALUE, "maxReceiveCount"),
    create(
        "a redrive policy to a queue that is not there",
        redrive(deadLetterTargetArn="arn:aws:sqs:us-east-1:123456789012:lost", maxReceiveCount=1),
        VALUE,
        "Dead letter target does not exist.",
    ),
    Refused(
        "a queue of that name with other attributes",
        "sqs",
        "CreateQueue",
        {"QueueName": "refusals", "Attributes": {"DelaySeconds": "7"}},
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    ),
    on_queue(
        "reading what SQS has not", "GetQueueAttributes", "InvalidAttributeName", AttributeNames=["Nonsense"]
    ),
    on_queue(
        "setting what SQS has not", "SetQueueAttributes", "InvalidAttributeName", Attributes={"Nonsense": "1"}
    ),
    on_queue(
        "setting too much", "SetQueueAttributes", "InvalidAttributeValue", Attributes={"DelaySeconds": "901"}
    ),
    sent(
        "an empty body",
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
        MessageBody="",
    ),
    sent("a character that XML has not", "InvalidMessageContents", MessageBody="a\x08"),
    sent(
        "a body that is too long",
        VALUE,
        "Message must be shorter than 1048576 bytes",
        MessageBody="a" * 1048577,
    ),
    sent("too long a delay", VALUE, "Value 901 for parameter DelaySeconds is invalid", DelaySeconds=901),
    sent(
        "an attribute of no type",
        VALUE,
        "the set of supported type prefixes is Binary, Number, and String",
        MessageAttributes={"a": {"DataType": "Nonsense", "StringValue": "a"}},
    ),
    # Recorded from AWS by the tests of LocalStack.
    sent(
        "an attribute without a value",
        VALUE,
        "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
        MessageAttributes={"a": {"DataType": "String", "StringValue": ""}},
    ),
    received("none at all", VALUE, "Must be between 1 and 10, if provided.", MaxNumberOfMessages=0),
    received("more than ten", VALUE, "Must be between 1 and 10, if provided.", MaxNumberOfMessages=11),
    received("too long a wait", VALUE, "Must be >= 0 and <= 20, if provided.", WaitTimeSeconds=21),
    received("too long a visibility for a receive", VALUE, "VisibilityTimeout", VisibilityTimeout=43201),
    on_queue("deleting by garbage", "DeleteMessage", "ReceiptHandleIsInvalid", ReceiptHandle="garbage"),
    on_queue(
        "changing visibility by garbage",
        "ChangeMessageVisibility",
        "ReceiptHandleIsInvalid",
        ReceiptHandle="garbage",
        VisibilityTimeout=1,
    ),
    on_queue(
        "changing visibility to more than 12 hours",
        "ChangeMessageVisibility",
        VALUE,
        ReceiptHandle="x",
        VisibilityTimeout=43201,
    ),
    *[
        on_queue(f"{operation} of {kind}", operation, f"AWS.SimpleQueueService.{code}", text, Entries=entries)
        for operation, part in (
            ("SendMessageBatch", {"MessageBody": "body"}),
            ("DeleteMessageBatch", {"ReceiptHandle": "x"}),
            ("ChangeMessageVisibilityBatch", {"ReceiptHandle": "x", "VisibilityTimeout": 1}),
        )
        for kind, code, text, entries in (
            (
                "nothing",
                "EmptyBatchRequest",
                f"There should be at least one {operation}RequestEntry in the request.",
                [],
            ),
            (
                "eleven",
                "TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are 10. You have sent 11.",
                [{"Id": str(number), **part} for number in range(11)],
            ),
            (
                "a wrong id",
                "InvalidBatchEntryId",
                "A batch entry id can only contain",
                [{"Id": "a.b", **part}],
            ),
            ("one id twice", "BatchEntryIdsNotDistinct", "Id a repeated.", [{"Id": "a", **part}] * 2),
        )
    ],
    on_queue(
        "SendMessageBatch of too much",
        "SendMessageBatch",
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
        Entries=[{"Id": "a", "MessageBody": "a" * 1048576}, {"Id": "b", "MessageBody": "b"}],
    ),
]


@pytest.fixture(scope="module")
def names(aws):
    return {"<queue>": aws.client("sqs").create_queue(QueueName="refusals")["QueueUrl"]}


@pytest.fixture
def sqs(aws):
    return aws.client("sqs")


@pytest.mark.parametrize("row", rows(TABLE))
def test_what_sqs_refuses(aws, names, row):
    row.check(aws, names)


def test_a_name_is_not_free_for_a_minute_after_its_queue(aws, sqs):
    url = sqs.create_queue(QueueName="recent")["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    aws.advance(59)
    error = refusal(sqs.create_queue, QueueName="recent")
    assert error["Code"] == "AWS.SimpleQueueService.QueueDeletedRecently"
    aws.advance(1)
    assert sqs.create_queue(QueueName="recent")["QueueUrl"] == url


def test_a_queue_is_purged_once_a_minute(aws, sqs, names):
    # Amazon SQS API Reference, PurgeQueue; the text was recorded from AWS by the tests of LocalStack.
    sqs.purge_queue(QueueUrl=names["<queue>"])
    aws.advance(59)
    error = refusal(sqs.purge_queue, QueueUrl=names["<queue>"])
    assert error["Code"] == "AWS.SimpleQueueService.PurgeQueueInProgress"
    assert error["Message"] == "Only one PurgeQueue operation on refusals is allowed every 60 seconds."
    aws.advance(1)
    sqs.purge_queue(QueueUrl=names["<queue>"])


def test_visibility_ends_twelve_hours_after_the_receive(aws, sqs, names):
    sqs.send_message(QueueUrl=names["<queue>"], MessageBody="held")
    (message,) = sqs.receive_message(QueueUrl=names["<queue>"], VisibilityTimeout=43200)["Messages"]
    aws.advance(60)
    handle = {"QueueUrl": names["<queue>"], "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**handle, VisibilityTimeout=43140)
    error = refusal(sqs.change_message_visibility, **handle, VisibilityTimeout=43141)
    assert error["Code"] == "InvalidParameterValue"
    assert "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]" in error["Message"]


def test_an_entry_that_is_too_long_fails_by_itself(sqs):
    # Recorded from AWS by the tests of LocalStack: not quite the words of SendMessage.
    url = sqs.create_queue(QueueName="short", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    entries = [{"Id": "fits", "MessageBody": "a" * 1024}, {"Id": "not", "MessageBody": "a" * 1025}]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["fits"]
    assert answer["Failed"] == [
        {
            "Id": "not",
            "SenderFault": True,
            "Code": "InvalidParameterValue",
            "Message": "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
        }
    ]


def test_visibility_of_a_deleted_message_cannot_be_changed(sqs):
    # Recorded from AWS by the tests of LocalStack: these words come with this code, and not with MessageNotInflight.
    url = sqs.create_queue(QueueName="gone")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="gone")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.delete_message(**handle)
    error = refusal(sqs.change_message_visibility, **handle, VisibilityTimeout=10)
    assert error["Code"] == "InvalidParameterValue"
    assert error["Message"] == (
        f"Value {message['ReceiptHandle']} for parameter ReceiptHandle is invalid. Reason: Message does not exist or "
        "is not available for visibility timeout change."
    )


def test_botocore_raises_the_exception_of_its_model(sqs):
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.receive_message(QueueUrl=LOST)


def test_each_error_names_its_shape_besides_its_old_code(aws, names):
    shapes = {code: shape for shape, (code, _) in SQS_CODES.items()}
    # Recorded from AWS by the tests of LocalStack: these two have shapes that the model does not list.
    shapes |= {
        "InvalidParameterValue": "InvalidParameterValueException",
        "MissingParameter": "MissingRequiredParameterException",
    }
    errors = [row.error(aws, names) for row in TABLE]
    assert {error["Code"]: error["QueryErrorCode"] for error in errors} == {
        error["Code"]: shapes[error["Code"]] for error in errors
    }
    assert {error["Type"] for error in errors} == {"Sender"}
