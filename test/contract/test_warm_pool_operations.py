"""Protects the simulated warm pools, and how groups are looked up, from answers that only our own SDK understands."""

import pytest

from refusals import Refused, rows

SCENARIO = "fleet.yaml"


@pytest.fixture
def autoscaling(aws):
    return aws.client("autoscaling")


def test_a_warm_pool_is_put_described_and_deleted(aws, autoscaling):
    name = {"AutoScalingGroupName": "loose"}
    pool = {"MinSize": 3, "MaxGroupPreparedCapacity": 7, "PoolState": "Hibernated"}
    autoscaling.put_warm_pool(**name, **pool, InstanceReusePolicy={"ReuseOnScaleIn": True})
    aws.advance(60)
    first = autoscaling.describe_warm_pool(**name, MaxRecords=2)
    second = autoscaling.describe_warm_pool(**name, MaxRecords=2, NextToken=first["NextToken"])
    assert first["WarmPoolConfiguration"] == {**pool, "InstanceReusePolicy": {"ReuseOnScaleIn": True}}
    instances = first["Instances"] + second["Instances"]
    assert [each["LifecycleState"] for each in instances] == ["Warmed:Hibernated"] * 3
    assert "NextToken" not in second

    (group,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["loose"])["AutoScalingGroups"]
    assert group["WarmPoolSize"] == 3
    assert group["WarmPoolConfiguration"] == first["WarmPoolConfiguration"]
    assert len(group["Instances"]) == 4

    autoscaling.put_warm_pool(**name, MaxGroupPreparedCapacity=-1)
    kept = autoscaling.describe_warm_pool(**name)["WarmPoolConfiguration"]
    assert kept == {"MinSize": 3, "PoolState": "Hibernated", "InstanceReusePolicy": {"ReuseOnScaleIn": True}}
    autoscaling.delete_warm_pool(**name, ForceDelete=True)
    assert autoscaling.describe_warm_pool(**name)["Instances"] == []


def test_groups_are_filtered_by_their_tags_and_shown_without_their_instances(autoscaling):
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="tagged",
        LaunchConfigurationName="any",
        MinSize=0,
        MaxSize=0,
        Tags=[{"Key": "team", "Value": "edge"}],
    )
    found = autoscaling.describe_auto_scaling_groups(
        Filters=[{"Name": "tag:team", "Values": ["edge"]}], IncludeInstances=False
    )
    assert [each["AutoScalingGroupName"] for each in found["AutoScalingGroups"]] == ["tagged"]
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="tagged")
    (fleet,) = autoscaling.describe_auto_scaling_groups(
        AutoScalingGroupNames=["fleet"], IncludeInstances=False
    )["AutoScalingGroups"]
    assert fleet["Instances"] == []


def refused(why, operation, code, **given):
    return Refused(why, "autoscaling", operation, given, code)


REFUSED = [
    refused("a state of no pool", "PutWarmPool", "ValidationError", AutoScalingGroupName="fleet", PoolState="Asleep"),
    refused("less than nothing", "PutWarmPool", "ValidationError", AutoScalingGroupName="fleet", MinSize=-1),
    refused("a group that is not", "DescribeWarmPool", "ValidationError", AutoScalingGroupName="x"),
    refused(
        "a foreign token", "DescribeWarmPool", "InvalidNextToken", AutoScalingGroupName="fleet", NextToken="foreign"
    ),
    refused(
        "a filter that is not",
        "DescribeAutoScalingGroups",
        "ValidationError",
        Filters=[{"Name": "colour", "Values": ["blue"]}],
    ),
]


@pytest.mark.parametrize("refused", rows(REFUSED))
def test_what_is_refused_of_warm_pools_and_filters(aws, refused):
    refused.check(aws)


def test_a_pool_with_instances_is_neither_deleted_nor_are_they_terminated_one_by_one(aws, autoscaling):
    autoscaling.put_warm_pool(AutoScalingGroupName="fleet", MinSize=1, MaxGroupPreparedCapacity=0)
    aws.advance(60)
    (instance,) = autoscaling.describe_warm_pool(AutoScalingGroupName="fleet")["Instances"]
    given = {"InstanceId": instance["InstanceId"], "ShouldDecrementDesiredCapacity": False}
    for operation, parameters, code in (
        ("DeleteWarmPool", {"AutoScalingGroupName": "fleet"}, "ResourceInUse"),
        ("TerminateInstanceInAutoScalingGroup", given, "ValidationError"),
    ):
        Refused("it is in use", "autoscaling", operation, parameters, code).check(aws)
