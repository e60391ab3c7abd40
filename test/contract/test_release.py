"""Protects a release: its files are the same whenever they are made, and what they deploy by the AWS CLI alone is what its
template says: thirty groups in eight clusters, also after a change, an upgrade and a rollback. The commands are the page's. AWS is moto here.
"""

import json
import re
import shutil
import subprocess
import tarfile

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
    test_permissions_let_each_rule_invoke_its_function,
    test_queues,
    test_roles_and_their_policies,
    test_scheduled_rules_invoke_the_functions_with_their_inputs,
    test_the_alarms_are_what_cloudwatch_takes,
    test_the_event_source_mapping_is_of_the_lifecycle_queue_and_switched_off,
    test_the_hooks_are_what_auto_scaling_takes,
    test_the_queue_policy_is_what_sqs_takes,
)
from pages import command, commands
from processes import PROJECT
from release import (
    PAGE,
    SECTION,
    CommandLine,
    account_with_bucket,
    copy_of_project,
    deployed,
    make_release,
    parameters_of_the_page,
)
from thirty_groups import CLUSTERS, GROUPS, PARAMETERS

STACK = "asg-drain-live"
OTHER_ACCOUNT = "111111111111"


@pytest.fixture(scope="module")
def account(release):
    """An account with a bucket for the code, the thirty groups, and nothing else."""
    with account_with_bucket() as account:
        for group in GROUPS:
            account.create_empty_group(group)
        yield account


@pytest.fixture(scope="module")
def before(account):
    """What the account had before the deployment."""
    return account.everything()


@pytest.fixture(scope="module")
def aws(account, before, release, values):
    """The AWS CLI in the folder of the release, which is deployed."""
    aws = CommandLine(account, release, "us-east-1")
    aws.as_the_page_says("aws", "s3", "cp")
    aws.as_the_page_says("aws", "cloudformation", "deploy", **values)
    return aws


@pytest.fixture(scope="module")
def values(release):
    """The parameters of the page, with thirty groups in eight clusters."""
    # Moto fails to update a stack with a rule that a condition leaves out.
    return {**parameters_of_the_page(release), **PARAMETERS, "LifecycleEventHooks": "drain"}


@pytest.fixture(scope="module")
def template(account, aws, values):
    """The template that was deployed."""
    return deployed(account, STACK, values)


@pytest.mark.parametrize("name", ["template.json", "core-*.json"])
def test_cfn_lint_finds_nothing(release, name):
    [path] = release.glob(name)
    assert lint(path) == ""


def test_the_sums_are_those_of_all_files(release):
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=release, check=True)
    summed = {line.split()[1] for line in (release / "SHA256SUMS").read_text().splitlines()}
    assert summed == {each.name for each in release.iterdir()} - {"SHA256SUMS"}


def test_the_same_files_come_out_in_another_folder_and_time_zone(release, tmp_path):
    copy_of_project(tmp_path)
    # By hard links, if that is the same disk. Through a symbolic link, source maps would have other paths.
    modules = PROJECT / "node_modules"
    if subprocess.run(["cp", "-al", modules, tmp_path], capture_output=True).returncode != 0:
        subprocess.run(["cp", "-a", modules, tmp_path], check=True)
    make_release(tmp_path, TZ="Pacific/Kiritimati")
    assert (tmp_path / "release" / "SHA256SUMS").read_text() == (release / "SHA256SUMS").read_text()


def components_of(bill):
    """The names of what a bill of materials lists, with their versions. Each has a licence."""
    assert bill["bomFormat"] == "CycloneDX"
    assert [each["name"] for each in bill["components"] if not each.get("licenses")] == []
    known = {bill["metadata"]["component"]["bom-ref"], *(each["bom-ref"] for each in bill["components"])}
    assert known == {each["ref"] for each in bill["dependencies"]}
    assert {to for each in bill["dependencies"] for to in each.get("dependsOn", [])} <= known
    return {f"{each['group']}/{each['name']}" if each.get("group") else each["name"]: each["version"] for each in bill["components"]}


def test_the_bill_has_all_that_the_functions_are_made_of(release):
    dependencies = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    assert dependencies.items() <= components_of(json.loads((release / "bom.json").read_text())).items()


def test_the_program_s_bill_has_what_is_bundled_with_the_program_and_nothing_else(release):
    components = components_of(json.loads((release / "program-bom.json").read_text()))
    [packed] = release.glob(f"asg-drain-{json.loads((PROJECT / 'package.json').read_text())['version']}.tgz")
    with tarfile.open(packed) as archive:
        licences = archive.extractfile("package/bin/LICENSES.txt").read().decode()
    bundled = dict(re.findall(r"^(\S+) (\d[\w.-]+): \S", licences, re.M))
    assert {"commander", "sinon", "yaml", "zod"} <= bundled.keys()
    assert components == bundled


def test_the_deployment_has_what_its_parameters_say(template):
    inputs = [
        json.loads(rule["Targets"][0]["Input"])
        for rule in template.of_type("AWS::Events::Rule").values()
        if "ScheduleExpression" in rule
    ]
    assert [each["dry_run"] for each in inputs] == [True, True, True]
    [terminate] = [each for each in inputs if "queue_name" in each]
    assert [each for each in terminate["auto_scaling_groups"] if each] == GROUPS
    assert terminate["cluster_names"] == CLUSTERS
    hooks = template.of_type("AWS::AutoScaling::LifecycleHook").values()
    assert [hook["AutoScalingGroupName"] for hook in hooks] == GROUPS


