"""Protects the simulated SQS from answers that only our own SDK understands: boto3 drives every operation with every
parameter, and says what it parsed."""

import hashlib
import json
from functools import partial
from itertools import count

import pytest

from conversation import while_time_passes
from refusals import refusal

SCENARIO = "empty.yaml"
ACCOUNT = "123456789012"

names = (f"queue-{number}" for number in count(1))


@pytest.fixture
def sqs(aws):
    return aws.client("sqs")


@pytest.fixture
def queue(sqs):
    """The URL of a new queue."""
    return sqs.create_queue(QueueName=next(names))["QueueUrl"]


def arn_of(url):
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{url.split('/')[-1]}"


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def bodies(answer):
    return [message["Body"] for message in answer.get("Messages", [])]


def test_a_queue_keeps_the_attributes_that_it_was_made_with(aws, sqs):
    dead_letters = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead-letters"
    sqs.create_queue(QueueName="dead-letters")
    given = {
        "VisibilityTimeout": "45",
        "MessageRetentionPeriod": "600",
        "DelaySeconds": "3",
        "ReceiveMessageWaitTimeSeconds": "4",
        "MaximumMessageSize": "2048",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters, "maxReceiveCount": 5}),
    }
    url = sqs.create_queue(QueueName="settings", Attributes=given)["QueueUrl"]
    assert url == f"{aws.url}/{ACCOUNT}/settings"
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert json.loads(attributes.pop("RedrivePolicy")) == json.loads(given.pop("RedrivePolicy"))
    assert attributes.items() >= given.items()
    assert attributes["QueueArn"] == f"arn:aws:sqs:us-east-1:{ACCOUNT}:settings"
    assert attributes["CreatedTimestamp"].isdigit()

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0", "RedrivePolicy": ""})
    asked = ["DelaySeconds", "VisibilityTimeout", "RedrivePolicy"]
    changed = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"]
    assert changed == {"DelaySeconds": "0", "VisibilityTimeout": "45"}
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url)


def test_queues_are_found_by_name_and_prefix(sqs):
    urls = [sqs.create_queue(QueueName=f"found-{letter}")["QueueUrl"] for letter in "ab"]
    assert sqs.get_queue_url(QueueName="found-a")["QueueUrl"] == urls[0]
    assert sqs.get_queue_url(QueueName="found-b", QueueOwnerAWSAccountId=ACCOUNT)["QueueUrl"] == urls[1]
    assert sqs.list_queues(QueueNamePrefix="found-")["QueueUrls"] == urls
    assert set(urls) <= set(sqs.list_queues()["QueueUrls"])
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="lost-")


def test_a_message_arrives_as_it_was_sent(sqs, queue):
    attributes = {
        "reason": {"DataType": "String", "StringValue": "kein gültiges JSON"},
        "attempt": {"DataType": "Number", "StringValue": "3"},
        "trace": {"DataType": "Binary", "BinaryValue": b"\x00\xff\x10"},
    }
    sent = sqs.send_message(QueueUrl=queue, MessageBody="Grüße 🚀", MessageAttributes=attributes)
    assert sent["MD5OfMessageBody"] == md5("Grüße 🚀")
    (message,) = sqs.receive_message(
        QueueUrl=queue, WaitTimeSeconds=20, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )["Messages"]
    assert message["Body"] == "Grüße 🚀"
    assert message["MessageId"] == sent["MessageId"]
    assert message["MD5OfBody"] == md5("Grüße 🚀")
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    system = message["Attributes"]
    assert system["ApproximateReceiveCount"] == "1"
    assert system["SentTimestamp"] == system["ApproximateFirstReceiveTimestamp"]
    assert system["SenderId"]


def test_only_the_attributes_that_are_asked_for_come_back(aws, sqs, queue):
    sqs.send_message(
        QueueUrl=queue,
        MessageBody="asked",
        MessageAttributes={name: {"DataType": "String", "StringValue": name} for name in ("one", "two")},
    )
    poll = {"QueueUrl": queue, "VisibilityTimeout": 0}
    (bare,) = sqs.receive_message(**poll)["Messages"]
    assert bare.keys() == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}
    (one,) = sqs.receive_message(**poll, MessageAttributeNames=["one"])["Messages"]
    assert one["MessageAttributes"] == {"one": {"DataType": "String", "StringValue": "one"}}
    names_asked = ["ApproximateReceiveCount"]
    (newer,) = sqs.receive_message(**poll, MessageSystemAttributeNames=names_asked)["Messages"]
    assert newer["Attributes"] == {"ApproximateReceiveCount": "3"}
    (older,) = sqs.receive_message(**poll, AttributeNames=names_asked)["Messages"]
    assert older["Attributes"] == {"ApproximateReceiveCount": "4"}


