"""Protects the simulated CloudWatch Logs from answers that only our own SDK understands."""

import json

from refusals import refusal

SCENARIO = "functions.yaml"
OPTIONS = ("--with-functions",)
GROUP = "/aws/lambda/asg-drain-live-terminate"


def test_what_a_function_has_written_is_found(aws):
    aws.advance(120)
    given = {
        "logGroupName": GROUP,
        "logStreamNames": ["terminate"],
        "filterPattern": '{ $.message = "run started" }',
        "startTime": 0,
        "endTime": 4_000_000_000_000,
        "limit": 1,
    }
    first = aws.client("logs").filter_log_events(**given)
    [event] = first["events"]
    assert json.loads(event["message"])["queue_name"] == "monitor"
    second = aws.client("logs").filter_log_events(**given, nextToken=first["nextToken"])
    assert second["events"][0]["timestamp"] == event["timestamp"] + 60_000
    assert "nextToken" not in second


def test_what_cannot_be_searched_is_refused(aws):
    search = aws.client("logs").filter_log_events
    error = refusal(search, logGroupName="nobody")
    assert error["Code"] == "ResourceNotFoundException"
    assert error["Message"] == "The specified log group does not exist."
    assert refusal(search, logGroupName=GROUP, filterPattern="{ $.n > 5 }")["Code"] == "NotSimulated"
    assert refusal(search, logGroupName=GROUP, limit=10_001)["Code"] == "InvalidParameterException"
