"""Protects the contract tests from checks that let everything pass: each is shown what is wrong, and has to say so."""

import json
import os

import botocore.session
import pytest

from answers import problems_of_answer
from conversation import Labels, difference
from driven import Record
from processes import serving
from refusals import problems_of_refusal

SESSION = botocore.session.get_session()
GROUPS = "http://autoscaling.amazonaws.com/doc/2011-01-01/"


def operation(service, name):
    return SESSION.get_service_model(service).operation_model(name)


def json_response(body, status=200, version="1.0", **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    all_headers = {"content-type": f"application/x-amz-json-{version}", "x-amzn-requestid": "1", **given}
    return {"status_code": status, "headers": all_headers, "body": json.dumps(body).encode()}


def hooks(xml, namespace=GROUPS):
    body = (
        f'<DescribeLifecycleHooksResponse xmlns="{namespace}"><DescribeLifecycleHooksResult>{xml}'
        "</DescribeLifecycleHooksResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
        "</DescribeLifecycleHooksResponse>"
    )
    return {
        "status_code": 200,
        "headers": {"content-type": "text/xml", "x-amzn-requestid": "1"},
        "body": body,
    }


def hook(xml):
    return hooks(f"<LifecycleHooks><member>{xml}</member></LifecycleHooks>")


BATCH = operation("sqs", "SendMessageBatch")
TASKS = operation("ecs", "DescribeTasks")
HOOKS = operation("autoscaling", "DescribeLifecycleHooks")
TERMINATE = operation("autoscaling", "TerminateInstanceInAutoScalingGroup")


def failed(**entry):
    return json_response(
        {"Successful": [], "Failed": [{"Id": "a", "SenderFault": True, "Code": "b", **entry}]}
    )


def task(**members):
    return json_response({"tasks": [members]}, version="1.1")


@pytest.mark.parametrize(
    ("model", "response"),
    [
        (BATCH, failed(Message="m")),
        (BATCH, json_response({})),
        (TASKS, task(taskArn="a", createdAt=1.5, desiredStatus="RUNNING", attachments=[])),
        (TASKS, task(launchType="EC2", cpu="1", version=3)),
        (HOOKS, hook("<LifecycleHookName>a</LifecycleHookName><HeartbeatTimeout>30</HeartbeatTimeout>")),
        (HOOKS, hooks("<LifecycleHooks/>")),
    ],
)
def test_a_right_answer_is_let_pass(model, response):
    assert list(problems_of_answer(model, response)) == []


@pytest.mark.parametrize(
    ("model", "response", "problem"),
    [
        (BATCH, failed(Nonsense=1), "no such member"),
        (BATCH, failed(SenderFault="true"), "expected a boolean"),
        (BATCH, json_response({"Failed": [{"Id": "a"}]}), "it is missing"),
        (BATCH, json_response({"Failed": {}}), "expected a list"),
        (BATCH, json_response({"Failed": None}), "expected a list"),
        (BATCH, json_response({}, content_type="text/xml"), "content type"),
        (BATCH, json_response({}, x_amzn_requestid=""), "no request id"),
        (TASKS, task(version="3"), "expected a long"),
        (TASKS, task(createdAt="2026-01-05T09:00:00Z"), "expected a timestamp"),
        (TASKS, task(launchType="MOON"), "no value 'MOON'"),
        (HOOKS, hook("<Nonsense>a</Nonsense>"), "no such member"),
        (HOOKS, hook("<HeartbeatTimeout>soon</HeartbeatTimeout>"), "expected a integer"),
        (HOOKS, hook("<LifecycleHookName></LifecycleHookName>"), "limits"),
        (HOOKS, hook("<DefaultResult>a</DefaultResult><DefaultResult>b</DefaultResult>"), "2 times"),
        (HOOKS, hooks("<LifecycleHooks><item/></LifecycleHooks>"), "expected elements member"),
        (HOOKS, hooks("<LifecycleHooks>text</LifecycleHooks>"), "found the text"),
        (HOOKS, hooks("", namespace="http://example.com/"), "namespace"),
        (TERMINATE, hooks(""), "outermost element"),
    ],
)
def test_a_wrong_answer_is_not(model, response, problem):
    assert any(problem in each for each in problems_of_answer(model, response))


def sqs_error(
    code="QueueDoesNotExist", header="AWS.SimpleQueueService.NonExistentQueue;Sender", status=400, text="m"
):
    headers = {"x_amzn_query_error": header} if header else {}
    return json_response({"__type": f"com.amazonaws.sqs#{code}", "message": text}, status, **headers)


def group_error(code, status=400, side="Sender", more=""):
    body = (
        f'<ErrorResponse xmlns="{GROUPS}"><Error><Type>{side}</Type><Code>{code}</Code><Message>m</Message>{more}'
        "</Error><RequestId>1</RequestId></ErrorResponse>"
    )
    return {
        "status_code": status,
        "headers": {"content-type": "text/xml", "x-amzn-requestid": "1"},
        "body": body,
    }


@pytest.mark.parametrize(
    ("model", "response", "problem"),
    [
        (BATCH, sqs_error(), None),
        (BATCH, sqs_error(status=404), "comes with status 400"),
        (BATCH, sqs_error(header=None), "QueueDoesNotExist is no code"),
        (
            BATCH,
            sqs_error(header="AWS.SimpleQueueService.NonExistentQueue;Receiver"),
            "fault of the Receiver",
        ),
        (BATCH, sqs_error(text=""), "no message"),
        (BATCH, sqs_error("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid;Sender"), "is no code"),
        (TERMINATE, group_error("ValidationError"), None),
        (TERMINATE, group_error("ScalingActivityInProgress"), None),
        (TERMINATE, group_error("ScalingActivityInProgressFault"), "is no code"),
        (TERMINATE, group_error("ValidationError", status=404), "comes with status 400"),
        (TERMINATE, group_error("ValidationError", more="<Detail/>"), "expected the elements"),
        (TERMINATE, group_error("InternalFailure", status=500), "fault of the Sender"),
    ],
)
def test_a_wrong_error_is_told_from_a_right_one(model, response, problem):
    problems = list(problems_of_refusal(model, response))
    assert any(problem in each for each in problems) if problem else problems == []


class FakeAws:
    def operations(self):
        return {"sqs:A": ["Entries[].Values.*.Type", "Name"], "sqs:B": [], "sqs:C": ["Name"]}

    def calls(self):
        entry = {"Values": {"x": {"Type": "String"}}}
        return [
            {"action": "sqs:A", "input": {"Entries": [{}, entry]}},
            {"action": "sqs:A", "input": {"Name": "refused"}, "error": "ValidationError: no"},
            {"action": "sqs:B", "input": {}},
        ]


def test_what_was_not_driven_is_named():
    record = Record()
    record.add(FakeAws())
    assert list(record.undriven()) == ["sqs:A Name", "sqs:C"]


def test_answers_are_told_apart_by_all_but_what_only_one_server_can_have_said():
    def answer(message_id, body):
        return Labels().comparable({"Messages": [{"MessageId": message_id, "Body": body}]}, "receive")

    assert difference(answer("1", "a"), answer("2", "a")) == {}
    assert difference(answer("1", "a"), answer("1", "b")) == {"Messages.0.Body": ("a", "b")}
    assert difference(answer("1", "a"), {"refused": "OverLimit"}) == {"refused": ("no", "OverLimit")}


def fail_while_serving(pids):
    program = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
    with serving(["python3", "-c", program], r"pid (\d+)") as match:
        pids.append(int(match[1]))
        os.kill(pids[0], 0)
        raise ZeroDivisionError


def test_a_server_ends_when_the_test_that_uses_it_fails():
    pids = []
    with pytest.raises(ZeroDivisionError):
        fail_while_serving(pids)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_server_that_does_not_start_says_what_it_printed():
    with pytest.raises(RuntimeError, match="no such luck"), serving(["echo", "no such luck"], "ready"):
        pass
