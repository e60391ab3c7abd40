"""Protects the deployment: what the page's commands make of its thirty groups in eight clusters is what the packaged template says, also after
a change, an upgrade and a rollback; `info` finds it, `remove` leaves nothing of it. AWS is moto here, a second implementation of it; cfn-lint
judges the template by AWS's own schemas.
"""

import json
import re

import pytest

from comparisons import (  # noqa: F401
    COMPARED,
    LEFT_OUT,
    SKIPPED,
    lint,
    same_queues_and_hooks,
    test_functions,
    test_functions_know_the_ids_of_the_roles_that_they_send_with,
    test_log_groups_forget_after_a_while,
    test_notices_go_to_the_lifecycle_queue_whose_policy_is_for_their_rule_alone,
    test_permissions_let_each_rule_invoke_its_function,
    test_queues,
    test_roles_and_their_policies,
    test_scheduled_rules_invoke_the_functions_with_their_inputs,
    test_the_alarms_are_what_cloudwatch_takes,
    test_the_event_source_mapping_is_of_the_lifecycle_queue_and_switched_off,
    test_the_hooks_are_what_auto_scaling_takes,
    test_the_queue_policy_is_what_sqs_takes,
)
from moto_account import Account, run
from pages import command, commands
from processes import PROJECT, moto_url
from release import CommandLine
from stack_template import StackTemplate
from thirty_groups import CLUSTERS, GROUPS, PAGE, SECTION, block

NAMES = [f"cloudformation-template-{step}-stack.json" for step in ("create", "update")]
OTHER_ACCOUNT = "111111111111"


@pytest.fixture(scope="module")
def project(tmp_path_factory, release):
    """The release's npm package with the page's block in the place of its own, installed and packaged by the page's command."""
    unpacked = tmp_path_factory.mktemp("project")
    [npm] = [each for each in release.glob("asg-drain-*.tgz") if "cdk" not in each.name]
    run("tar", "--extract", "--file", npm, folder=unpacked)
    folder = unpacked / "package"
    serverless = folder / "serverless.yml"
    text = serverless.read_text()
    serverless.write_text(text[: text.index("custom:\n")] + block() + "\n" + text[text.index("  # ----") :])
    for each in parts(command(PAGE, SECTION, "npm", "ci")):
        run(*each, folder=folder)
    return folder


def parts(words):
    """The commands of a line that has `&&` between them."""
    end = words.index("&&") if "&&" in words else len(words)
    return [words[:end], *(parts(words[end + 1 :]) if end < len(words) else [])]


@pytest.fixture(scope="module")
def packaged(project):
    """The packaged template as it is before any deployment."""
    return template_in(project)


def template_in(project, ids=None, role_ids=None):
    """The template that was packaged last."""
    package = project / ".serverless"
    state = json.loads((package / "serverless-state.json").read_text())
    region = state["service"]["provider"]["region"]
    return StackTemplate.packaged(package / NAMES[1], region, ids or {}, role_ids)


@pytest.fixture(scope="module")
def account(packaged):
    """An account that has the Auto Scaling groups of the block, and nothing else."""
    with moto_url() as url:
        account = Account(url, packaged.region)
        for group in GROUPS:
            account.create_empty_group(group)
        yield account


@pytest.fixture(scope="module")
def aws(account, project):
    """The AWS CLI."""
    return CommandLine(account, project, account.region)


@pytest.fixture(scope="module")
def before(account):
    """What the account had before the deployment."""
    return account.everything()


@pytest.fixture(scope="module")
def stack_name(account, before, project):
    """The stack, deployed."""
    deploy(account, project)
    [stack] = account.client("cloudformation").describe_stacks()["Stacks"]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    return stack["StackName"]


def deploy(account, project):
    """Deploys by the page's command."""
    account.run(*command(PAGE, SECTION, "npx", "serverless", "deploy"), folder=project)


@pytest.fixture(scope="module")
def template(account, stack_name, project):
    """The template that was deployed, with the names that its resources got."""
    return deployed(account, stack_name, project)


def deployed(account, stack_name, project):
    """The template that was deployed last."""
    ids = account.physical_ids(stack_name)
    return template_in(project, ids, account.role_ids(ids, template_in(project).resources))


@pytest.mark.parametrize("name", NAMES)
def test_cfn_lint_finds_nothing(project, name):
    assert lint(project / ".serverless" / name) == ""


def test_the_functions_are_those_of_the_release(project, release):
    for name in ("deregister", "terminate", "scale-tasks"):
        [zipped] = release.glob(f"{name}-*.zip")
        assert (project / ".serverless" / f"{name}.zip").read_bytes() == zipped.read_bytes()


