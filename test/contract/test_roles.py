"""Protects least privilege of the roles that AWS's own services take, both ways: what AWS gives such a role in a policy of its own, ours has too, but for
what is listed here with its reason, and it has no more. Moto brings AWS's policies. The functions' own calls are in test/package/roles.test.ts.
"""

import json
import re

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from processes import PROJECT

AWS = json.loads(aws_managed_policies_data)
# What a policy of AWS's has and no role of ours needs.
NOT_NEEDED = {
    "sns:Publish": "The stack's hooks notify a queue. A hook that notifies a topic has a role of its own: docs/intake.md",
    "logs:CreateLogGroup": "The stack makes the log groups, so that they forget.",
}
# [the template, the role, its policies by name, AWS's policy, who takes the role]
ROLES = [
    ("template.json", "LifecycleHookRole", None, "AutoScalingNotificationAccessRole", "autoscaling.amazonaws.com"),
    ("task.json", "ExecutionRole", None, "AmazonECSTaskExecutionRolePolicy", "ecs-tasks.amazonaws.com"),
    ("template.json", "DeregisterRole", "log", "AWSLambdaBasicExecutionRole", "lambda.amazonaws.com"),
    ("template.json", "TerminateRole", "log", "AWSLambdaBasicExecutionRole", "lambda.amazonaws.com"),
    ("template.json", "ScaleTasksRole", "log", "AWSLambdaBasicExecutionRole", "lambda.amazonaws.com"),
]
# What IAM knows no resource for, or what may be in any account.
ON_ALL = {
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
}


def resources(release, template):
    """The resources of a template of the release."""
    return json.loads((release / template).read_text())["Resources"]


def statements(role, policy=None):
    """The statements of a role's inline policies, or of one of them."""
    policies = [each for each in role["Properties"]["Policies"] if policy in (None, each["PolicyName"])]
    assert policies
    return [statement for each in policies for statement in each["PolicyDocument"]["Statement"]]


def actions(found):
    """The actions of statements."""
    return {action for each in found for action in each["Action"]}


@pytest.mark.parametrize(("template", "name", "policy", "of_aws", "service"), ROLES, ids=[each[1] for each in ROLES])
def test_a_role_has_what_aws_gives_it_and_no_more(release, template, name, policy, of_aws, service):
    role = resources(release, template)[name]
    found = statements(role, policy)
    given = actions(AWS[of_aws]["Document"]["Statement"])
    assert actions(found) == given - NOT_NEEDED.keys()
    for each in found:
        assert each["Effect"] == "Allow" and "NotAction" not in each and "NotResource" not in each
        if each["Resource"] == ["*"]:
            assert set(each["Action"]) <= ON_ALL
        else:
            assert [*each["Resource"]] == ["Fn::GetAtt"], "one resource of the stack"
    trusted = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [(each["Principal"], each["Action"]) for each in trusted] == [({"Service": service}, "sts:AssumeRole")]


def test_lambda_may_poll_the_lifecycle_queue_as_aws_gives_it(release):
    found = statements(resources(release, "template.json")["DeregisterRole"], "queues")
    needed = {each for each in actions(AWS["AWSLambdaSQSQueueExecutionRole"]["Document"]["Statement"]) if each.startswith("sqs:")}
    [statement] = [each for each in found if each["Resource"] == {"Fn::GetAtt": ["LifecycleQueue", "Arn"]}]
    # A function that polls by itself knows the queue by its name.
    assert set(statement["Action"]) == needed | {"sqs:GetQueueUrl"}


def test_the_task_s_own_role_writes_no_log_and_gets_no_image(release):
    made = resources(release, "task.json")
    # Some of its statements are chosen by conditions, so its text is looked at.
    task = json.dumps(made["TaskRole"]["Properties"]["Policies"])
    execution = actions(statements(made["ExecutionRole"]))
    assert "sqs:SendMessage" in task and [each for each in execution if each in task] == []


def test_each_reason_is_needed():
    given = {action for *_, of_aws, _ in ROLES for action in actions(AWS[of_aws]["Document"]["Statement"])}
    assert NOT_NEEDED.keys() <= given


def test_the_role_of_the_example_for_slack_calls_the_rule_s_target_and_no_more():
    text = (PROJECT / "examples" / "events" / "slack.yml").read_text()
    named = dict(re.findall(r"^  (\w+):\n    Type: (\S+)$", text, re.M))
    [(target, role)] = re.findall(r"- Id: \w+\n +Arn: !GetAtt (\w+)\.Arn\n +RoleArn: !GetAtt (\w+)\.Arn\n", text)
    # What EventBridge asks for in the role's name to call such a target (EventBridge User Guide, "API destinations").
    asked = {"AWS::Events::ApiDestination": "events:InvokeApiDestination"}[named[target]]
    granted = re.findall(r"\{ Effect: (\w+), Action: \"([\w:*]+)\", Resource: !GetAtt (\w+)\.Arn \}", text)
    assert granted == [("Allow", asked, target)]
    assert text.count("Effect:") == 2, "what it may do, and who may take it"
    assert named[role] == "AWS::IAM::Role"
    assert re.findall(r"Principal: (\{[^}]*\})", text) == ["{ Service: events.amazonaws.com }"]
