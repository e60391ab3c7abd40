"""Protects the simulated Auto Scaling from answers that only our own SDK understands."""

import datetime
import json

import pytest

SCENARIO = "fleet.yaml"
HOOK = {
    "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
    "NotificationTargetARN": "arn:aws:sqs:us-east-1:123456789012:lifecycle",
    "RoleARN": "arn:aws:iam::123456789012:role/hook",
    "NotificationMetadata": "<&> and more",
    "HeartbeatTimeout": 120,
    "DefaultResult": "CONTINUE",
}


@pytest.fixture
def autoscaling(aws):
    return aws.client("autoscaling")


def group(autoscaling, name):
    (described,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return described


def state_of(autoscaling, instance_id):
    found = autoscaling.describe_auto_scaling_instances(InstanceIds=[instance_id])["AutoScalingInstances"]
    return found[0]["LifecycleState"] if found else None


def messages_about(aws, instance_id):
    """The lifecycle messages about an instance by hook, taken off the queue."""
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="lifecycle")["QueueUrl"]
    found = {}
    while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in received:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            if body.get("EC2InstanceId") == instance_id:
                found[body["LifecycleHookName"]] = body
    return found


def terminate(aws, autoscaling, instance_id):
    answer = autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=instance_id, ShouldDecrementDesiredCapacity=True
    )
    aws.advance(5)
    return answer["Activity"]


def test_a_group_is_made_with_all_its_settings(aws, autoscaling):
    target_groups = aws.client("elbv2").describe_target_groups(Names=["unused"])["TargetGroups"]
    tag = {"Key": "team", "Value": "edge", "ResourceId": "made", "ResourceType": "auto-scaling-group"}
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="made",
        LaunchTemplate={"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"},
        MinSize=1,
        MaxSize=4,
        DesiredCapacity=2,
        AvailabilityZones=["us-east-1a"],
        VPCZoneIdentifier="subnet-1",
        TargetGroupARNs=[target_groups[0]["TargetGroupArn"]],
        LoadBalancerNames=["edge"],
        Tags=[{**tag, "PropagateAtLaunch": False}],
        LifecycleHookSpecificationList=[{"LifecycleHookName": "first", **HOOK}],
        InstanceLifecyclePolicy={"RetentionTriggers": {"TerminateHookAbandon": "retain"}},
    )
    aws.advance(5)
    made = group(autoscaling, "made")
    assert made["AutoScalingGroupARN"].endswith(":autoScalingGroupName/made")
    assert (made["MinSize"], made["MaxSize"], made["DesiredCapacity"]) == (1, 4, 2)
    assert isinstance(made["CreatedTime"], datetime.datetime)
    assert made["LoadBalancerNames"] == ["edge"]
    assert made["TargetGroupARNs"] == [target_groups[0]["TargetGroupArn"]]
    assert made["Tags"] == [{**tag, "PropagateAtLaunch": False}]
    assert made["InstanceLifecyclePolicy"] == {"RetentionTriggers": {"TerminateHookAbandon": "retain"}}
    assert [each["LifecycleState"] for each in made["Instances"]] == ["InService"] * 2
    (hook,) = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="made")["LifecycleHooks"]
    assert hook == {
        "LifecycleHookName": "first",
        "AutoScalingGroupName": "made",
        **HOOK,
        "GlobalTimeout": 12000,
    }

    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="made",
        MinSize=0,
        MaxSize=3,
        DesiredCapacity=1,
        InstanceLifecyclePolicy={"RetentionTriggers": {"TerminateHookAbandon": "terminate"}},
    )
    updated = group(autoscaling, "made")
    assert (updated["MinSize"], updated["MaxSize"], updated["DesiredCapacity"]) == (0, 3, 1)
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="made", ForceDelete=True)
    named = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["made"])
    assert named["AutoScalingGroups"] == []


def test_groups_and_instances_come_in_pages(autoscaling):
    for name in ("page-a", "page-b"):
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name, LaunchConfigurationName="old", MinSize=0, MaxSize=0
        )
    first = autoscaling.describe_auto_scaling_groups(MaxRecords=3)
    second = autoscaling.describe_auto_scaling_groups(MaxRecords=3, NextToken=first["NextToken"])
    assert [len(page["AutoScalingGroups"]) for page in (first, second)] == [3, 1]
    assert "NextToken" not in second
    for name in ("page-a", "page-b"):
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name)

    ids = []
    paginator = autoscaling.get_paginator("describe_auto_scaling_instances")
    for page in paginator.paginate(PaginationConfig={"PageSize": 4}):
        ids += [each["InstanceId"] for each in page["AutoScalingInstances"]]
    assert {"i-0a", "i-0b", "i-0c", "i-1a"} <= set(ids)
    assert len(ids) == len(set(ids))
    described = autoscaling.describe_auto_scaling_instances(InstanceIds=["i-0a", "i-9f"])[
        "AutoScalingInstances"
    ]
    (instance,) = described
    assert (instance["AutoScalingGroupName"], instance["LifecycleState"]) == ("fleet", "InService")
    assert instance["ProtectedFromScaleIn"] is False