def test_cfn_lint_finds_nothing_with_the_block_as_it_is_committed():
    run("npm", "run", "package")
    assert lint(PROJECT / ".serverless" / NAMES[1]) == ""


def test_cfn_lint_finds_what_is_planted(project, tmp_path):
    text = (project / ".serverless" / NAMES[1]).read_text()
    path = tmp_path / "planted.json"
    path.write_text(text.replace("autoscaling:EC2_INSTANCE_TERMINATING", "autoscaling:EC2_INSTANCE_ENDING"))
    assert "'autoscaling:EC2_INSTANCE_ENDING' is not one of" in lint(path)


def test_each_kind_of_resource_is_compared_or_known_to_be_skipped(template):
    assert {each["Type"] for each in template.resources.values()} == COMPARED | set(SKIPPED)


@pytest.mark.parametrize("kind", SKIPPED)
def test_moto_still_skips(template, kind):
    skipped = [name for name, resource in template.resources.items() if resource["Type"] == kind]
    assert [name for name in skipped if name in template.physical_ids] == [], "compare it, then"


def test_each_of_the_thirty_groups_has_a_hook_and_the_roles_know_its_cluster(template):
    hooks = template.of_type("AWS::AutoScaling::LifecycleHook").values()
    assert [each["AutoScalingGroupName"] for each in hooks] == GROUPS
    policies = json.dumps([each["Policies"] for each in template.of_type("AWS::IAM::Role").values()])
    assert set(re.findall(r":cluster/([^\"]+)", policies)) == {*CLUSTERS, "*"}


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
    outputs = account.outputs(stack_name)
    assert outputs["LifecycleQueueArn"] == template.resolve({"Fn::GetAtt": ["LifecycleQueue", "Arn"]})
    assert outputs["LifecycleHookRoleArn"] == template.resolve({"Fn::GetAtt": ["LifecycleHookRole", "Arn"]})


def test_info_finds_the_stack(account, template, stack_name, project):
    printed = account.run("npx", "serverless", "info", folder=project)
    assert f"stack: {stack_name}" in printed
    for properties in template.of_type("AWS::Lambda::Function").values():
        assert properties["FunctionName"] in printed


def test_the_stack_policy_is_what_cloudformation_takes(account, stack_name, project):
    cloudformation = account.client("cloudformation")
    state = json.loads((project / ".serverless" / "serverless-state.json").read_text())
    policy = {"Statement": state["service"]["provider"]["stackPolicy"]}
    before = cloudformation.get_stack_policy(StackName=stack_name)
    assert "StackPolicyBody" not in before, f"compare it, then: {LEFT_OUT['StackPolicyBody']}"
    cloudformation.set_stack_policy(StackName=stack_name, StackPolicyBody=json.dumps(policy))
    put = cloudformation.get_stack_policy(StackName=stack_name)["StackPolicyBody"]
    assert json.loads(put) == policy