def test_each_kind_of_resource_is_compared_or_known_to_be_skipped(template):
    kinds = {each["Type"] for each in template.resources.values()}
    assert kinds == (COMPARED | set(SKIPPED)) - {"AWS::S3::Bucket", "AWS::S3::BucketPolicy"}


def test_the_stack_policy_is_what_cloudformation_takes(account, aws, release):
    aws.as_the_page_says("aws", "cloudformation", "set-stack-policy")
    put = account.client("cloudformation").get_stack_policy(StackName=STACK)["StackPolicyBody"]
    assert json.loads(put) == json.loads((release / "stack-policy.json").read_text())


def test_the_hook_of_the_page_is_what_auto_scaling_takes(account, aws):
    account.create_empty_group("GROUP")
    aws.run(*command(PAGE, "A hook of your own", "aws", "autoscaling", "put-lifecycle-hook"))
    [hook] = account.client("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName="GROUP")["LifecycleHooks"]
    account.delete_group("GROUP")
    assert (hook["HeartbeatTimeout"], hook["DefaultResult"]) == (3600, "CONTINUE")


def test_the_outputs_are_asked_for(account, aws):
    answer = json.loads(aws.as_the_page_says("aws", "cloudformation", "describe-stacks"))
    assert answer in (None, []), f"compare them, then: {LEFT_OUT['Outputs']}"


# From here on the deployment changes.


@pytest.fixture(scope="module")
def changed(values):
    """The parameters with a group less, another time, and an end of the dry run."""
    fewer = ",".join("" if each == GROUPS[1] else each for each in GROUPS)
    return {**values, "Groups": fewer, "DrainTimeoutSeconds": "900", "DryRun": "false"}


def test_a_change_of_parameters_changes_what_they_say(account, aws, template, changed):
    aws.as_the_page_says("aws", "cloudformation", "deploy", **changed)
    now = deployed(account, STACK, changed)
    test_scheduled_rules_invoke_the_functions_with_their_inputs(account, now)
    hooks = now.of_type("AWS::AutoScaling::LifecycleHook")
    assert [each["AutoScalingGroupName"] for each in hooks.values()] == [GROUPS[0], *GROUPS[2:]]
    # Each group that stays keeps its hook. The stack's policy denies to delete the other, as the page says.
    assert same_queues_and_hooks(template, now) == ["LifecycleHook2"]


def test_the_roles_of_the_change_are_what_it_says_where_it_is_deployed_anew(account, aws, release, changed):
    with pytest.raises(AssertionError):
        test_roles_and_their_policies(account, deployed(account, STACK, changed))
        pytest.fail(f"compare them there, then: {LEFT_OUT['Policies']}")
    other, bucket = account.of(OTHER_ACCOUNT), "others-code"
    other.create_bucket(bucket)
    elsewhere = CommandLine(other, release, "us-east-1", bucket)
    elsewhere.as_the_page_says("aws", "s3", "cp")
    elsewhere.as_the_page_says("aws", "cloudformation", "deploy", **{**changed, "CodeBucket": bucket})
    test_roles_and_their_policies(other, deployed(other, STACK, {**changed, "CodeBucket": bucket}))


def test_an_upgrade_and_the_way_back_change_the_code(account, aws, template, values, release, tmp_path):
    later = tmp_path / "later"
    shutil.copytree(release, later)
    text = (later / "template.json").read_text()
    for zip_file in later.glob("*.zip"):
        name = zip_file.name.replace("0.1.0", "9.9.9")
        # As long as the zip's end is its own, what stands before it counts for nothing.
        (later / name).write_bytes(b"#" + zip_file.read_bytes())
        text = text.replace(zip_file.name, name)
        zip_file.unlink()
    (later / "template.json").write_text(text)
    for folder in (later, release):
        aws = CommandLine(account, folder, "us-east-1")
        aws.as_the_page_says("aws", "s3", "cp")
        aws.as_the_page_says("aws", "cloudformation", "deploy", **values)
        now = deployed(account, STACK, values, folder)
        test_functions(account, now)
        test_queues(account, now)
        assert same_queues_and_hooks(template, now) == []


def test_deleting_the_stack_leaves_nothing(account, aws, before):
    aws.as_the_page_says("aws", "cloudformation", "delete-stack")
    assert account.everything() == before


def test_each_command_of_the_page_is_run():
    text = (PROJECT / "docs" / PAGE).read_text()
    found = [each for heading in re.findall(r"^## (.*)$", text, re.M) for each in commands(PAGE, heading)]
    by_tool = {
        "here": [
            "aws autoscaling put-lifecycle-hook",
            "aws cloudformation delete-stack",
            "aws cloudformation deploy",
            "aws cloudformation describe-stacks",
            "aws cloudformation set-stack-policy",
            "aws s3 cp",
        ],
        "test_cdk.py": ["aws cloudformation set-stack-policy", "npm install"],
        "test_terraform.py": ["mkdir -p", "unzip"],
        "three_accounts.py": [
            "aws cloudformation create-stack-instances",
            "aws cloudformation create-stack-instances",
            "aws cloudformation create-stack-set",
            "aws cloudformation delete-stack-instances",
            "aws cloudformation delete-stack-set",
            "aws cloudformation update-stack-set",
            "aws s3 cp",
            "aws s3 cp",
        ],
    }
    length = {"aws": 3, "npm": 2, "mkdir": 2, "unzip": 1}
    told = sorted(" ".join(each[: length[each[0]]]) for each in found)
    assert told == sorted(each for names in by_tool.values() for each in names)
