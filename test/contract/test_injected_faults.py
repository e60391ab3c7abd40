"""Protects what our functions do when AWS denies, throttles or fails from codes that AWS does not answer with."""

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from simulated_aws import SERVICES, client_of

SCENARIO = "trouble.yaml"
SOME_OPERATION = {
    "sqs": "ListQueues",
    "ecs": "ListClusters",
    "elb": "DescribeLoadBalancers",
    "elbv2": "DescribeTargetGroups",
    "autoscaling": "DescribeAutoScalingGroups",
    "ec2": "DescribeInstances",
    "application-autoscaling": "DescribeScalableTargets",
    "events": "PutEvents",
    "logs": "FilterLogEvents",
    "lambda": "ListEventSourceMappings",
    "iam": "GetRole",
    "cloudwatch": "DescribeAlarmsForMetric",
    "cloudformation": "DescribeStacks",
}
NEEDED = {
    "logs": {"logGroupName": "none"},
    "iam": {"RoleName": "none"},
    "cloudwatch": {"MetricName": "none", "Namespace": "none"},
    "application-autoscaling": {"ServiceNamespace": "ecs"},
    "events": {"Entries": [{"Source": "test", "DetailType": "any", "Detail": "{}"}]},
}

# The code that boto3 shows, with its status. SQS: a denial is recorded from AWS as 403 with the header AccessDenied;
# ThrottlingException is in the "Common Errors" of its API reference. ECS: the model has AccessDeniedException, and its
# developer guide ThrottlingException. The services that speak Query: "Common Errors" of each, and field reports.
# EC2: "Error codes" of its developer guide.
QUERY_CODES = {
    "deny": ("AccessDenied", 403),
    "throttle": ("Throttling", 400),
    "fail": ("InternalFailure", 500),
}
EXPECTED = {
    "sqs": {
        "deny": ("AccessDenied", 403),
        "throttle": ("ThrottlingException", 400),
        "fail": ("InternalFailure", 500),
    },
    "ecs": {
        "deny": ("AccessDeniedException", 400),
        "throttle": ("ThrottlingException", 400),
        "fail": ("InternalFailure", 500),
    },
    "application-autoscaling": {
        "deny": ("AccessDeniedException", 400),
        "throttle": ("ThrottlingException", 400),
        "fail": ("InternalFailure", 500),
    },
    "events": {
        "deny": ("AccessDeniedException", 400),
        "throttle": ("ThrottlingException", 400),
        "fail": ("InternalFailure", 500),
    },
    "logs": {
        "deny": ("AccessDeniedException", 400),
        "throttle": ("ThrottlingException", 400),
        "fail": ("InternalFailure", 500),
    },
    "lambda": {
        "deny": ("AccessDeniedException", 403),
        "throttle": ("TooManyRequestsException", 429),
        "fail": ("InternalFailure", 500),
    },
    "cloudwatch": {
        "deny": ("AccessDenied", 403),
        "throttle": ("ThrottlingException", 400),
        "fail": ("InternalFailure", 500),
    },
    "iam": QUERY_CODES,
    "cloudformation": QUERY_CODES,
    "elb": QUERY_CODES,
    "elbv2": QUERY_CODES,
    "autoscaling": QUERY_CODES,
    "ec2": {
        "deny": ("UnauthorizedOperation", 403),
        "throttle": ("RequestLimitExceeded", 503),
        "fail": ("InternalError", 500),
    },
}


@pytest.fixture(scope="module")
def answers(aws):
    """What each service answers in each kind of trouble: the code that boto3 shows, and the HTTP status."""
    clients = {service: client_of(aws.url, service) for service in SERVICES}
    found = {}
    for kind in ("deny", "throttle", "fail"):
        aws.advance(10)
        for service, client in clients.items():
            with pytest.raises(ClientError) as refused:
                getattr(client, xform_name(SOME_OPERATION[service]))(**NEEDED.get(service, {}))
            response = refused.value.response
            found[service, kind] = (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"])
    aws.advance(10)
    # This world has no log group, which CloudWatch Logs says once nothing else is wrong.
    logs = clients.pop("logs")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.filter_log_events(**NEEDED["logs"])
    # Nor has it a role.
    iam = clients.pop("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(**NEEDED["iam"])
    for service, client in clients.items():
        getattr(client, xform_name(SOME_OPERATION[service]))(**NEEDED.get(service, {}))
    return found


@pytest.mark.parametrize("kind", ["deny", "throttle", "fail"])
@pytest.mark.parametrize("service", SERVICES)
def test_trouble_has_the_code_and_the_status_that_aws_gives_it(answers, service, kind):
    assert answers[service, kind] == EXPECTED[service][kind]
