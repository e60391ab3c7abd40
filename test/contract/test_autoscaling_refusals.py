"""Protects our functions from errors of Auto Scaling that only the simulator has: each error carries the code on the
wire that botocore's model lists for the operation, or ValidationError, which the model leaves out."""

import pytest

from refusals import Refused, refusal, rows

SCENARIO = "fleet.yaml"
INVALID = "ValidationError"
TOKEN = "01234567-89ab-cdef-0123-456789abcdef"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:lifecycle"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
ACTION = {"LifecycleHookName": "drain", "LifecycleActionResult": "CONTINUE", "LifecycleActionToken": TOKEN}


def call(why, operation, code, text="", **given):
    return Refused(why, "autoscaling", operation, given, code, text)


def on_lost(operation, **given):
    given = {"AutoScalingGroupName": "lost", **given}
    return call(f"{operation} of a group that is not there", operation, INVALID, "not found", **given)


def on_fleet(why, operation, code, text="", **given):
    return call(why, operation, code, text, AutoScalingGroupName="fleet", **given)


def hook(why, text="", code=INVALID, **given):
    given = {"LifecycleHookName": "refused", "LifecycleTransition": TERMINATING, **given}
    return on_fleet(why, "PutLifecycleHook", code, text, **given)


def new_group(why, text="", code=INVALID, **given):
    given = {
        "AutoScalingGroupName": "refused",
        "LaunchConfigurationName": "x",
        "MinSize": 0,
        "MaxSize": 1,
        **given,
    }
    return call(why, "CreateAutoScalingGroup", code, text, **given)


def first_hook(**given):
    return [{"LifecycleHookName": "first", "LifecycleTransition": TERMINATING, **given}]


TABLE = [
    on_lost("UpdateAutoScalingGroup", MinSize=1),
    on_lost("DeleteAutoScalingGroup"),
    on_lost("SetDesiredCapacity", DesiredCapacity=1),
    on_lost("AttachLoadBalancers", LoadBalancerNames=["edge"]),
    on_lost("AttachLoadBalancerTargetGroups", TargetGroupARNs=["<web>"]),
    on_lost("PutLifecycleHook", LifecycleHookName="x", LifecycleTransition=TERMINATING),
    on_lost("DescribeLifecycleHooks"),
    on_lost("DescribeScalingActivities"),
    on_lost("DeleteLifecycleHook", LifecycleHookName="x"),
    on_lost("CompleteLifecycleAction", **ACTION),
    on_lost("RecordLifecycleActionHeartbeat", LifecycleHookName="drain", LifecycleActionToken=TOKEN),
    new_group("a name that is taken", "already exists", code="AlreadyExists", AutoScalingGroupName="fleet"),
    call(
        "a group with nothing to launch",
        "CreateAutoScalingGroup",
        INVALID,
        "Valid requests must contain either LaunchTemplate",
        AutoScalingGroupName="refused",
        MinSize=0,
        MaxSize=1,
    ),
    new_group(
        "a new group's hook with too short a timeout",
        LifecycleHookSpecificationList=first_hook(HeartbeatTimeout=29),
    ),
    new_group(
        "a new group's hook with a result of no kind",
        LifecycleHookSpecificationList=first_hook(DefaultResult="STAY"),
    ),
    new_group(
        "a new group's hook without a role",
        LifecycleHookSpecificationList=first_hook(NotificationTargetARN=QUEUE),
    ),
    on_fleet("deleting a group in use", "DeleteAutoScalingGroup", "ResourceInUse"),
    on_fleet(
        "more than the greatest size",
        "SetDesiredCapacity",
        INVALID,
        "above max value 1000",
        DesiredCapacity=1001,
    ),
    on_fleet(
        "less than the least size", "SetDesiredCapacity", INVALID, "below min value 0", DesiredCapacity=-1
    ),
    # The model lists InvalidNextToken for both ("The NextToken value is not valid.").
    call(
        "groups by somebody else's token",
        "DescribeAutoScalingGroups",
        "InvalidNextToken",
        NextToken="garbage",
    ),
    call(
        "instances by somebody else's token",
        "DescribeAutoScalingInstances",
        "InvalidNextToken",
        NextToken="garbage",
    ),
    call(
        "activities by somebody else's token",
        "DescribeScalingActivities",
        "InvalidNextToken",
        NextToken="garbage",
    ),
    call("a page of 101 activities", "DescribeScalingActivities", INVALID, MaxRecords=101),
    call("51 activities", "DescribeScalingActivities", INVALID, ActivityIds=["x"] * 51),
    call(
        "a filter that activities have not",
        "DescribeScalingActivities",
        INVALID,
        "Allowed filter types are",
        Filters=[{"Name": "tag-key", "Values": ["x"]}],
    ),
    call(
        "activities by their state in all groups",
        "DescribeScalingActivities",
        INVALID,
        "AutoScalingGroupName",
        Filters=[{"Name": "Status", "Values": ["Failed"]}],
    ),
    call("a page of 101 groups", "DescribeAutoScalingGroups", INVALID, MaxRecords=101),
    call("a page of 51 instances", "DescribeAutoScalingInstances", INVALID, MaxRecords=51),
    call("51 instances", "DescribeAutoScalingInstances", INVALID, InstanceIds=["i-0a"] * 51),
    call(
        "terminating what no group holds",
        "TerminateInstanceInAutoScalingGroup",
        INVALID,
        "No managed instance found for instance ID i-9f",
        InstanceId="i-9f",
        ShouldDecrementDesiredCapacity=True,
    ),
    # Field reports have ValidationError, "Provided Target Groups may not be valid. Please ensure they exist and try
    # again.", and the same of load balancers. The model lists no error of Elastic Load Balancing.
    on_fleet(
        "attaching a lost target group",
        "AttachLoadBalancerTargetGroups",
        INVALID,
        "Provided Target Groups may not be valid. Please ensure they exist and try again.",
        TargetGroupARNs=[
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lost/0123456789abcdef"
        ],
    ),
    on_fleet(
        "attaching a lost load balancer",
        "AttachLoadBalancers",
        INVALID,
        "Provided Load Balancers may not be valid. Please ensure they exist and try again.",
        LoadBalancerNames=["lost"],
    ),
    hook("a hook with too short a timeout", "between 30 and 7200", HeartbeatTimeout=29),
    hook("a hook with too long a timeout", "between 30 and 7200", HeartbeatTimeout=7201),
    hook("a hook of no transition", LifecycleTransition="autoscaling:EC2_INSTANCE_NONSENSE"),
    hook("a hook with a result of no kind", DefaultResult="STAY"),
    hook("a hook with metadata that are no ASCII", NotificationMetadata="Grüße"),
    hook("a hook with too many metadata", NotificationMetadata="a" * 4001),
    hook("a hook without a role", "Unable to publish test message", NotificationTargetARN=QUEUE),
    hook(
        "a hook to a queue that is not there",
        "Unable to publish test message",
        NotificationTargetARN=f"{QUEUE}-lost",
        RoleARN="arn:aws:iam::123456789012:role/hook",
    ),
    on_fleet("51 hooks", "DescribeLifecycleHooks", INVALID, LifecycleHookNames=["drain"] * 51),
    on_fleet("deleting a lost hook", "DeleteLifecycleHook", INVALID, LifecycleHookName="lost"),
    on_fleet(
        "a token of nobody's",
        "CompleteLifecycleAction",
        INVALID,
        f"No active Lifecycle Action found with token {TOKEN}",
        **ACTION,
    ),
    on_fleet(
        "too short a token", "CompleteLifecycleAction", INVALID, **{**ACTION, "LifecycleActionToken": "short"}
    ),
    on_fleet(
        "a result of no kind",
        "CompleteLifecycleAction",
        INVALID,
        **{**ACTION, "LifecycleActionResult": "STAY"},
    ),
    on_fleet(
        "an instance that does not wait",
        "CompleteLifecycleAction",
        INVALID,
        "No active Lifecycle Action found with instance ID i-0a",
        LifecycleHookName="drain",
        LifecycleActionResult="CONTINUE",
        InstanceId="i-0a",
    ),
    on_fleet(
        "neither token nor instance", "RecordLifecycleActionHeartbeat", INVALID, LifecycleHookName="drain"
    ),
    on_fleet(
        "a heartbeat for nobody",
        "RecordLifecycleActionHeartbeat",
        INVALID,
        f"No active Lifecycle Action found with token {TOKEN}",
        LifecycleHookName="drain",
        LifecycleActionToken=TOKEN,
    ),
]


