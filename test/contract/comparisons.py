"""What holds for each deployment, whatever made it: what is there is what its template says. AWS is moto here. A module imports those that count
for it, as tests of its own: they take its `account` and its `template`.
"""

import ast
import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

# What moto's CloudFormation does not create, or leaves out of what it creates, and says nothing of. For these there are
# cfn-lint, and the tests of the template in test/package.
SKIPPED = {
    "AWS::AutoScaling::LifecycleHook": "moto has hooks, but its CloudFormation has no model of them",
    "AWS::CloudWatch::Alarm": "moto has alarms, but its CloudFormation has no model of them",
    "AWS::Logs::QueryDefinition": "moto has neither the call nor a model of it",
    "AWS::Lambda::EventInvokeConfig": "moto has them, but its CloudFormation has no model of them",
    "AWS::S3::BucketPolicy": "moto has bucket policies, but its CloudFormation has no model of them",
    "AWS::SQS::QueuePolicy": "moto has queue policies, but its CloudFormation has no model of them",
}
LEFT_OUT = {
    "Architectures": "moto's CloudFormation does not hand it on to the function, which is then x86_64",
    "NotificationMetadata": "moto takes a hook's metadata, and does not show it",
    "NotificationTargetARN": "moto shows a hook's target and role as names of its own, whatever was put",
    "StackPolicyBody": "moto does not keep the policy that an update brings",
    "Outputs": "moto's stacks of change sets, which `aws cloudformation deploy` makes, have none",
    "Policies": "moto leaves a role's policies as they were when its stack is updated",
    "PublicAccessBlockConfiguration": "moto's CloudFormation does not hand it on to the bucket",
}
# Compared below, each in a test of its own.
COMPARED = {
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
}


