"""Protects what a deployment has only if it is asked for: a key of one's own, a dashboard, an event bus, a boundary, topics. With all of them it is what
its template says. AWS is moto here.
"""

import ast
import json
import re

import pytest

from comparisons import test_functions  # noqa: F401
from release import CommandLine, account_with_bucket, deployed, parameters_of_the_page

STACK = "asg-drain-live"
WITH_THE_KEY = ["DeregisterRole", "TerminateRole", "LifecycleHookRole"]
ON_THE_BUS = {"Deregister": "DeregisterRole", "Terminate": "TerminateRole"}


@pytest.fixture(scope="module")
def account(release):
    """An account with the bucket of the code."""
    with account_with_bucket() as account:
        yield account


@pytest.fixture(scope="module")
def values(release, account):
    """The parameters, with all that is off unless somebody asks for it."""
    boundary = account.client("iam").create_policy(
        PolicyName="boundary",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        ),
    )
    account.client("events").create_event_bus(Name="drains")
    options = {
        "KmsKeyArn": account.client("kms").create_key()["KeyMetadata"]["Arn"],
        "EventBus": "drains",
        "LogRetentionDays": "90",
        "PermissionsBoundaryArn": boundary["Policy"]["Arn"],
        "Topics": account.client("sns").create_topic(Name="terminations")["TopicArn"],
    }
    return {**parameters_of_the_page(release), **options}


@pytest.fixture(scope="module")
def before(account, values):
    """What the account had before the deployment."""
    return account.everything()


@pytest.fixture(scope="module")
def template(account, release, values, before):
    """The template that the page's commands have deployed with these parameters."""
    aws = CommandLine(account, release, "us-east-1")
    aws.as_the_page_says("aws", "s3", "cp")
    aws.as_the_page_says("aws", "cloudformation", "deploy", **values)
    return deployed(account, STACK, values)


def policies_of(account, template, role):
    """The inline policies of a role by their names."""
    iam, name = account.client("iam"), template.physical_ids[role]
    documents = {
        each: iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"]
        for each in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }
    # Moto's CloudFormation stores what Python prints of some documents, and not their JSON.
    return {each: ast.literal_eval(text) if isinstance(text, str) else text for each, text in documents.items()}


def test_the_queues_have_the_key(account, template, values):
    sqs = account.client("sqs")
    queues = template.of_type("AWS::SQS::Queue").values()
    assert len(queues) == 4
    for properties in queues:
        url = sqs.get_queue_url(QueueName=properties["QueueName"])["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert attributes["KmsMasterKeyId"] == properties["KmsMasterKeyId"] == values["KmsKeyArn"]
        assert "SqsManagedSseEnabled" not in properties


def test_the_log_groups_have_the_key_and_keep_as_long_as_they_are_told(account, template, values):
    groups = {each["logGroupName"]: each for each in account.client("logs").describe_log_groups()["logGroups"]}
    expected = template.of_type("AWS::Logs::LogGroup").values()
    assert len(expected) == 3
    for properties in expected:
        assert properties["KmsKeyId"] == values["KmsKeyArn"]
        made = groups[properties["LogGroupName"]]
        assert int(made["retentionInDays"]) == 90
        assert "kmsKeyId" not in made, "compare it, then: moto's CloudFormation does not hand it on"


def test_the_roles_that_use_the_queues_may_use_the_key_and_no_other_role(account, template, values):
    policy = template.properties("KeyPolicy")
    assert policy["PolicyDocument"]["Statement"][0]["Resource"] == values["KmsKeyArn"]
    for role in template.of_type("AWS::IAM::Role"):
        found = policies_of(account, template, role).get(policy["PolicyName"])
        assert found == (policy["PolicyDocument"] if role in WITH_THE_KEY else None), role


def test_each_of_the_pair_may_put_events_on_the_bus(account, template):
    for name in ("Deregister", "Terminate"):
        policy = template.properties(f"{name}EventsPolicy")
        made = policies_of(account, template, ON_THE_BUS[name])[policy["PolicyName"]]
        assert made == policy["PolicyDocument"]
        [statement] = made["Statement"]
        assert statement["Resource"] == "arn:aws:events:us-east-1:123456789012:event-bus/drains"


def test_all_roles_have_the_boundary(account, template, values):
    iam = account.client("iam")
    for role, properties in template.of_type("AWS::IAM::Role").items():
        made = iam.get_role(RoleName=template.physical_ids[role])["Role"]
        assert properties["PermissionsBoundary"] == values["PermissionsBoundaryArn"]
        assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == values["PermissionsBoundaryArn"], role


def test_the_dashboard_is_what_cloudwatch_takes_and_shows_the_alarms_and_logs_that_are_there(account, template, values):
    # Moto's CloudFormation makes no alarms, and refuses a dashboard that shows them. So both are put by the API.
    shown = deployed(account, STACK, {**values, "WithDashboard": "true"})
    alarms = [name for name, each in shown.resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"]
    shown.physical_ids.update({name: name for name in alarms})
    cloudwatch = account.client("cloudwatch")
    for name in alarms:
        cloudwatch.put_metric_alarm(AlarmName=name, **shown.properties(name))
    [properties] = shown.of_type("AWS::CloudWatch::Dashboard").values()
    cloudwatch.put_dashboard(**properties)
    [made] = cloudwatch.list_dashboards()["DashboardEntries"]
    body = cloudwatch.get_dashboard(DashboardName=properties["DashboardName"])["DashboardBody"]
    assert (made["DashboardName"], json.loads(body)) == (
        properties["DashboardName"],
        json.loads(properties["DashboardBody"]),
    )
    arns = {each["AlarmArn"] for each in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert set(re.findall(r"arn:aws:cloudwatch:[^\"]+", body)) == arns != set()
    groups = {each["logGroupName"] for each in account.client("logs").describe_log_groups()["logGroups"]}
    named = set(re.findall(r"/aws/lambda/[\w-]+", body))
    assert named <= groups and named != set()
    cloudwatch.delete_dashboards(DashboardNames=[properties["DashboardName"]])
    cloudwatch.delete_alarms(AlarmNames=alarms)


def test_the_topic_s_subscription_is_what_sns_takes(account, template, values):
    sns = account.client("sns")
    [properties] = template.of_type("AWS::SNS::Subscription").values()
    assert sns.list_subscriptions()["Subscriptions"] == [], "compare it, then: moto's CloudFormation makes none"
    arn = sns.subscribe(**properties)["SubscriptionArn"]
    made = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    sns.unsubscribe(SubscriptionArn=arn)
    queue = template.resolve({"Fn::GetAtt": ["LifecycleQueue", "Arn"]})
    assert (made["TopicArn"], made["Endpoint"], made["Protocol"]) == (values["Topics"], queue, "sqs")
    assert made["RawMessageDelivery"] == "false"


def test_deleting_the_stack_leaves_nothing(account, release, template, before):
    CommandLine(account, release, "us-east-1").as_the_page_says("aws", "cloudformation", "delete-stack")
    assert account.everything() == before
