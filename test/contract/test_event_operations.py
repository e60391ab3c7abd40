"""Protects the simulated EventBridge from answers that only our own SDK understands: moto, which others wrote, answers alike."""

import datetime

import pytest

from processes import moto_url
from refusals import Refused, rows
from simulated_aws import client_of

SCENARIO = "empty.yaml"
AT = datetime.datetime(2026, 1, 5, 9, 0, 1, tzinfo=datetime.UTC)
ENTRY = {"Source": "asg-drain", "DetailType": "drain started", "Detail": '{"instance_id": "i-1"}'}
# What is right, and each way in which an entry can be wrong.
ENTRIES = [
    {**ENTRY, "Time": AT, "EventBusName": "default"},
    {**ENTRY, "Source": ""},
    {**ENTRY, "DetailType": ""},
    {key: ENTRY[key] for key in ("Source", "DetailType")},
    {**ENTRY, "Detail": "no JSON"},
    ENTRY,
]


@pytest.fixture(scope="module")
def moto():
    """A client of moto."""
    with moto_url() as url:
        yield client_of(url, "events")


def without_ids(answer):
    """An answer without what is another each time."""
    entries = [{**each, "EventId": "an id"} if "EventId" in each else each for each in answer["Entries"]]
    return {"FailedEntryCount": answer["FailedEntryCount"], "Entries": entries}


def test_moto_and_the_simulator_answer_alike(aws, moto):
    ours, theirs = (client.put_events(Entries=ENTRIES) for client in (aws.client("events"), moto))
    assert without_ids(ours) == without_ids(theirs)
    assert ours["FailedEntryCount"] == 4


def test_events_are_kept_as_they_were_put(aws):
    answer = aws.client("events").put_events(Entries=[{**ENTRY, "Time": AT, "EventBusName": "drains"}])
    [put] = [each for each in aws.world()["events"] if each["bus"] == "drains"]
    assert put == {
        "id": answer["Entries"][0]["EventId"],
        "bus": "drains",
        "source": "asg-drain",
        "detail_type": "drain started",
        "detail": {"instance_id": "i-1"},
        "time": "2026-01-05T09:00:01.000Z",
    }


def test_a_source_of_awss_own_is_refused(aws):
    answer = aws.client("events").put_events(Entries=[{**ENTRY, "Source": "aws.ec2"}])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def refused(why, given, text):
    return Refused(why, "events", "PutEvents", given, "ValidationException", text)


HUGE = {**ENTRY, "Detail": '{"text": "%s"}' % ("x" * 130_000)}
REFUSED = [
    refused("eleven entries", {"Entries": [ENTRY] * 11}, "less than or equal to 10"),
    refused("more than 256 KB in all", {"Entries": [HUGE, HUGE, HUGE]}, "over the limit"),
]


@pytest.mark.parametrize("refused", rows(REFUSED))
def test_what_eventbridge_refuses(aws, refused):
    refused.check(aws)


def test_moto_takes_ten_entries_and_no_more(moto):
    assert moto.put_events(Entries=[ENTRY] * 10)["FailedEntryCount"] == 0
    with pytest.raises(moto.exceptions.ClientError, match="less than or equal to 10"):
        moto.put_events(Entries=[ENTRY] * 11)
