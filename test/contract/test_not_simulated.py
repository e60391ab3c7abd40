"""Protects every test over the simulator from its silence: what it does not simulate is a loud error of its own, and
never an empty answer or one of AWS's errors."""

import json
import urllib.error
import urllib.request

import pytest
from botocore import xform_name

from inputs import in_path, with_one
from refusals import refusal
from simulated_aws import SERVICES

SCENARIO = "empty.yaml"

ECS = "AmazonEC2ContainerServiceV20141113"
FORM = "application/x-www-form-urlencoded"


# boto3 signs a second URL for this one, and fails where it does not know from which Region.
NEEDED = {"ec2:CopySnapshot": {"SourceRegion": "us-east-1"}}

# The paths that are known are those of the SDK's client, and these operations are newer. They are refused, and not named.
NEWER = {f"lambda:{each}DurableExecution" for each in ("Delete", "Pause", "Resume")}

# boto3 signs it for several Regions, which takes a library of AWS's that is not here.
NOT_SENT = {("events:PutEvents", "EndpointId")}


def post(aws, body, **headers):
    """The status and the body of the answer to a request that no SDK would make."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(aws.url, body.encode(), names)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_each_operation_that_is_not_served_is_refused(aws, subtests):
    served = aws.operations()
    for service in SERVICES:
        client = aws.client(service, parameter_validation=False)
        names = [f"{service}:{each}" for each in client.meta.service_model.operation_names]
        others = {each for each in names if each not in served}
        refused = set()
        for name in others:
            operation = name.split(":")[1]
            needed = in_path(client.meta.service_model.operation_model(operation).input_shape)
            error = refusal(getattr(client, xform_name(operation)), **needed, **NEEDED.get(name, {}))
            if error["Code"] == "NotSimulated" and (name in error["Message"] or name in NEWER):
                refused.add(name)
        with subtests.test(service):
            assert others
            assert sorted(others - refused) == []


def test_each_parameter_that_is_not_known_is_refused(aws, subtests):
    for name, known in aws.operations().items():
        service, operation = name.split(":")
        client = aws.client(service, parameter_validation=False)
        shape = client.meta.service_model.operation_model(operation).input_shape
        others = {
            path: given
            for path, given in with_one(shape)
            if path not in known and (name, path) not in NOT_SENT
        }
        refused = set()
        for path, given in others.items():
            error = refusal(getattr(client, xform_name(operation)), **{**in_path(shape), **given})
            # The parameter is named, or the structure that is not known with all that is in it.
            if error["Code"] == "NotSimulated" and path.split(".")[0].removesuffix("[]") in error["Message"]:
                refused.add(path)
        with subtests.test(name):
            assert sorted(others.keys() - refused) == []


@pytest.mark.parametrize(
    ("service", "call", "given"),
    [
        ("sqs", "create_queue", {"QueueName": "empty", "tags": {}}),
        ("ecs", "create_cluster", {"clusterName": "empty", "settings": []}),
        ("ecs", "create_cluster", {"clusterName": "empty", "configuration": {}}),
        ("ecs", "describe_container_instances", {"containerInstances": ["x"], "include": []}),
        ("elbv2", "create_target_group", {"Name": "empty", "Tags": []}),
        ("autoscaling", "create_auto_scaling_group", {"AutoScalingGroupName": "empty", "TerminationPolicies": []}),
    ],
)
def test_a_parameter_that_is_not_known_is_refused_even_when_empty(aws, service, call, given):
    error = refusal(getattr(aws.client(service, parameter_validation=False), call), **given)
    assert error["Code"] == "NotSimulated"


# AWS passes over a parameter that it does not know. Here it could be one that is newer than the simulator.
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ('{"QueueNamePrefix": "a", "Nonsense": 1}', {"X_Amz_Target": "AmazonSQS.ListQueues"}),
        ('{"clusters": ["a"], "Nonsense": 1}', {"X_Amz_Target": f"{ECS}.DescribeClusters"}),
        ("Action=DescribeLoadBalancers&Version=2012-06-01&Nonsense=1", {"Content_Type": FORM}),
        ("Action=DescribeTargetGroups&Version=2015-12-01&Nonsense.member.1=1", {"Content_Type": FORM}),
        ("Action=DescribeAutoScalingGroups&Version=2011-01-01&Nonsense=1", {"Content_Type": FORM}),
        ("Action=DescribeInstances&Version=2016-11-15&Nonsense.1=1", {"Content_Type": FORM}),
        ('{"Nonsense": 1}', {"X_Amz_Target": "AnyScaleFrontendService.DescribeScalableTargets"}),
        ('{"Nonsense": 1}', {"X_Amz_Target": "AWSEvents.PutEvents"}),
        ('{"Nonsense": 1}', {"X_Amz_Target": "Logs_20140328.FilterLogEvents"}),
        ("Action=GetRole&Version=2010-05-08&Nonsense=1", {"Content_Type": FORM}),
        ('{"Nonsense": 1}', {"X_Amz_Target": "GraniteServiceVersion20100801.DescribeAlarmsForMetric"}),
        ("Action=DescribeStacks&Version=2010-05-15&Nonsense=1", {"Content_Type": FORM}),
    ],
    # Lambda's requests are told by their paths.
    ids=[each for each in SERVICES if each != "lambda"],
)
def test_a_parameter_that_no_model_has_is_refused(aws, body, headers):
    status, answer = post(aws, body, **headers)
    assert status == 400
    assert "NotSimulated" in answer
    assert "Nonsense" in answer


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        ("Action=Nonsense&Version=2011-01-01", {"Content_Type": FORM}, "NotSimulated"),
        ("Action=GetCallerIdentity&Version=2011-06-15", {"Content_Type": FORM}, "NotSimulated"),
        ("{}", {"X_Amz_Target": "AmazonSQS.Nonsense"}, "NotSimulated"),
        ("{}", {"X_Amz_Target": "DynamoDB_20120810.ListTables"}, "NotSimulated"),
        ("", {}, "NotSimulated"),
        ("{", {"X_Amz_Target": "AmazonSQS.ListQueues"}, "SerializationException"),
        ("[]", {"X_Amz_Target": "AmazonSQS.ListQueues"}, "expected a structure"),
    ],
)
def test_a_request_of_no_known_form_is_refused(aws, body, headers, code):
    status, answer = post(aws, body, **headers)
    assert status == 400
    assert code in answer


def test_an_unknown_path_under_the_controls_is_refused(aws):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{aws.url}/_simulator/nonsense")
    assert refused.value.code == 404
    assert "error" in json.load(refused.value)
