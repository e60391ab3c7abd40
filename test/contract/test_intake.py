"""Protects docs/intake.md: what a release makes of topics and hooks is what AWS takes, messages come through, and so are the page's commands.
AWS is moto here. Its CloudFormation makes no subscriptions and says nothing of it, so the template's are put by the API.
"""

import json

import pytest

from pages import command
from release import CommandLine, account_with_bucket, deployed, parameters_of_the_page

INTAKE = "intake.md"
STACK = "asg-drain-live"
OTHER = "111111111111"
ACTION = {
    "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
    "LifecycleHookName": "drain",
    "AutoScalingGroupName": "web-a",
    "EC2InstanceId": "i-0123456789abcdef0",
    "LifecycleActionToken": "87654321-4321-4321-4321-210987654321",
}


@pytest.fixture(scope="module")
def account(release):
    """An account with the bucket of the code, and a topic."""
    with account_with_bucket() as account:
        yield account


@pytest.fixture(scope="module")
def topics(account):
    """The ARNs of the topics that the deployment is given."""
    sns = account.client("sns")
    return [sns.create_topic(Name=name)["TopicArn"] for name in ("terminations", "more")]


@pytest.fixture(scope="module")
def values(release, topics):
    """The parameters, with an empty place between the topics."""
    named = {"Topics": f"{topics[0]},,{topics[1]}", "LifecycleEventHooks": "drain"}
    return {**parameters_of_the_page(release), **named}


@pytest.fixture(scope="module")
def aws(account, release, values):
    """The AWS CLI in the folder of the release, which is deployed."""
    aws = CommandLine(account, release, "us-east-1")
    aws.as_the_page_says("aws", "s3", "cp")
    aws.as_the_page_says("aws", "cloudformation", "deploy", **values)
    return aws


@pytest.fixture(scope="module")
def template(account, aws, values):
    """The template that was deployed."""
    return deployed(account, STACK, values)


@pytest.fixture
def received(account, aws):
    """Receives what is on the lifecycle queue, and takes it off."""
    sqs = account.client("sqs")
    url = sqs.get_queue_url(QueueName="asg-drain-live-lifecycle")["QueueUrl"]

    def received():
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for each in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in found]

    return received


@pytest.fixture(scope="module")
def without_schedules(account, aws):
    """Takes the targets of schedules away: moto takes a rule without a pattern to match each event, and fails for what is no queue."""
    events = account.client("events")
    for rule in events.list_rules()["Rules"]:
        if "ScheduleExpression" in rule:
            targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            events.remove_targets(Rule=rule["Name"], Ids=[each["Id"] for each in targets])


def test_a_message_comes_through_each_topic_in_its_envelope(account, template, received, topics):
    sns = account.client("sns")
    for subscription in template.of_type("AWS::SNS::Subscription").values():
        sns.subscribe(**subscription)
    for topic in topics:
        sns.publish(TopicArn=topic, Subject="Auto Scaling", Message=json.dumps(ACTION))
    messages = received()
    assert sorted(each["TopicArn"] for each in messages) == sorted(topics)
    assert [json.loads(each["Message"]) for each in messages] == [ACTION, ACTION]


@pytest.mark.parametrize(
    ("changed", "comes"),
    [({}, True), ({"LifecycleHookName": "another"}, False), ({"AutoScalingGroupName": "others"}, False)],
    ids=["a hook and a group that are named", "another hook", "another group"],
)
def test_the_rule_brings_the_lifecycle_actions_of_its_hooks_and_groups(
    account, without_schedules, received, changed, comes
):
    detail = {**ACTION, **changed}
    account.client("events").put_events(
        Entries=[
            {
                "Source": "aws.autoscaling",
                "DetailType": "EC2 Instance-terminate Lifecycle Action",
                "Detail": json.dumps(detail),
            }
        ]
    )
    assert [each["detail"] for each in received()] == ([detail] if comes else [])


def test_both_functions_know_the_hooks(template, topics):
    rules = template.of_type("AWS::Events::Rule").values()
    inputs = [json.loads(target["Input"]) for rule in rules for target in rule["Targets"] if "Input" in target]
    pair = [each for each in inputs if "services" not in each]
    assert len(pair) == 2
    for each in pair:
        assert [topic for topic in each["lifecycle_topic_arns"] if topic] == topics
        assert each["lifecycle_hook_names"] == ["drain"]


@pytest.mark.parametrize("section", ["Through a topic", "Through an EventBridge rule"])
def test_the_hooks_of_the_page_are_what_auto_scaling_takes(account, aws, section, topics):
    account.create_empty_group("GROUP")
    aws.run(*command(INTAKE, section, "aws", "autoscaling", "put-lifecycle-hook"))
    [hook] = account.client("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName="GROUP")["LifecycleHooks"]
    account.delete_group("GROUP")
    assert (hook["LifecycleHookName"], hook["DefaultResult"]) == ("drain", "CONTINUE")


def test_another_accounts_topic_lets_this_account_subscribe(account, aws):
    other = account.of(OTHER)
    topic = other.client("sns").create_topic(Name="central")["TopicArn"]
    words = command(INTAKE, "Through a topic", "aws", "sns", "add-permission")
    CommandLine(other, ".", "us-east-1").run(*[topic if each == "TOPIC-ARN" else each for each in words])
    policy = json.loads(other.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    [added] = [each for each in policy["Statement"] if each["Sid"] == "asg-drain"]
    assert (added["Action"], added["Principal"]) == ("SNS:Subscribe", {"AWS": "arn:aws:iam::210987654321:root"})


def test_deleting_the_stack_ends_the_rule(account, aws):
    aws.as_the_page_says("aws", "cloudformation", "delete-stack")
    assert account.client("events").list_rules()["Rules"] == []