@pytest.fixture(scope="module")
def names(aws):
    (web,) = aws.client("elbv2").describe_target_groups(Names=["web"])["TargetGroups"]
    return {"<web>": web["TargetGroupArn"]}


@pytest.fixture
def autoscaling(aws):
    return aws.client("autoscaling")


@pytest.fixture(autouse=True)
def forget_refused_groups(aws):
    """Keeps what one call should have refused from spoiling the next."""
    yield
    client = aws.client("autoscaling")
    for group in client.describe_auto_scaling_groups(AutoScalingGroupNames=["refused"])["AutoScalingGroups"]:
        client.delete_auto_scaling_group(AutoScalingGroupName=group["AutoScalingGroupName"], ForceDelete=True)


@pytest.mark.parametrize("row", rows(TABLE))
def test_what_auto_scaling_refuses(aws, names, row):
    row.check(aws, names)


def test_a_group_whose_hook_was_refused_is_not_made(autoscaling):
    refusal(
        autoscaling.create_auto_scaling_group,
        AutoScalingGroupName="refused",
        LaunchConfigurationName="x",
        MinSize=0,
        MaxSize=0,
        LifecycleHookSpecificationList=first_hook(NotificationTargetARN=QUEUE),
    )
    named = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["refused"])
    assert named["AutoScalingGroups"] == []


def test_a_group_has_fifty_hooks_at_most(autoscaling):
    for number in range(50):
        autoscaling.put_lifecycle_hook(
            AutoScalingGroupName="loose", LifecycleHookName=f"hook-{number}", LifecycleTransition=TERMINATING
        )
    with pytest.raises(autoscaling.exceptions.LimitExceededFault) as refused:
        autoscaling.put_lifecycle_hook(
            AutoScalingGroupName="loose", LifecycleHookName="hook-50", LifecycleTransition=TERMINATING
        )
    assert refused.value.response["Error"]["Code"] == "LimitExceeded"


def test_an_action_that_was_completed_is_not_there_any_more(aws, autoscaling):
    autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId="i-0c", ShouldDecrementDesiredCapacity=True
    )
    aws.advance(5)
    done = {
        "AutoScalingGroupName": "fleet",
        "LifecycleHookName": "drain",
        "InstanceId": "i-0c",
        "LifecycleActionResult": "CONTINUE",
    }
    autoscaling.complete_lifecycle_action(**done)
    error = refusal(autoscaling.complete_lifecycle_action, **done)
    assert error["Code"] == INVALID
    assert error["Message"] == "No active Lifecycle Action found with instance ID i-0c"
