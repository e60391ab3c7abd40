"""Calls that moto and the simulator have to answer alike, on queues: making, finding, changing, purging and deleting
them, redrive, and what every operation says of a queue that is not there. What they are known to answer differently
stands at a conversation's end."""

from conversation import Step
from sqs_calls import (
    ACCOUNT,
    ALL_NAMES,
    COUNTS,
    attributes,
    create,
    delete,
    handled,
    message,
    poll,
    queue,
    receive,
    redrive,
    send,
    settings,
    text,
)

SETTINGS = [
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "MaximumMessageSize",
    "QueueArn",
    "RedrivePolicy",
]
LOST = f"http://127.0.0.1/{ACCOUNT}/lost"
RECEIVE_COUNT = {"MessageSystemAttributeNames": ["ApproximateReceiveCount"]}


def on_lost(operation, **given):
    return Step(operation, operation, {"QueueUrl": LOST, **given})


CONVERSATIONS = {
    "redrive": [
        Step("make dead", "CreateQueue", {"QueueName": "dead"}, {"<dead>": "QueueUrl"}),
        queue("source", VisibilityTimeout="0", RedrivePolicy=redrive("dead", 2)),
        attributes("the policy", "RedrivePolicy"),
        send("send", "poison", MessageAttributes={"n": text("v")}),
        receive("first", **RECEIVE_COUNT),
        receive("second", **RECEIVE_COUNT),
        poll("third"),
        attributes("the source is empty", *COUNTS),
        Step(
            "the dead letter",
            "ReceiveMessage",
            {"QueueUrl": "<dead>", **ALL_NAMES, "VisibilityTimeout": 0, **RECEIVE_COUNT},
        ),
        settings("no more redrive", RedrivePolicy=""),
        attributes("no policy", "RedrivePolicy"),
        Step(
            "where it died",
            "ReceiveMessage",
            {"QueueUrl": "<dead>", "AttributeNames": ["DeadLetterQueueSourceArn"]},
        ),
        settings("a policy that is no JSON", RedrivePolicy="{"),
        settings("a policy without a target", RedrivePolicy='{"maxReceiveCount": 1}'),
        settings(
            "a policy without a count", RedrivePolicy='{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:x"}'
        ),
        settings("a policy to nowhere", RedrivePolicy=redrive("lost", 1)),
    ],
    "a queue made twice": [
        queue("twice", DelaySeconds="5"),
        create("alike", "twice", DelaySeconds="5"),
        create("with less said", "twice"),
        create("unlike", "twice", DelaySeconds="6"),
        create("unlike a default", "twice", VisibilityTimeout="31"),
        settings("change it", DelaySeconds="6"),
        create("as it is now", "twice", DelaySeconds="6"),
        attributes("its settings", *SETTINGS),
        attributes("all its attributes", "All"),
        attributes("none of them"),
    ],
    "a queue that cannot be made": [
        create("a name with a slash", "a/b"),
        create("no name", ""),
        create("a name of 81 letters", "a" * 81),
        create("too small a size", "small", MaximumMessageSize="1023"),
        create("too large a size", "large", MaximumMessageSize="1048577"),
        create("an attribute that SQS has not", "odd", Nonsense="1"),
        create("too long a delay", "slow-to-make", DelaySeconds="901"),
    ],
    "a queue's attributes": [
        queue("attributed"),
        attributes("one by name", "DelaySeconds"),
        attributes("one that is not set", "Policy"),
        attributes("one that SQS has not", "Nonsense"),
        settings("set", VisibilityTimeout="77", MessageRetentionPeriod="60"),
        attributes("as set", *SETTINGS),
        settings("set what SQS has not", Nonsense="1"),
        settings("set too much", VisibilityTimeout="43201"),
        settings("set no number", DelaySeconds="soon"),
    ],
    "queues found": [
        queue("found-b"),
        queue("found-a"),
        Step("by name", "GetQueueUrl", {"QueueName": "found-a"}),
        Step("by name and owner", "GetQueueUrl", {"QueueName": "found-a", "QueueOwnerAWSAccountId": ACCOUNT}),
        Step("by prefix", "ListQueues", {"QueueNamePrefix": "found-"}),
        Step("by a prefix of none", "ListQueues", {"QueueNamePrefix": "nowhere-"}),
        Step(
            "by a name for a URL",
            "GetQueueAttributes",
            {"QueueUrl": "found-a", "AttributeNames": ["QueueArn"]},
        ),
    ],
    "a queue that is not there": [
        Step("GetQueueUrl", "GetQueueUrl", {"QueueName": "lost"}),
        on_lost("GetQueueAttributes", AttributeNames=["All"]),
        on_lost("SetQueueAttributes", Attributes={"DelaySeconds": "1"}),
        on_lost("SendMessage", MessageBody="x"),
        on_lost("SendMessageBatch", Entries=[message("a")]),
        on_lost("ReceiveMessage"),
        Step("a long poll", "ReceiveMessage", {"QueueUrl": LOST, "WaitTimeSeconds": 1}),
        on_lost("DeleteMessage", ReceiptHandle="x"),
        on_lost("DeleteMessageBatch", Entries=[handled("a", "x")]),
        on_lost("ChangeMessageVisibility", ReceiptHandle="x", VisibilityTimeout=1),
        on_lost("ChangeMessageVisibilityBatch", Entries=[handled("a", "x", 1)]),
        on_lost("PurgeQueue"),
        on_lost("DeleteQueue"),
    ],
    "purge and delete": [
        queue("purged"),
        send("send one", "one"),
        send("send one delayed", "two", DelaySeconds=900),
        receive("receive one"),
        Step("purge", "PurgeQueue", {"QueueUrl": "<queue>"}),
        attributes("nothing is left", *COUNTS),
        send("send after it", "three"),
        delete("delete what was purged"),
        Step("purge at once again", "PurgeQueue", {"QueueUrl": "<queue>"}),
        Step("delete the queue", "DeleteQueue", {"QueueUrl": "<queue>"}),
        poll("it is gone"),
        Step("delete it again", "DeleteQueue", {"QueueUrl": "<queue>"}),
        create("make it at once again", "purged"),
    ],
}
