"""Protects the simulated Application Auto Scaling from answers that only our own SDK understands."""

import datetime

import pytest

from refusals import Refused, rows

SCENARIO = "fleet.yaml"
ECS = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
WEB = {**ECS, "ResourceId": "service/fleet/web"}


@pytest.fixture
def scaling(aws):
    return aws.client("application-autoscaling")


def test_targets_are_registered_described_and_deregistered(scaling):
    role = "arn:aws:iam::123456789012:role/scaling"
    made = scaling.register_scalable_target(**WEB, MinCapacity=2, MaxCapacity=8, RoleARN=role)
    scaling.register_scalable_target(**ECS, ResourceId="service/fleet/edge", MinCapacity=0, MaxCapacity=2)
    named = scaling.describe_scalable_targets(**ECS, ResourceIds=["service/fleet/web"])
    (target,) = named["ScalableTargets"]
    assert isinstance(target.pop("CreationTime"), datetime.datetime)
    assert target.pop("SuspendedState") == dict.fromkeys(
        ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), False
    )
    assert target == {
        **WEB,
        "MinCapacity": 2,
        "MaxCapacity": 8,
        "RoleARN": role,
        "ScalableTargetARN": made["ScalableTargetARN"],
    }

    first = scaling.describe_scalable_targets(ServiceNamespace="ecs", MaxResults=1)
    second = scaling.describe_scalable_targets(
        ServiceNamespace="ecs", MaxResults=1, NextToken=first["NextToken"]
    )
    found = [each["ResourceId"] for page in (first, second) for each in page["ScalableTargets"]]
    assert found == ["service/fleet/web", "service/fleet/edge"]
    assert "NextToken" not in second

    scaling.deregister_scalable_target(**WEB)
    assert scaling.describe_scalable_targets(**ECS, ResourceIds=["service/fleet/web"])["ScalableTargets"] == []


def refused(why, operation, given, code, text=""):
    return Refused(why, "application-autoscaling", operation, given, code, text)


DESCRIBE, REGISTER, INVALID = "DescribeScalableTargets", "RegisterScalableTarget", "ValidationException"
REFUSED = [
    refused("a foreign token", DESCRIBE, {**ECS, "ResourceIds": ["x"], "NextToken": "foreign"}, "InvalidNextTokenException"),
    refused("no page size", DESCRIBE, {"ServiceNamespace": "ecs", "MaxResults": 51}, INVALID),
    refused("too many ids", DESCRIBE, {"ServiceNamespace": "ecs", "ResourceIds": ["x"] * 51}, INVALID),
    refused("a dimension alone", DESCRIBE, ECS, INVALID, "resource ID"),
    refused("another namespace", DESCRIBE, {"ServiceNamespace": "ec2"}, "NotSimulated", "ec2"),
    refused(
        "another dimension",
        "DeregisterScalableTarget",
        {**WEB, "ScalableDimension": "ec2:spot-fleet-request:TargetCapacity"},
        "NotSimulated",
        "ec2:spot",
    ),
    refused("a new one without bounds", REGISTER, {**ECS, "ResourceId": "service/fleet/log-agent"}, INVALID),
    refused("bounds turned around", REGISTER, {**WEB, "MinCapacity": 2, "MaxCapacity": 1}, INVALID, "2, 1"),
    refused(
        "no such service",
        REGISTER,
        {**ECS, "ResourceId": "service/fleet/x", "MinCapacity": 0, "MaxCapacity": 1},
        INVALID,
        "service/fleet/x",
    ),
    refused(
        "no such target",
        "DeregisterScalableTarget",
        {**ECS, "ResourceId": "service/fleet/addresses"},
        "ObjectNotFoundException",
    ),
]


@pytest.mark.parametrize("refused", rows(REFUSED))
def test_what_application_auto_scaling_refuses(aws, refused):
    refused.check(aws)
