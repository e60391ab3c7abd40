"""Protects what somebody does to a group by hand from answers that only our own SDK understands."""

import datetime

import pytest

from refusals import Refused, rows

SCENARIO = "fleet.yaml"
LOOSE = {"AutoScalingGroupName": "loose"}
KEPT = {"ShouldDecrementDesiredCapacity": False}
LOWERED = {"ShouldDecrementDesiredCapacity": True}


@pytest.fixture
def autoscaling(aws):
    return aws.client("autoscaling")


def group(autoscaling, name="loose"):
    (described,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return described


def states(autoscaling):
    return {each["InstanceId"]: each["LifecycleState"] for each in group(autoscaling)["Instances"]}


def protected(autoscaling):
    instances = group(autoscaling)["Instances"]
    return {each["InstanceId"] for each in instances if each["ProtectedFromScaleIn"]}


def suspended(autoscaling):
    return {each["ProcessName"] for each in group(autoscaling)["SuspendedProcesses"]}


def test_a_group_rebalances_and_protects_what_it_launches(aws, autoscaling):
    name = {"AutoScalingGroupName": "guarded"}
    on = {"CapacityRebalance": True, "NewInstancesProtectedFromScaleIn": True}
    off = {"CapacityRebalance": False, "NewInstancesProtectedFromScaleIn": False}
    autoscaling.create_auto_scaling_group(**name, **on, LaunchConfigurationName="any", MinSize=1, MaxSize=2)
    aws.advance(60)
    made = group(autoscaling, "guarded")
    assert {key: made[key] for key in on} == on
    assert [each["ProtectedFromScaleIn"] for each in made["Instances"]] == [True]

    autoscaling.update_auto_scaling_group(**name, **off, DesiredCapacity=2)
    aws.advance(60)
    updated = group(autoscaling, "guarded")
    assert {key: updated[key] for key in off} == off
    assert sorted(each["ProtectedFromScaleIn"] for each in updated["Instances"]) == [False, True]
    autoscaling.delete_auto_scaling_group(**name, ForceDelete=True)


def test_processes_are_suspended_and_resumed(aws, autoscaling):
    autoscaling.suspend_processes(**LOOSE, ScalingProcesses=["Launch", "AZRebalance"])
    assert suspended(autoscaling) == {"Launch", "AZRebalance"}
    autoscaling.set_desired_capacity(**LOOSE, DesiredCapacity=5)
    aws.advance(60)
    assert len(states(autoscaling)) == 4
    autoscaling.resume_processes(**LOOSE, ScalingProcesses=["Launch"])
    assert suspended(autoscaling) == {"AZRebalance"}
    aws.advance(60)
    assert list(states(autoscaling).values()) == ["InService"] * 5

    autoscaling.suspend_processes(**LOOSE)
    assert {"Launch", "Terminate", "ReplaceUnhealthy"} <= suspended(autoscaling)
    autoscaling.resume_processes(**LOOSE)
    assert suspended(autoscaling) == set()


def test_scale_in_leaves_protected_instances_alone(aws, autoscaling):
    ids = sorted(states(autoscaling))
    kept = ids[1:]
    autoscaling.set_instance_protection(**LOOSE, InstanceIds=kept, ProtectedFromScaleIn=True)
    assert protected(autoscaling) == set(kept)
    autoscaling.set_desired_capacity(**LOOSE, DesiredCapacity=len(ids) - 1)
    aws.advance(120)
    assert sorted(states(autoscaling)) == kept
    autoscaling.set_instance_protection(**LOOSE, InstanceIds=kept, ProtectedFromScaleIn=False)
    assert protected(autoscaling) == set()


def test_an_instance_goes_to_standby_and_comes_back(aws, autoscaling):
    before = group(autoscaling)["DesiredCapacity"]
    chosen = sorted(states(autoscaling))[0]
    autoscaling.enter_standby(**LOOSE, **LOWERED, InstanceIds=[chosen])
    assert states(autoscaling)[chosen] == "EnteringStandby"
    aws.advance(120)
    assert states(autoscaling)[chosen] == "Standby"
    assert (group(autoscaling)["DesiredCapacity"], len(states(autoscaling))) == (before - 1, before)

    autoscaling.exit_standby(**LOOSE, InstanceIds=[chosen])
    assert states(autoscaling)[chosen] == "Pending"
    aws.advance(60)
    assert states(autoscaling)[chosen] == "InService"
    assert group(autoscaling)["DesiredCapacity"] == before


def test_an_instance_is_detached_and_lives_on(aws, autoscaling):
    before = group(autoscaling)["DesiredCapacity"]
    chosen = sorted(states(autoscaling))[0]
    autoscaling.detach_instances(**LOOSE, **KEPT, InstanceIds=[chosen])
    assert states(autoscaling)[chosen] == "Detaching"
    aws.advance(180)
    assert chosen not in states(autoscaling)
    assert list(states(autoscaling).values()) == ["InService"] * before
    (reservation,) = aws.client("ec2").describe_instances(InstanceIds=[chosen])["Reservations"]
    assert reservation["Instances"][0]["State"]["Name"] == "running"


def test_a_refresh_replaces_instances_until_it_is_cancelled(aws, autoscaling):
    before = set(states(autoscaling))
    preferences = {"MinHealthyPercentage": 50, "InstanceWarmup": 30}
    started = autoscaling.start_instance_refresh(**LOOSE, Strategy="Rolling", Preferences=preferences)
    aws.advance(10)
    assert sum(state != "InService" for state in states(autoscaling).values()) >= len(before) // 2
    Refused(
        "one goes on", "autoscaling", "StartInstanceRefresh", LOOSE, "InstanceRefreshInProgress", "already"
    ).check(aws)
    aws.advance(1800)
    ids = [started["InstanceRefreshId"]]
    (done,) = autoscaling.describe_instance_refreshes(**LOOSE, InstanceRefreshIds=ids)["InstanceRefreshes"]
    assert (done["InstanceRefreshId"], done["AutoScalingGroupName"]) == (ids[0], "loose")
    assert (done["Status"], done["PercentageComplete"], done["InstancesToUpdate"]) == ("Successful", 100, 0)
    assert isinstance(done["StartTime"], datetime.datetime)
    assert done["StartTime"] < done["EndTime"]
    replaced = set(states(autoscaling))
    assert (len(replaced), replaced & before) == (len(before), set())

    second = autoscaling.start_instance_refresh(**LOOSE)
    cancelled = autoscaling.cancel_instance_refresh(**LOOSE)
    assert cancelled["InstanceRefreshId"] == second["InstanceRefreshId"]
    newest, oldest = autoscaling.describe_instance_refreshes(**LOOSE)["InstanceRefreshes"]
    assert (newest["Status"], oldest) == ("Cancelled", done)
    aws.advance(600)
    assert set(states(autoscaling).values()) == {"InService"}
    assert set(states(autoscaling)) & replaced


def refused(why, operation, code, **given):
    return Refused(why, "autoscaling", operation, {**LOOSE, **given}, code)


INVALID = "ValidationError"
REFUSED = [
    refused("no such process", "SuspendProcesses", INVALID, ScalingProcesses=["Dance"]),
    refused("no such process", "ResumeProcesses", INVALID, ScalingProcesses=["Dance"]),
    refused("not its instance", "SetInstanceProtection", INVALID, InstanceIds=["i-0a"], ProtectedFromScaleIn=True),
    refused("not its instance", "EnterStandby", INVALID, InstanceIds=["i-0a"], **KEPT),
    refused("not in Standby", "ExitStandby", INVALID, InstanceIds=["i-1b"]),
    refused("not its instance", "DetachInstances", INVALID, InstanceIds=["i-0a"], **KEPT),
    refused("nothing to cancel", "CancelInstanceRefresh", "ActiveInstanceRefreshNotFound"),
]


@pytest.mark.parametrize("refused", rows(REFUSED))
def test_what_is_refused_of_what_somebody_does_by_hand(aws, refused):
    refused.check(aws)
