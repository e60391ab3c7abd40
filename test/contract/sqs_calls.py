"""The words in which the conversations with SQS are written down: each makes one call on the conversation's queue."""

import json

from conversation import Step

ACCOUNT = "123456789012"
COUNTS = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
]
ALL_NAMES = {"MessageAttributeNames": ["All"]}


def queue(name, **attributes):
    """Makes the conversation's queue."""
    return Step(
        f"make {name}", "CreateQueue", {"QueueName": name, "Attributes": attributes}, {"<queue>": "QueueUrl"}
    )


def create(says, name, **attributes):
    return Step(says, "CreateQueue", {"QueueName": name, "Attributes": attributes})


def send(says, body, **given):
    return Step(says, "SendMessage", {"QueueUrl": "<queue>", "MessageBody": body, **given})


def receive(says, keep="<handle>", **given):
    """Receives what is there, and keeps its receipt handle under a name."""
    return Step(says, "ReceiveMessage", {"QueueUrl": "<queue>", **given}, {keep: "Messages.0.ReceiptHandle"})


def poll(says, **given):
    """Receives, and keeps nothing: there may be nothing."""
    return Step(says, "ReceiveMessage", {"QueueUrl": "<queue>", **given})


def delete(says, handle="<handle>"):
    return Step(says, "DeleteMessage", {"QueueUrl": "<queue>", "ReceiptHandle": handle})


def change(says, seconds, handle="<handle>"):
    given = {"QueueUrl": "<queue>", "ReceiptHandle": handle, "VisibilityTimeout": seconds}
    return Step(says, "ChangeMessageVisibility", given)


def send_batch(says, *entries):
    return Step(says, "SendMessageBatch", {"QueueUrl": "<queue>", "Entries": list(entries)})


def delete_batch(says, *entries):
    return Step(says, "DeleteMessageBatch", {"QueueUrl": "<queue>", "Entries": list(entries)})


def change_batch(says, *entries):
    return Step(says, "ChangeMessageVisibilityBatch", {"QueueUrl": "<queue>", "Entries": list(entries)})


def message(letter, body=None, **more):
    return {"Id": letter, "MessageBody": f"body {letter}" if body is None else body, **more}


def handled(letter, handle, seconds=None):
    timeout = {} if seconds is None else {"VisibilityTimeout": seconds}
    return {"Id": letter, "ReceiptHandle": handle, **timeout}


def attributes(says, *names):
    return Step(says, "GetQueueAttributes", {"QueueUrl": "<queue>", "AttributeNames": list(names)})


def settings(says, **given):
    return Step(says, "SetQueueAttributes", {"QueueUrl": "<queue>", "Attributes": given})


def text(value):
    return {"DataType": "String", "StringValue": value}


def redrive(target, count):
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{target}"
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})
