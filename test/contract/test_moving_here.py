"""Protects the commands of docs/moving-here.md: each is run by the AWS CLI. Hooks are the simulator's, because moto replaces a hook as a
whole; topics, rules and capacity providers are moto's.
"""

import json
import re

import pytest

from moto_account import Account
from pages import commands
from processes import PROJECT, moto_url
from release import CommandLine

SCENARIO = "managed.yaml"
PAGE = "moving-here.md"
ORIGINAL, SNS, MANAGED = "From the original pair", "From a drainer that SNS starts", "From managed draining"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:hooks"
ROLE = "arn:aws:iam::123456789012:role/hook"
OLD_QUEUE = "arn:aws:sqs:us-east-1:123456789012:old-hooks"
OLD_ROLE = "arn:aws:iam::123456789012:role/old-hook"


@pytest.fixture(scope="module")
def command_line(aws):
    """The AWS CLI against the simulator."""
    return CommandLine(Account(aws.url, "us-east-1"), PROJECT, "us-east-1")


@pytest.fixture(scope="module")
def account():
    """An account at moto."""
    with moto_url() as url:
        yield Account(url, "us-east-1")


def run(command_line, heading, *start, has="", **names):
    """Runs the section's command that begins with these words, and has one more, with names in the place of the page's."""
    [words] = [each for each in commands(PAGE, heading) if each[: len(start)] == [*start] and (not has or has in each)]
    return command_line.run(*[replaced(each, names) for each in words])


def replaced(word, names):
    for name, value in names.items():
        if word == name.replace("_", "-"):
            return value
    return word


def hook(aws, name, group):
    found = aws.client("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName=group, LifecycleHookNames=[name])
    return found["LifecycleHooks"][0] if found["LifecycleHooks"] else None


def test_an_old_hook_is_pointed_at_the_queue_and_keeps_all_else(aws, command_line):
    aws.client("sqs").create_queue(QueueName="hooks")
    aws.client("autoscaling").put_lifecycle_hook(
        AutoScalingGroupName="first",
        LifecycleHookName="old",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=1800,
        DefaultResult="CONTINUE",
    )
    before = hook(aws, "old", "first")
    names = {"GROUP": "first", "OLD_HOOK": "old", "QUEUE_ARN": QUEUE, "ROLE_ARN": ROLE}
    put = ("aws", "autoscaling", "put-lifecycle-hook")
    run(command_line, ORIGINAL, *put, has="QUEUE-ARN", **names)
    assert hook(aws, "old", "first") == {**before, "NotificationTargetARN": QUEUE, "RoleARN": ROLE}
    aws.client("sqs").create_queue(QueueName="old-hooks")
    old = {"OLD_QUEUE_ARN": OLD_QUEUE, "OLD_ROLE_ARN": OLD_ROLE}
    run(command_line, ORIGINAL, *put, has="OLD-QUEUE-ARN", **names, **old)
    assert hook(aws, "old", "first") == {**before, "NotificationTargetARN": OLD_QUEUE, "RoleARN": OLD_ROLE}
    run(command_line, ORIGINAL, "aws", "autoscaling", "delete-lifecycle-hook", **names)
    assert hook(aws, "old", "first") is None


def test_who_is_held_is_shown(aws, command_line):
    heading = "Moving here, upgrades, rollback, removal"
    words = ("aws", "autoscaling", "describe-auto-scaling-instances")
    assert json.loads(run(command_line, heading, *words)) == []
    autoscaling = aws.client("autoscaling")
    instance = autoscaling.describe_auto_scaling_instances()["AutoScalingInstances"][0]
    autoscaling.put_lifecycle_hook(
        AutoScalingGroupName=instance["AutoScalingGroupName"],
        LifecycleHookName="held",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )
    autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=instance["InstanceId"], ShouldDecrementDesiredCapacity=True
    )
    aws.advance(5)
    held = json.loads(run(command_line, heading, *words))
    assert held == [[instance["AutoScalingGroupName"], instance["InstanceId"]]]


def test_the_hook_of_managed_draining_is_found_and_deleted(aws, command_line):
    group = aws.client("ecs").describe_capacity_providers()["capacityProviders"][0]["autoScalingGroupProvider"]
    name = group["autoScalingGroupArn"].rsplit("/", 1)[1]
    words = ("aws", "autoscaling", "describe-lifecycle-hooks")
    assert "ecs-managed-draining-termination-hook" in json.loads(run(command_line, MANAGED, *words, GROUP=name))
    run(command_line, MANAGED, "aws", "autoscaling", "delete-lifecycle-hook", GROUP=name)
    assert "ecs-managed-draining-termination-hook" not in json.loads(run(command_line, MANAGED, *words, GROUP=name))


def test_the_old_subscription_is_taken_away(account):
    sns = account.client("sns")
    topic = sns.create_topic(Name="terminations")["TopicArn"]
    function = "arn:aws:lambda:us-east-1:123456789012:function:old"
    old = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)["SubscriptionArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)
    run(CommandLine(account, PROJECT, "us-east-1"), SNS, "aws", "sns", "unsubscribe", LAMBDAS_SUBSCRIPTION_ARN=old)
    left = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [(each["Protocol"], each["Endpoint"]) for each in left] == [("sqs", QUEUE)]


def test_an_old_schedule_is_disabled_and_enabled_again(account):
    events = account.client("events")
    events.put_rule(Name="old", ScheduleExpression="rate(1 minute)")
    for verb, state in (("disable-rule", "DISABLED"), ("enable-rule", "ENABLED")):
        run(CommandLine(account, PROJECT, "us-east-1"), ORIGINAL, "aws", "events", verb, OLD_RULE="old")
        assert events.describe_rule(Name="old")["State"] == state


def test_the_command_that_switches_managed_draining_off_is_taken(account):
    # Moto keeps the setting as it was, so this shows no more than that the AWS CLI and moto take the command.
    ecs = account.client("ecs")
    group = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/first"
    ecs.create_capacity_provider(name="first", autoScalingGroupProvider={"autoScalingGroupArn": group})
    command_line = CommandLine(account, PROJECT, "us-east-1")
    answer = run(command_line, MANAGED, "aws", "ecs", "update-capacity-provider", CAPACITY_PROVIDER="first")
    assert json.loads(answer)["capacityProvider"]["name"] == "first"


def test_each_command_of_aws_on_the_page_is_run_here():
    text = (PROJECT / "docs" / PAGE).read_text()
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    found = [each for heading in headings for each in commands(PAGE, heading) if each[0] == "aws"]
    assert len(found) == len(re.findall(r"^ {4,}aws ", text, re.M))
    assert sorted(" ".join(each[1:3]) for each in found) == [
        "autoscaling delete-lifecycle-hook",
        "autoscaling delete-lifecycle-hook",
        "autoscaling describe-auto-scaling-instances",
        "autoscaling describe-lifecycle-hooks",
        "autoscaling put-lifecycle-hook",
        "autoscaling put-lifecycle-hook",
        "ecs update-capacity-provider",
        "events disable-rule",
        "events enable-rule",
        "sns unsubscribe",
    ]