def test_a_hook_of_ones_own_is_put_by_the_page_s_command(account, aws, template):
    account.create_empty_group("GROUP")
    arns = {name: template.resolve({"Fn::GetAtt": [name, "Arn"]}) for name in ("LifecycleQueue", "LifecycleHookRole")}
    named = {"QUEUE-ARN": arns["LifecycleQueue"], "ROLE-ARN": arns["LifecycleHookRole"]}
    aws.run(*[named.get(each, each) for each in command(PAGE, SECTION, "aws", "autoscaling", "put-lifecycle-hook")])
    [hook] = account.client("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName="GROUP")["LifecycleHooks"]
    account.delete_group("GROUP")
    ours = next(iter(template.of_type("AWS::AutoScaling::LifecycleHook").values()))
    same = ("LifecycleHookName", "LifecycleTransition", "HeartbeatTimeout", "DefaultResult")
    assert {key: hook[key] for key in same} == {key: ours[key] for key in same}


# From here on the deployment changes.


def changed(project, path, *changes):
    """Changes a file of the project; gives what it was."""
    text = before = (project / path).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (project / path).write_text(text)
    return before


def test_another_group_and_the_end_of_the_dry_run_are_deployed(account, template, stack_name, project):
    changed(
        project, "serverless.yml", ("  dry_run: true\n", "  dry_run: false\n"), ("    - web-6-d\n", "    - web-6-d\n    - web-6-e\n")
    )
    deploy(account, project)
    now = deployed(account, stack_name, project)
    test_scheduled_rules_invoke_the_functions_with_their_inputs(account, now)
    test_functions(account, now)
    test_queues(account, now)
    inputs = [target.get("Input", "") for rule in now.of_type("AWS::Events::Rule").values() for target in rule["Targets"]]
    assert ['"dry_run":false' in each for each in inputs if each] == [True, True, True]
    account.create_empty_group("web-6-e")
    test_the_hooks_are_what_auto_scaling_takes(account, now)
    account.delete_group("web-6-e")
    hooks = {each["AutoScalingGroupName"] for each in now.of_type("AWS::AutoScaling::LifecycleHook").values()}
    assert hooks == {*GROUPS, "web-6-e"}
    assert same_queues_and_hooks(template, now) == []


def test_the_roles_of_the_change_are_what_it_says_where_it_is_deployed_anew(account, template, stack_name, project):
    now = deployed(account, stack_name, project)
    assert now.properties("TerminateRole") != template.properties("TerminateRole")
    with pytest.raises(AssertionError):
        test_roles_and_their_policies(account, now)
        pytest.fail(f"compare it there, then: {LEFT_OUT['Policies']}")
    other = account.of(OTHER_ACCOUNT)
    deploy(other, project)
    test_roles_and_their_policies(other, in_account(other, stack_name, project))


def in_account(account, stack_name, project):
    """The template as it was deployed in another account."""
    made = deployed(account, stack_name, project)
    return StackTemplate(made.resources, made.region, made.physical_ids, made.role_ids, made.zips, account.account_id)


def test_an_upgrade_and_a_rollback_change_the_code_and_nothing_that_holds(account, template, stack_name, project):
    version = json.loads((PROJECT / "package.json").read_text())["version"]
    files = ["package.json", "shared/base/version.ts"]
    were = {each: changed(project, each, (f'"{version}"', '"9.9.9"')) for each in files}
    for expected in ("9.9.9", version):
        deploy(account, project)
        now = deployed(account, stack_name, project)
        test_functions(account, now)
        test_queues(account, now)
        assert account.outputs(stack_name)["Version"] == expected
        assert same_queues_and_hooks(template, now) == []
        for path, text in were.items():
            (project / path).write_text(text)


def test_one_may_replace_by_the_page_s_command(account, aws, stack_name):
    aws.run(*command(PAGE, "Names that change", "aws", "cloudformation", "set-stack-policy"))
    put = account.client("cloudformation").get_stack_policy(StackName=stack_name)["StackPolicyBody"]
    assert [each["Effect"] for each in json.loads(put)["Statement"]] == ["Allow"]


REMOVING = "Removing it"


@pytest.mark.parametrize("name", ["LifecycleQueue", "MonitorQueue"])
def test_remove_refuses_while_a_message_waits(account, aws, template, project, name):
    sqs = account.client("sqs")
    queue = template.properties(name)["QueueName"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a drain")
    there = account.everything()
    printed = account.refuses(*command(PAGE, REMOVING, "npx", "serverless", "remove"), folder=project)
    assert f"- queue {queue}: 1 message\n" in printed
    assert "custom.remove_while_held" in printed
    assert account.everything() == there
    asked = command(PAGE, REMOVING, "aws", "sqs", "get-queue-attributes")
    assert json.loads(aws.run(*[url if each == "URL" else each for each in asked])) == ["1", "0"]
    sqs.purge_queue(QueueUrl=url)


def test_nobody_is_held_as_the_page_s_command_says(aws, stack_name):
    assert json.loads(aws.run(*command(PAGE, REMOVING, "aws", "autoscaling", "describe-auto-scaling-instances"))) == []


def test_remove_leaves_nothing(account, before, stack_name, project):
    # From now on there is nothing to compare any more.
    there = account.everything()
    assert there["functions"] != [] and there["queues"] != [] and there["roles"] != []
    account.run(*command(PAGE, REMOVING, "npx", "serverless", "remove"), folder=project)
    assert account.everything() == before
    stacks = account.client("cloudformation").list_stacks()["StackSummaries"]
    assert {each["StackStatus"] for each in stacks} == {"DELETE_COMPLETE"}


def test_each_command_of_the_page_is_run_here():
    text = (PROJECT / "docs" / PAGE).read_text()
    found = [each for heading in re.findall(r"^#+ (.*)$", text, re.M) for each in commands(PAGE, heading)]
    assert sorted(" ".join(each[:3]) for each in found if each[0] in ("aws", "npm", "npx")) == [
        "aws autoscaling describe-auto-scaling-instances",
        "aws autoscaling put-lifecycle-hook",
        "aws cloudformation set-stack-policy",
        "aws sqs get-queue-attributes",
        "npm ci &&",
        "npx serverless deploy",
        "npx serverless remove",
    ]
