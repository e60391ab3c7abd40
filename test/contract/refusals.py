"""Holds an error against botocore's model of the operation: a code that it can return, with its status and its form."""

import json
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from answers import problems_of_headers

# The codes that SQS had before it spoke JSON are still what boto3 shows, from a header. botocore's model has the
# shapes without them (Amazon SQS API Reference, "Errors" of each action).
SQS_CODES = {
    "BatchEntryIdsNotDistinct": ("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400),
    "BatchRequestTooLong": ("AWS.SimpleQueueService.BatchRequestTooLong", 400),
    "EmptyBatchRequest": ("AWS.SimpleQueueService.EmptyBatchRequest", 400),
    "InvalidAddress": ("InvalidAddress", 404),
    "InvalidAttributeName": ("InvalidAttributeName", 400),
    "InvalidAttributeValue": ("InvalidAttributeValue", 400),
    "InvalidBatchEntryId": ("AWS.SimpleQueueService.InvalidBatchEntryId", 400),
    "InvalidMessageContents": ("InvalidMessageContents", 400),
    "MessageNotInflight": ("AWS.SimpleQueueService.MessageNotInflight", 400),
    "OverLimit": ("OverLimit", 403),
    "PurgeQueueInProgress": ("AWS.SimpleQueueService.PurgeQueueInProgress", 403),
    "QueueDeletedRecently": ("AWS.SimpleQueueService.QueueDeletedRecently", 400),
    "QueueDoesNotExist": ("AWS.SimpleQueueService.NonExistentQueue", 400),
    "QueueNameExists": ("QueueAlreadyExists", 400),
    "ReceiptHandleIsInvalid": ("ReceiptHandleIsInvalid", 404),
    "RequestThrottled": ("RequestThrottled", 403),
    "ResourceNotFoundException": ("ResourceNotFoundException", 404),
    "TooManyEntriesInBatchRequest": ("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400),
}

# Codes that any operation of a service can return, and that no model lists ("Common Errors" of each API reference),
# with their status; and the simulator's own, for what is real and not simulated.
COMMON_CODES = {
    "sqs": {
        "AccessDenied": 403,
        "InternalFailure": 500,
        "InvalidParameterValue": 400,
        "MissingParameter": 400,
        "SerializationException": 400,
        "ThrottlingException": 400,
    },
    "ecs": {"InternalFailure": 500, "SerializationException": 400, "ThrottlingException": 400},
    "elasticloadbalancing": {
        "AccessDenied": 403,
        "InternalFailure": 500,
        "Throttling": 400,
        "ValidationError": 400,
    },
    "autoscaling": {"AccessDenied": 403, "InternalFailure": 500, "Throttling": 400, "ValidationError": 400},
    "application-autoscaling": {
        "InternalFailure": 500,
        "SerializationException": 400,
        "ThrottlingException": 400,
    },
    "events": {
        "InternalFailure": 500,
        "SerializationException": 400,
        "ThrottlingException": 400,
        "ValidationException": 400,
    },
    "logs": {"InternalFailure": 500, "SerializationException": 400, "ThrottlingException": 400},
    "lambda": {"AccessDeniedException": 403, "InternalFailure": 500, "TooManyRequestsException": 429},
    "iam": {"AccessDenied": 403, "InternalFailure": 500, "Throttling": 400, "ValidationError": 400},
    "monitoring": {
        "AccessDenied": 403,
        "InternalFailure": 500,
        "InvalidParameterValue": 400,
        "MissingParameter": 400,
        "SerializationException": 400,
        "ThrottlingException": 400,
    },
    "cloudformation": {"AccessDenied": 403, "InternalFailure": 500, "Throttling": 400, "ValidationError": 400},
    # EC2's model lists no error at all ("Error codes" of its developer guide).
    "ec2": {
        "FilterLimitExceeded": 400,
        "IncorrectInstanceState": 400,
        "InternalError": 500,
        "InvalidInstanceID.Malformed": 400,
        "InvalidInstanceID.NotFound": 400,
        "InvalidNetworkInterfaceID.NotFound": 400,
        "InvalidSpotInstanceRequestID.NotFound": 400,
        "InvalidParameterCombination": 400,
        "InvalidParameterValue": 400,
        "MissingParameter": 400,
        "RequestLimitExceeded": 503,
        "UnauthorizedOperation": 403,
    },
}
OURS = {"NotSimulated": 400}


def refusal(call, **parameters):
    """The error that boto3 raises for a call, as botocore parsed it; fails when the call is not refused."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        return error.response["Error"]
    raise AssertionError(f"expected a refusal, found the answer {answer}")


def problems_of_refusal(operation, response):
    """What is wrong with the answer to a call that was refused; `response` is botocore's response dictionary."""
    metadata = operation.service_model.metadata
    protocol = operation.service_model.resolved_protocol
    yield from problems_of_headers(operation, response)
    if protocol == "json":
        error = _json_error(response)
    elif protocol == "rest-json":
        error = _rest_error(response)
    elif protocol == "ec2":
        error = yield from _ec2_error(response["body"])
    else:
        error = yield from _query_error(metadata, response["body"])
    if not error["message"]:
        yield "it has no message"
    status = response["status_code"]
    if error["side"] not in (None, "Sender" if status < 500 else "Receiver"):
        yield f"it is said to be the fault of the {error['side']}, with status {status}"
    expected = codes_of(operation)
    if error["code"] not in expected:
        yield f"{error['code']} is no code of this operation, only {sorted(expected)}"
    elif status != expected[error["code"]]:
        yield f"{error['code']} comes with status {expected[error['code']]}, found {status}"


def codes_of(operation):
    """The codes that boto3 can show for an operation, with their HTTP status."""
    metadata = operation.service_model.metadata
    codes = {**COMMON_CODES[metadata["endpointPrefix"]], **OURS}
    for shape in operation.error_shapes:
        error = shape.metadata.get("error", {})
        if metadata["endpointPrefix"] == "sqs":
            if shape.name in SQS_CODES:
                code, status = SQS_CODES[shape.name]
                codes[code] = status
        else:
            codes[error.get("code", shape.name)] = error.get(
                "httpStatusCode", 500 if shape.metadata.get("fault") else 400
            )
    return codes


def _json_error(response):
    body = json.loads(response["body"])
    code = body["__type"].rsplit("#", 1)[-1]
    code, _, side = response["headers"].get("x-amzn-query-error", f"{code};").partition(";")
    return {"code": code, "side": side or None, "message": body.get("message")}


def _rest_error(response):
    code = response["headers"].get("x-amzn-errortype")
    return {"code": code, "side": None, "message": json.loads(response["body"]).get("Message")}


def _query_error(metadata, body):
    root = ElementTree.fromstring(body)
    prefix = f"{{{metadata['xmlNamespace']}}}"
    found = [each.tag.removeprefix(prefix) for each in root.iter()]
    expected = ["ErrorResponse", "Error", "Type", "Code", "Message", "RequestId"]
    if found != expected:
        yield f"expected the elements {expected}, found {found}"
    text = {each.tag.removeprefix(prefix): each.text for each in root.iter()}
    return {"code": text.get("Code"), "side": text.get("Type"), "message": text.get("Message")}


def _ec2_error(body):
    root = ElementTree.fromstring(body)
    found = [each.tag for each in root.iter()]
    expected = ["Response", "Errors", "Error", "Code", "Message", "RequestID"]
    if found != expected:
        yield f"expected the elements {expected}, found {found}"
    text = {each.tag: each.text for each in root.iter()}
    return {"code": text.get("Code"), "side": None, "message": text.get("Message")}


class Refused(NamedTuple):
    """One call that is refused: why, what is called with what, and the code and a part of the text that come back."""

    why: str
    service: str
    operation: str
    given: dict
    code: str
    text: str = ""

    def error(self, aws, names=None):
        """Makes the call; `names` stands for what a table cannot know, such as an ARN."""
        client = aws.client(self.service, parameter_validation=False)
        return refusal(getattr(client, xform_name(self.operation)), **filled(self.given, names or {}))

    def check(self, aws, names=None):
        """Makes the call and compares."""
        error = self.error(aws, names)
        assert error["Code"] == self.code
        assert self.text in error["Message"]


def filled(value, names):
    """The value with each string that is a key of `names` replaced by what it stands for."""
    match value:
        case str():
            return names.get(value, value)
        case list():
            return [filled(each, names) for each in value]
        case dict():
            return {key: filled(each, names) for key, each in value.items()}
        case _:
            return value


def rows(table):
    """The rows of a table as pytest's parameters, named by why they are refused."""
    return [pytest.param(row, id=row.why) for row in table]