def test_a_group_is_scaled(aws, autoscaling):
    autoscaling.set_desired_capacity(AutoScalingGroupName="loose", DesiredCapacity=5, HonorCooldown=False)
    aws.advance(60)
    assert [each["LifecycleState"] for each in group(autoscaling, "loose")["Instances"]] == ["InService"] * 5


def test_load_balancers_are_attached_to_a_group(aws, autoscaling):
    web = aws.client("elbv2").describe_target_groups(Names=["web"])["TargetGroups"][0]["TargetGroupArn"]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="attached",
        LaunchTemplate={"LaunchTemplateName": "template"},
        MinSize=0,
        MaxSize=0,
    )
    autoscaling.attach_load_balancer_target_groups(AutoScalingGroupName="attached", TargetGroupARNs=[web])
    autoscaling.attach_load_balancers(AutoScalingGroupName="attached", LoadBalancerNames=["edge"])
    attached = group(autoscaling, "attached")
    assert (attached["TargetGroupARNs"], attached["LoadBalancerNames"]) == ([web], ["edge"])


def test_a_hook_is_put_described_and_deleted(autoscaling):
    autoscaling.put_lifecycle_hook(AutoScalingGroupName="loose", LifecycleHookName="put", **HOOK)
    named = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="loose", LifecycleHookNames=["put"])
    (hook,) = named["LifecycleHooks"]
    assert hook == {
        "LifecycleHookName": "put",
        "AutoScalingGroupName": "loose",
        **HOOK,
        "GlobalTimeout": 12000,
    }
    autoscaling.delete_lifecycle_hook(AutoScalingGroupName="loose", LifecycleHookName="put")
    assert autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="loose")["LifecycleHooks"] == []


def test_a_terminating_instance_is_kept_and_let_go_by_token(aws, autoscaling):
    activity = terminate(aws, autoscaling, "i-0a")
    assert activity["AutoScalingGroupName"] == "fleet"
    assert activity["StatusCode"] in ("InProgress", "PreInService", "MidLifecycleAction")
    assert isinstance(activity["StartTime"], datetime.datetime)
    assert state_of(autoscaling, "i-0a") == "Terminating:Wait"
    message = messages_about(aws, "i-0a")["drain"]
    action = {"AutoScalingGroupName": "fleet", "LifecycleHookName": "drain"}
    token = {"LifecycleActionToken": message["LifecycleActionToken"]}
    aws.advance(200)
    autoscaling.record_lifecycle_action_heartbeat(**action, **token)
    aws.advance(200)
    assert state_of(autoscaling, "i-0a") == "Terminating:Wait"
    autoscaling.complete_lifecycle_action(**action, **token, LifecycleActionResult="CONTINUE")
    autoscaling.complete_lifecycle_action(
        AutoScalingGroupName="fleet",
        LifecycleHookName="audit",
        InstanceId="i-0a",
        LifecycleActionResult="CONTINUE",
    )
    assert state_of(autoscaling, "i-0a") == "Terminating:Proceed"
    aws.advance(60)
    assert state_of(autoscaling, "i-0a") is None


def test_a_terminating_instance_is_kept_and_let_go_by_its_id(aws, autoscaling):
    terminate(aws, autoscaling, "i-0b")
    action = {"AutoScalingGroupName": "fleet", "LifecycleHookName": "drain", "InstanceId": "i-0b"}
    autoscaling.record_lifecycle_action_heartbeat(**action)
    autoscaling.complete_lifecycle_action(**action, LifecycleActionResult="ABANDON")
    assert state_of(autoscaling, "i-0b") == "Terminating:Proceed"


def test_what_a_group_does_to_its_instances_is_told_in_activities(aws, autoscaling):
    asked = terminate(aws, autoscaling, "i-0c")
    fleet = {"AutoScalingGroupName": "fleet"}
    first = autoscaling.describe_scaling_activities(**fleet, MaxRecords=1)
    (held,) = first["Activities"]
    assert held["ActivityId"] == asked["ActivityId"]
    assert held["Description"] == "Terminating EC2 instance: i-0c"
    assert (held["StatusCode"], held["StartTime"]) == ("MidLifecycleAction", asked["StartTime"])
    assert held["AutoScalingGroupARN"].endswith(":autoScalingGroupName/fleet")
    assert list(json.loads(held["Details"])) == ["Availability Zone"]
    rest = autoscaling.describe_scaling_activities(**fleet, NextToken=first["NextToken"])
    assert held["ActivityId"] not in [each["ActivityId"] for each in rest["Activities"]]

    named = autoscaling.describe_scaling_activities(ActivityIds=[held["ActivityId"]], IncludeDeletedGroups=True)
    assert named["Activities"] == [held]
    under_way = [{"Name": "Status", "Values": ["MidLifecycleAction"]}]
    found = autoscaling.describe_scaling_activities(**fleet, Filters=under_way)["Activities"]
    assert held in found
    assert {each["StatusCode"] for each in found} == {"MidLifecycleAction"}
