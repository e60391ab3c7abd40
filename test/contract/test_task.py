"""Protects docs/as-a-task.md: the template of a task is what CloudFormation and AWS take, and so are the page's commands, and the Dockerfile is
one that a linter finds nothing in. Nothing here builds it. AWS is moto here.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from comparisons import lint
from pages import command
from processes import PROJECT
from release import BUCKET, CommandLine, account_with_bucket

PAGE = "as-a-task.md"
STACK = "asg-drain-task"


@pytest.fixture(scope="module")
def account():
    """An account with a bucket, and the cluster of the tools."""
    with account_with_bucket() as account:
        account.client("ecs").create_cluster(clusterName="tools")
        yield account


@pytest.fixture(scope="module")
def aws(account, release):
    """The AWS CLI in the folder of the release, with which the page's command has deployed the task."""
    aws = CommandLine(account, release, "us-east-1")
    parameters = json.loads((release / "task.json").read_text())["Parameters"]
    words = [each.replace("BUCKET", BUCKET) for each in command(PAGE, "The task", "aws", "cloudformation", "deploy")]
    named = {each.split("=", 1)[0] for each in words if "=" in each}
    # Moto takes each for changed that was not named before.
    others = [f"{name}={each['Default']}" for name, each in parameters.items() if "Default" in each and name not in named]
    aws.run(*words, *others)
    return aws


def hadolint(path):
    """What hadolint says of a Dockerfile."""
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, "--no-color", path], capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout


def test_cfn_lint_finds_nothing(release):
    assert lint(release / "task.json") == ""


def test_hadolint_finds_nothing_in_the_dockerfile():
    assert hadolint(PROJECT / "deploy/task/Dockerfile") == ""


def test_hadolint_finds_what_is_planted(tmp_path):
    planted = tmp_path / "Dockerfile"
    planted.write_text((PROJECT / "deploy/task/Dockerfile").read_text().replace("node:24-slim\n", "node\n"))
    assert "DL3006" in hadolint(planted)


def test_the_dockerfile_copies_what_is_there():
    text = (PROJECT / "deploy/task/Dockerfile").read_text()
    sources = [
        word
        for line in text.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    assert sources
    kept = (PROJECT / "deploy/task/Dockerfile.dockerignore").read_text()
    for each in sources:
        assert (PROJECT / each).exists(), each
        assert f"!{each.removeprefix('./')}\n" in kept


def test_the_task_runs_with_its_role_and_queue(account, aws):
    ecs = account.client("ecs")
    [arn] = ecs.list_task_definitions(familyPrefix="asg-drain-live")["taskDefinitionArns"]
    definition = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    [container] = definition["containerDefinitions"]
    assert container["image"] == "IMAGE"
    told = json.loads(container["command"][-1])
    queues = account.client("sqs").list_queues()["QueueUrls"]
    assert told["queue_name"] in {url.rsplit("/", 1)[1] for url in queues}
    assert [each for each in told["auto_scaling_groups"] if each] == ["web-a", "web-b"]
    iam = account.client("iam")
    # Moto's CloudFormation does not hand the role on to the task definition.
    role = iam.get_role(RoleName=account.physical_ids(STACK)["TaskRole"])["Role"]
    [senders] = [each["value"] for each in container["environment"] if each["name"] == "SENDER_ROLE_IDS"]
    assert senders == role["RoleId"]
    names = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    assert sorted(names) == ["drain", "finish", "lifecycle-actions", "queues"]


def test_the_service_keeps_one_task(account, aws):
    ecs = account.client("ecs")
    [service] = ecs.describe_services(cluster="tools", services=["asg-drain-live"])["services"]
    assert service["desiredCount"] == 1


def test_the_hook_of_the_page_is_what_auto_scaling_takes(account, aws):
    account.create_empty_group("GROUP")
    aws.run(*command(PAGE, "Try it", "aws", "autoscaling", "put-lifecycle-hook"))
    [hook] = account.client("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName="GROUP")["LifecycleHooks"]
    assert hook["LifecycleHookName"] == "asg-drain-live"


def test_a_task_is_started_once_by_the_page_s_command():
    words = command(PAGE, "The task", "aws", "ecs", "run-task")
    overrides = json.loads(words[words.index("--overrides") + 1])
    [container] = overrides["containerOverrides"]
    done = subprocess.run(
        ["npm", "run", "--silent", "asg-drain", "--", *container["command"], "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, container["name"]) == (0, "asg-drain"), done.stderr