def test_delay_and_visibility_hide_a_message_for_their_time(aws, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=10)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == []
    aws.advance(10)
    (message,) = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=60)["Messages"]
    handle = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
    aws.advance(59)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == []
    sqs.change_message_visibility(**handle, VisibilityTimeout=5)
    aws.advance(5)
    (again,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert again["MessageId"] == message["MessageId"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"])
    aws.advance(60)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == []


def test_a_long_poll_waits_for_a_message_and_no_longer(aws, sqs, queue):
    waited = []

    def advance(seconds):
        waited.append(seconds)
        aws.advance(seconds)

    poll = partial(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=6)
    assert bodies(while_time_passes(advance)(poll)) == []
    assert sum(waited) >= 6
    waited.clear()
    sqs.send_message(QueueUrl=queue, MessageBody="after two seconds", DelaySeconds=2)
    assert bodies(while_time_passes(advance)(poll)) == ["after two seconds"]
    assert 2 <= sum(waited) < 6


def test_a_batch_succeeds_and_fails_entry_by_entry(aws, sqs, queue):
    note = {"note": {"DataType": "String", "StringValue": "batched"}}
    entries = [
        {"Id": "now", "MessageBody": "now", "MessageAttributes": note},
        {
            "Id": "bytes",
            "MessageBody": "bytes",
            "MessageAttributes": {"b": {"DataType": "Binary", "BinaryValue": b"\x01"}},
        },
        {"Id": "later", "MessageBody": "later", "DelaySeconds": 30},
        {"Id": "never", "MessageBody": "\x01"},
    ]
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [each["Id"] for each in sent["Successful"]] == ["now", "bytes", "later"]
    assert [each["MD5OfMessageBody"] for each in sent["Successful"]] == [
        md5("now"),
        md5("bytes"),
        md5("later"),
    ]
    assert [(each["Id"], each["Code"], each["SenderFault"]) for each in sent["Failed"]] == [
        ("never", "InvalidMessageContents", True)
    ]

    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    assert sorted(bodies(received)) == ["bytes", "now"]
    handles = [message["ReceiptHandle"] for message in received["Messages"]]
    changed = sqs.change_message_visibility_batch(
        QueueUrl=queue,
        Entries=[
            {"Id": "first", "ReceiptHandle": handles[0], "VisibilityTimeout": 0},
            {"Id": "wrong", "ReceiptHandle": "garbage", "VisibilityTimeout": 0},
        ],
    )
    assert [each["Id"] for each in changed["Successful"]] == ["first"]
    assert [(each["Id"], each["Code"]) for each in changed["Failed"]] == [("wrong", "ReceiptHandleIsInvalid")]
    assert len(bodies(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10))) == 1

    deleted = sqs.delete_message_batch(
        QueueUrl=queue,
        Entries=[
            {"Id": "second", "ReceiptHandle": handles[1]},
            {"Id": "wrong", "ReceiptHandle": "garbage"},
        ],
    )
    assert [each["Id"] for each in deleted["Successful"]] == ["second"]
    assert [(each["Id"], each["Code"]) for each in deleted["Failed"]] == [("wrong", "ReceiptHandleIsInvalid")]


def test_counts_tell_the_visible_from_those_in_flight_and_delayed(sqs, queue):
    for body, delay in (("a", 0), ("b", 0), ("c", 0), ("d", 60)):
        sqs.send_message(QueueUrl=queue, MessageBody=body, DelaySeconds=delay)
    sqs.receive_message(QueueUrl=queue)
    prefix = "ApproximateNumberOfMessages"
    asked = [prefix, f"{prefix}NotVisible", f"{prefix}Delayed"]
    assert sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=asked)["Attributes"] == {
        prefix: "2",
        f"{prefix}NotVisible": "1",
        f"{prefix}Delayed": "1",
    }


def test_a_purged_queue_is_empty_and_a_deleted_one_is_gone(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="purged")
    sqs.purge_queue(QueueUrl=queue)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == []
    sqs.delete_queue(QueueUrl=queue)
    error = refusal(sqs.receive_message, QueueUrl=queue)
    assert error["Code"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_dead_letters_are_moved_by_a_task(aws, sqs):
    dead_letters = sqs.create_queue(QueueName=next(names))["QueueUrl"]
    elsewhere = sqs.create_queue(QueueName=next(names))["QueueUrl"]
    source, destination = arn_of(dead_letters), arn_of(elsewhere)
    policy = json.dumps({"deadLetterTargetArn": source, "maxReceiveCount": 1})
    sqs.create_queue(QueueName=next(names), Attributes={"RedrivePolicy": policy})
    for body in ("a", "b", "c"):
        sqs.send_message(QueueUrl=dead_letters, MessageBody=body)
    started = sqs.start_message_move_task(
        SourceArn=source, DestinationArn=destination, MaxNumberOfMessagesPerSecond=2
    )
    aws.advance(1)
    (running,) = sqs.list_message_move_tasks(SourceArn=source)["Results"]
    assert running.pop("StartedTimestamp") > 0
    assert running == {
        "TaskHandle": started["TaskHandle"],
        "Status": "RUNNING",
        "SourceArn": source,
        "DestinationArn": destination,
        "MaxNumberOfMessagesPerSecond": 2,
        "ApproximateNumberOfMessagesMoved": 2,
        "ApproximateNumberOfMessagesToMove": 3,
    }
    aws.advance(2)
    assert bodies(sqs.receive_message(QueueUrl=elsewhere, MaxNumberOfMessages=10)) == ["a", "b", "c"]

    sqs.send_message(QueueUrl=dead_letters, MessageBody="direct")
    sqs.start_message_move_task(SourceArn=source)
    aws.advance(2)
    newest, oldest = sqs.list_message_move_tasks(SourceArn=source, MaxResults=10)["Results"]
    assert (newest["Status"], newest["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert oldest["Status"] == "COMPLETED"


def test_wrong_move_tasks_are_refused(sqs):
    url = sqs.create_queue(QueueName=next(names))["QueueUrl"]
    plain = arn_of(url)
    start, listed = sqs.start_message_move_task, sqs.list_message_move_tasks
    assert refusal(start, SourceArn=plain)["Code"] == "InvalidParameterValue"
    assert refusal(start, SourceArn=f"{plain}0")["Code"] == "ResourceNotFoundException"
    assert refusal(start, SourceArn=plain, MaxNumberOfMessagesPerSecond=501)["Code"] == "InvalidParameterValue"
    assert refusal(listed, SourceArn=plain, MaxResults=11)["Code"] == "InvalidParameterValue"
