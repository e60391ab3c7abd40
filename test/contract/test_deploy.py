"""Protects the deployment: what `serverless deploy` creates is what the packaged template says, `info` finds it, `remove`
leaves nothing of it. AWS is moto here, a second implementation of it; cfn-lint judges the template by AWS's own schemas.
"""

import ast
import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from moto_account import Account, run
from processes import PROJECT, moto_url
from stack_template import StackTemplate

PACKAGE = PROJECT / ".serverless"
TEMPLATES = [PACKAGE / f"cloudformation-template-{step}-stack.json" for step in ("create", "update")]

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


@pytest.fixture(scope="module")
def packaged():
    """The packaged template as it is before any deployment."""
    run("npm", "run", "package")
    state = json.loads((PACKAGE / "serverless-state.json").read_text())
    return StackTemplate.packaged(TEMPLATES[1], state["service"]["provider"]["region"], {})


@pytest.fixture(scope="module")
def account(packaged):
    """An account that has the Auto Scaling group which serverless.yml's block names, and nothing else."""
    with moto_url() as url:
        account = Account(url, packaged.region)
        account.create_empty_group(packaged.resources["LifecycleHook"]["Properties"]["AutoScalingGroupName"])
        yield account


@pytest.fixture(scope="module")
def before(account):
    """What the account had before the deployment."""
    return account.everything()


@pytest.fixture(scope="module")
def stack_name(account, before):
    """The stack, deployed."""
    account.serverless("deploy")
    [stack] = account.client("cloudformation").describe_stacks()["Stacks"]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    return stack["StackName"]


@pytest.fixture(scope="module")
def template(packaged, account, stack_name):
    """The template that was deployed, with the names that its resources got."""
    ids = account.physical_ids(stack_name)
    role_ids = account.role_ids(ids, packaged.resources)
    return StackTemplate.packaged(TEMPLATES[1], packaged.region, ids, role_ids)


