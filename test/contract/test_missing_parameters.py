"""Protects our functions from calls that AWS would refuse: a required parameter that is missing is an error."""

import botocore.session
from botocore import xform_name

from inputs import in_path, lacking_one
from refusals import refusal

SCENARIO = "empty.yaml"

# What each service answers then ("Common Errors" of its API reference; for ECS, the model's own error).
CODES = {
    "sqs": "MissingParameter",
    "ecs": "InvalidParameterException",
    "elb": "ValidationError",
    "elbv2": "ValidationError",
    "autoscaling": "ValidationError",
    "ec2": "MissingParameter",
    "application-autoscaling": "ValidationException",
    "events": "ValidationException",
    "logs": "InvalidParameterException",
    "lambda": "InvalidParameterValueException",
    "iam": "ValidationError",
    "cloudwatch": "MissingParameter",
    "cloudformation": "ValidationError",
}


def test_each_required_parameter_is_required(aws, subtests):
    for name, known in aws.operations().items():
        service, operation = name.split(":")
        client = aws.client(service, parameter_validation=False)
        shape = client.meta.service_model.operation_model(operation).input_shape
        with subtests.test(name):
            errors = {
                path: refusal(getattr(client, xform_name(operation)), **given)
                for path, given in lacking_one(shape, known)
                if path not in in_path(shape)
            }
            assert {path: error["Code"] for path, error in errors.items()} == dict.fromkeys(
                errors, CODES[service]
            )
            for path, error in errors.items():
                assert path.rsplit(".", 1)[-1] in error["Message"]


def test_required_parameters_are_looked_for_in_lists_and_structures():
    # The loop above proves nothing when it finds nothing to leave out.
    model = botocore.session.get_session().get_service_model("sqs").operation_model("SendMessageBatch")
    known = ["QueueUrl", "Entries[].Id", "Entries[].MessageBody", "Entries[].MessageAttributes.*.DataType"]
    assert {path for path, _ in lacking_one(model.input_shape, known)} == set(known) | {"Entries"}