def lint(path):
    """What cfn-lint says of a template: its errors and warnings, empty when there are none."""
    command = [Path(sys.executable).with_name("cfn-lint"), path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout


def test_the_hooks_are_what_auto_scaling_takes(account, template):
    autoscaling = account.client("autoscaling")
    hooks = template.of_type("AWS::AutoScaling::LifecycleHook").values()
    assert len({hook["AutoScalingGroupName"] for hook in hooks}) == len(hooks) > 0
    for hook in hooks:
        autoscaling.put_lifecycle_hook(**hook)
        which = {"AutoScalingGroupName": hook["AutoScalingGroupName"]}
        [put] = autoscaling.describe_lifecycle_hooks(**which)["LifecycleHooks"]
        autoscaling.delete_lifecycle_hook(**which, LifecycleHookName=hook["LifecycleHookName"])
        same = ("LifecycleHookName", "LifecycleTransition", "HeartbeatTimeout", "DefaultResult")
        assert {key: put[key] for key in same} == {key: hook[key] for key in same}
        assert put["NotificationTargetARN"].endswith(":my-queue"), LEFT_OUT["NotificationTargetARN"]
        assert "NotificationMetadata" not in put, f"compare it, then: {LEFT_OUT['NotificationMetadata']}"


def test_the_alarms_are_what_cloudwatch_takes(account, template):
    alarms = template.of_type("AWS::CloudWatch::Alarm")
    cloudwatch = account.client("cloudwatch")
    for name, alarm in alarms.items():
        cloudwatch.put_metric_alarm(AlarmName=name, **alarm)
    put = {each["AlarmName"]: each for each in cloudwatch.describe_alarms()["MetricAlarms"]}
    cloudwatch.delete_alarms(AlarmNames=[*put])
    assert {name: {key: put[name][key] for key in alarm} for name, alarm in alarms.items()} == alarms


def test_queues(account, template):
    sqs = account.client("sqs")
    queues = template.of_type("AWS::SQS::Queue")
    assert len(queues) == 4
    for properties in queues.values():
        url = sqs.get_queue_url(QueueName=properties["QueueName"])["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert attributes["MessageRetentionPeriod"] == str(properties["MessageRetentionPeriod"])
        assert attributes["SqsManagedSseEnabled"] == "true"
        assert attributes["VisibilityTimeout"] == str(properties.get("VisibilityTimeout", 30))
        assert json.loads(attributes.get("RedrivePolicy", "{}")) == properties.get("RedrivePolicy", {})


def test_roles_and_their_policies(account, template):
    iam = account.client("iam")
    roles = template.of_type("AWS::IAM::Role")
    assert len(roles) == 4
    for name, properties in roles.items():
        role = template.physical_ids[name]
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        assert trust == properties["AssumeRolePolicyDocument"]
        policies = {
            # Moto's CloudFormation stores what Python prints of the document, and not its JSON.
            policy: ast.literal_eval(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
        }
        assert policies == {each["PolicyName"]: each["PolicyDocument"] for each in properties["Policies"]}
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []


def test_functions(account, template):
    functions = template.of_type("AWS::Lambda::Function")
    assert len(functions) == 3
    for properties in functions.values():
        function = account.client("lambda").get_function(FunctionName=properties["FunctionName"])
        created = function["Configuration"]
        same = ("Handler", "Runtime", "Timeout", "MemorySize", "Environment", "Role", "Description")
        assert {key: created[key] for key in same} == {key: properties[key] for key in same}
        assert created["Architectures"] != properties["Architectures"], LEFT_OUT["Architectures"]
        zip_file = template.zips / properties["Code"]["S3Key"].rsplit("/", 1)[-1]
        digest = hashlib.sha256(zip_file.read_bytes()).digest()
        assert created["CodeSha256"] == base64.b64encode(digest).decode()


def test_functions_know_the_ids_of_the_roles_that_they_send_with(account, template):
    for name in ("Deregister", "Terminate"):
        function = template.properties(f"{name}LambdaFunction")["FunctionName"]
        created = account.client("lambda").get_function(FunctionName=function)["Configuration"]
        ids = [template.role_ids["DeregisterRole"], template.role_ids["TerminateRole"]]
        assert created["Environment"]["Variables"]["SENDER_ROLE_IDS"].split(",") == ids
        assert all(each.startswith("AROA") for each in ids)


def test_scheduled_rules_invoke_the_functions_with_their_inputs(account, template):
    events = account.client("events")
    rules = template.of_type("AWS::Events::Rule").values()
    scheduled = [rule for rule in rules if "ScheduleExpression" in rule]
    assert len(scheduled) == 3
    for properties in scheduled:
        rule = events.describe_rule(Name=properties["Name"])
        assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", properties["State"])
        assert events.list_targets_by_rule(Rule=properties["Name"])["Targets"] == properties["Targets"]


def test_the_event_source_mapping_is_of_the_lifecycle_queue_and_switched_off(account, template):
    [properties] = template.of_type("AWS::Lambda::EventSourceMapping").values()
    [mapping] = account.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    same = ("EventSourceArn", "BatchSize")
    assert {key: mapping[key] for key in same} == {key: properties[key] for key in same}
    assert mapping["FunctionArn"] == properties["FunctionName"]
    assert (mapping["State"], properties["Enabled"]) == ("Disabled", False)


def test_notices_go_to_the_lifecycle_queue_whose_policy_is_for_their_rule_alone(account, template):
    events = account.client("events")
    properties = template.properties("NoticesRule")
    name = template.physical_ids["NoticesRule"]
    rule = events.describe_rule(Name=name)
    assert json.loads(rule["EventPattern"]) == properties["EventPattern"]
    assert rule["State"] == properties["State"]
    assert events.list_targets_by_rule(Rule=name)["Targets"] == properties["Targets"]
    policies = template.of_type("AWS::SQS::QueuePolicy").values()
    statements = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    [statement] = [each for each in statements if each["Effect"] == "Allow"]
    assert [statement["Resource"]] == [each["Arn"] for each in properties["Targets"]]
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": [rule["Arn"]]}}


@pytest.mark.parametrize(
    "name",
    ["NoticesPolicy", "MonitorQueuePolicy", "LifecycleDeadLetterQueuePolicy", "MonitorDeadLetterQueuePolicy"],
)
def test_the_queue_policy_is_what_sqs_takes(account, template, name):
    queue_policy = template.of_type("AWS::SQS::QueuePolicy")[name]
    [url] = queue_policy["Queues"]
    sqs = account.client("sqs")
    document = json.dumps(queue_policy["PolicyDocument"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    put = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert json.loads(put) == queue_policy["PolicyDocument"]


def test_permissions_let_each_rule_invoke_its_function(account, template):
    permissions = template.of_type("AWS::Lambda::Permission")
    assert len(permissions) == 3
    for properties in permissions.values():
        policy = account.client("lambda").get_policy(FunctionName=properties["FunctionName"])["Policy"]
        [statement] = json.loads(policy)["Statement"]
        assert statement["Principal"] == {"Service": properties["Principal"]}
        assert statement["Action"] == properties["Action"]
        assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": properties["SourceArn"]}}


def test_log_groups_forget_after_a_while(account, template):
    groups = {
        # Moto keeps the number of a parameter as a text.
        each["logGroupName"]: int(each["retentionInDays"])
        for each in account.client("logs").describe_log_groups()["logGroups"]
    }
    expected = template.of_type("AWS::Logs::LogGroup").values()
    assert groups == {each["LogGroupName"]: each["RetentionInDays"] for each in expected}


# What CloudFormation cannot change without making another one in its place.
FIXED = {
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::AutoScaling::LifecycleHook": ("AutoScalingGroupName", "LifecycleHookName"),
}


def same_queues_and_hooks(before, now):
    """The queues and hooks that an update from one template to another would replace or delete. The stack's policy denies that."""
    return [
        name
        for name, resource in before.resources.items()
        if resource["Type"] in FIXED and fixed(now.resources.get(name)) != fixed(resource)
    ]


def fixed(resource):
    """What must stay of a queue or a hook."""
    if resource is None:
        return None
    properties = resource["Properties"]
    return resource["Type"], {key: properties.get(key) for key in FIXED[resource["Type"]]}