def lint(path):
    """What cfn-lint says of a template: its errors and warnings, empty when there are none."""
    command = [Path(sys.executable).with_name("cfn-lint"), path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_cfn_lint_finds_nothing(packaged, path):
    assert lint(path) == ""


def test_cfn_lint_finds_nothing_in_thirty_groups(packaged, tmp_path):
    packaged_of_thirty_groups(tmp_path)
    path = tmp_path / ".serverless" / TEMPLATES[1].name
    hooks = [
        each["Properties"]
        for each in json.loads(path.read_text())["Resources"].values()
        if each["Type"] == "AWS::AutoScaling::LifecycleHook"
    ]
    assert len(hooks) == 30
    assert lint(path) == ""


def packaged_of_thirty_groups(folder):
    """Packages a copy of the project with the block of examples/blocks, as docs/deployment.md says."""
    for name in ("functions", "shared", "deploy", "node_modules", "package.json"):
        (folder / name).symlink_to(PROJECT / name)
    text = (PROJECT / "serverless.yml").read_text()
    start, end = text.index("custom:\n"), text.index("  # ----")
    block = (PROJECT / "examples/blocks/thirty-groups.yml").read_text()
    (folder / "serverless.yml").write_text(text[:start] + block + text[end:])
    done = subprocess.run(
        [PROJECT / "node_modules/.bin/serverless", "package"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_cfn_lint_finds_what_is_planted(packaged, tmp_path):
    planted = json.loads(TEMPLATES[1].read_text())
    planted["Resources"]["LifecycleHook"]["Properties"]["LifecycleTransition"] = (
        "autoscaling:EC2_INSTANCE_ENDING"
    )
    path = tmp_path / "planted.json"
    path.write_text(json.dumps(planted))
    assert "'autoscaling:EC2_INSTANCE_ENDING' is not one of" in lint(path)


def test_each_kind_of_resource_is_compared_or_known_to_be_skipped(template):
    assert {each["Type"] for each in template.resources.values()} == COMPARED | set(SKIPPED)


@pytest.mark.parametrize("kind", SKIPPED)
def test_moto_still_skips(template, kind):
    skipped = [name for name, resource in template.resources.items() if resource["Type"] == kind]
    assert [name for name in skipped if name in template.physical_ids] == [], "compare it, then"


def test_the_hook_is_what_auto_scaling_takes(account, template):
    [hook] = template.of_type("AWS::AutoScaling::LifecycleHook").values()
    autoscaling = account.client("autoscaling")
    autoscaling.put_lifecycle_hook(**hook)
    which = {"AutoScalingGroupName": hook["AutoScalingGroupName"]}
    [put] = autoscaling.describe_lifecycle_hooks(**which)["LifecycleHooks"]
    autoscaling.delete_lifecycle_hook(**which, LifecycleHookName=hook["LifecycleHookName"])
    made_up = {"NotificationTargetARN", "RoleARN"}
    assert {key: put[key] for key in hook.keys() - made_up} == {key: hook[key] for key in hook.keys() - made_up}
    assert put["NotificationTargetARN"].endswith(":my-queue"), LEFT_OUT["NotificationTargetARN"]


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
        zip_file = template.zips / properties["Code"]["S3Key"].rsplit("/", 1)[1]
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


def test_bucket_of_the_deployment_is_encrypted(account, template):
    s3 = account.client("s3")
    [(name, properties)] = template.of_type("AWS::S3::Bucket").items()
    bucket = template.physical_ids[name]
    encryption = s3.get_bucket_encryption(Bucket=bucket)
    [rule] = encryption["ServerSideEncryptionConfiguration"]["Rules"]
    [wanted] = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ApplyServerSideEncryptionByDefault"] == wanted["ServerSideEncryptionByDefault"]
    assert all(properties["PublicAccessBlockConfiguration"].values())
    with pytest.raises(s3.exceptions.ClientError, match="public access block configuration was not found"):
        s3.get_public_access_block(Bucket=bucket)
        pytest.fail(f"compare it, then: {LEFT_OUT['PublicAccessBlockConfiguration']}")


def test_outputs_are_what_a_further_hook_needs(account, template, stack_name):
    [stack] = account.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert outputs["LifecycleQueueArn"] == template.resolve({"Fn::GetAtt": ["LifecycleQueue", "Arn"]})
    assert outputs["LifecycleHookRoleArn"] == template.resolve({"Fn::GetAtt": ["LifecycleHookRole", "Arn"]})


def test_info_finds_the_stack(account, template, stack_name):
    printed = account.serverless("info")
    assert f"stack: {stack_name}" in printed
    for properties in template.of_type("AWS::Lambda::Function").values():
        assert properties["FunctionName"] in printed


def test_the_stack_policy_is_what_cloudformation_takes(account, stack_name):
    cloudformation = account.client("cloudformation")
    state = json.loads((PACKAGE / "serverless-state.json").read_text())
    policy = {"Statement": state["service"]["provider"]["stackPolicy"]}
    before = cloudformation.get_stack_policy(StackName=stack_name)
    assert "StackPolicyBody" not in before, f"compare it, then: {LEFT_OUT['StackPolicyBody']}"
    cloudformation.set_stack_policy(StackName=stack_name, StackPolicyBody=json.dumps(policy))
    put = cloudformation.get_stack_policy(StackName=stack_name)["StackPolicyBody"]
    assert json.loads(put) == policy


def test_the_hooks_of_thirty_groups_are_what_auto_scaling_takes(account, packaged, tmp_path):
    packaged_of_thirty_groups(tmp_path)
    path = tmp_path / ".serverless" / TEMPLATES[1].name
    of_groups = StackTemplate.packaged(path, packaged.region, {})
    autoscaling = account.client("autoscaling")
    for name, resource in of_groups.resources.items():
        if resource["Type"] != "AWS::AutoScaling::LifecycleHook":
            continue
        hook = {**resource["Properties"], "NotificationTargetARN": "queue", "RoleARN": "role"}
        group = hook["AutoScalingGroupName"]
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=group,
            LaunchConfigurationName="existing",
            AvailabilityZones=[f"{packaged.region}a"],
            MinSize=0,
            MaxSize=0,
        )
        autoscaling.put_lifecycle_hook(**hook)
        [put] = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=group)["LifecycleHooks"]
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=group, ForceDelete=True)
        same = {"LifecycleHookName", "LifecycleTransition", "HeartbeatTimeout", "DefaultResult"}
        assert {key: put[key] for key in same} == {key: hook[key] for key in same}, name
        assert "NotificationMetadata" not in put, f"compare it, then: {LEFT_OUT['NotificationMetadata']}"


@pytest.mark.parametrize("name", ["LifecycleQueue", "MonitorQueue"])
def test_remove_refuses_while_a_message_waits(account, template, name):
    sqs = account.client("sqs")
    queue = template.properties(name)["QueueName"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a drain")
    there = account.everything()
    printed = account.serverless_refuses("remove")
    assert f"- queue {queue}: 1 message\n" in printed
    assert "custom.remove_while_held" in printed
    assert account.everything() == there
    sqs.purge_queue(QueueUrl=url)


def test_remove_leaves_nothing(account, before, stack_name):
    # The last test here: from now on there is nothing to compare any more.
    there = account.everything()
    assert there["functions"] != [] and there["queues"] != [] and there["roles"] != []
    account.serverless("remove")
    assert account.everything() == before
    stacks = account.client("cloudformation").list_stacks()["StackSummaries"]
    assert {each["StackStatus"] for each in stacks} == {"DELETE_COMPLETE"}
