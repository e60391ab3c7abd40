"""Protects the Terraform module of a release: it is well formed and validates, and its own tests pass. The AWS provider is a stand-in with
the schemas of the real one. So no provider of AWS has ever made what the module plans.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from moto_account import run
from pages import commands, snippet
from processes import PROJECT
from release import PAGE

HERE = Path(__file__).parent
TERRAFORM = shutil.which("terraform") or shutil.which("tofu")

pytestmark = pytest.mark.skipif(TERRAFORM is None, reason="NOT TESTED: neither terraform nor tofu is on this machine")


@pytest.fixture(scope="module")
def folder(release, tmp_path_factory):
    """A folder in which the page's command has unpacked the module of the release."""
    folder = tmp_path_factory.mktemp("terraform")
    [packed] = release.glob("asg-drain-terraform-*.zip")
    shutil.copy(packed, folder)
    for words in commands(PAGE, "Terraform"):
        run(*words, folder=folder)
    return folder


@pytest.fixture(scope="module")
def module(folder):
    """The module."""
    return folder / "modules" / "asg-drain"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment in which Terraform takes the stand-in for its AWS provider."""
    folder = tmp_path_factory.mktemp("provider")
    program = folder / "terraform-provider-aws"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "aws_provider.py"}" "$@"\n')
    program.chmod(0o755)
    configuration = folder / "terraformrc"
    configuration.write_text(
        f'provider_installation {{\n  dev_overrides {{ "hashicorp/aws" = "{folder}" }}\n  direct {{}}\n}}\n'
    )
    return {"TF_CLI_CONFIG_FILE": str(configuration), "CHECKPOINT_DISABLE": "1", "HOME": str(folder)}


@pytest.fixture
def terraform(module, environment):
    """Runs Terraform in the module; gives its exit status and what it printed."""

    def terraform(*words, folder=module):
        done = subprocess.run(
            [TERRAFORM, *words],
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr

    return terraform


def test_it_is_formatted(terraform):
    assert terraform("fmt", "-check", "-recursive")[0] == 0


def test_it_validates(terraform):
    status, printed = terraform("validate", "-no-color")
    assert status == 0, printed


def test_its_own_tests_pass(terraform):
    status, printed = terraform("test", "-no-color")
    assert status == 0, printed
    assert "Success! 6 passed, 0 failed." in printed


def test_the_page_s_snippet_validates(terraform, folder):
    group = 'resource "aws_autoscaling_group" "payments" {\n  name = "payments"\n}\n'
    text = snippet(PAGE, "hcl").replace("BUCKET", "code") + group
    (folder / "main.tf").write_text(text)
    # It makes the module known, and gets nothing: the provider is at hand.
    terraform("get", folder=folder)
    status, printed = terraform("validate", "-no-color", folder=folder)
    assert status == 0, printed
    (folder / "main.tf").write_text(text.replace("dry_run ", "dry_ran "))
    status, printed = terraform("validate", "-no-color", folder=folder)
    assert status != 0 and 'An argument named "dry_ran" is not expected here' in printed


def test_it_deploys_the_core_template_of_the_release(module, release):
    named = json.loads((module / "release.json").read_text())["template"]
    assert (release / named).is_file()
    assert (module / "stack-policy.json").read_bytes() == (release / "stack-policy.json").read_bytes()


def test_it_names_parameters_that_the_template_has(module, release):
    [core] = release.glob("core-*.json")
    parameters = json.loads(core.read_text())["Parameters"]
    settings = (module / "variables.tf").read_text().split("settings = {")[1]
    named = {line.split("=")[0].strip() for line in settings.splitlines() if " = var." in line}
    assert named | {"CodeBucket", "CodeKeyPrefix", "Groups"} == set(parameters)


# [what a group has, what is said of it after its key]
WRONG_GROUPS = [
    ({"on_timeout": "stop"}, '.on_timeout: expected one of "continue", "abandon", "leave", found "stop".'),
    ({"stop_tasks": True}, '.stop_tasks: expected one of "none", "daemon", "all", found true.'),
    ({"deregister_container_instance": "no"}, '.deregister_container_instance: expected one of "never", "when_disconnected", "always", found "no".'),
    ({"discover": "none"}, '.discover: expected one of "all", "named", "warn", found "none".'),
    ({"clusters": "web"}, '.clusters: expected one of "*", found "web".'),
    ({"drain_timeout_seconds": 59}, ".drain_timeout_seconds: expected a whole number of seconds from 60 to 172800, found 59."),
    ({"settle_seconds": 3601}, ".settle_seconds: expected a whole number of seconds from 0 to 3600, found 3601."),
    ({"poll_seconds": 1.5}, ".poll_seconds: expected a whole number of seconds from 1 to 60, found 1.5."),
    ({"heartbeat_timeout_seconds": 29}, ".heartbeat_timeout_seconds: expected a whole number of seconds from 30 to 7200, found 29."),
    ({"elb_name": "a b"}, '.elb_name: expected the name of a classic load balancer, found "a b".'),
    ({"elb_names": "a"}, '.elb_names: expected the name of a classic load balancer, found "a".'),
    ({"target_groups": ["arn:aws:sns:x"]}, '.target_groups: expected the name or ARN of a target group, found ["arn:aws:sns:x"].'),
    ({"cluster_name": "a/b"}, '.cluster_name: expected the name or ARN of an ECS cluster, found "a/b".'),
    ({"cluster_names": ["a,b"]}, '.cluster_names: expected the name or ARN of an ECS cluster, found ["a,b"].'),
    ({"cluster_tag": "=x"}, '.cluster_tag: expected a tag\'s key, or key=value, found "=x".'),
    ({"name": "a,b"}, '.name: expected the name of one Auto Scaling group, without : , * ? and $, found "a,b".'),
    ({"drain_timeout": 60}, ": unknown key drain_timeout, expected only name, heartbeat_timeout_seconds, elb_name,"),
    ({"target_groups": ["x" * 30] * 40}, ": expected settings of at most 1023 characters as JSON, which is all that a hook's metadata takes, found 1339."),
]
# [a variable, its value, what is said of it after its name]
WRONG_VARIABLES = [
    ("stage", "a_b", 'expected a name of up to 42 letters, digits and hyphens, found "a_b".'),
    ("code_bucket", "A", 'expected the name of a bucket, found "A".'),
    ("region", "us-east-1a", 'expected the name of an AWS Region, such as us-east-1, found "us-east-1a".'),
    ("heartbeat_timeout_seconds", 7201, "expected a whole number of seconds from 30 to 7200, found 7201."),
    ("cluster_names", ["arn:aws:ecs:x"], 'expected the name of an ECS cluster, and not its ARN, found ["arn:aws:ecs:x"].'),
    ("more_auto_scaling_groups", ["a,b"], 'expected the name of one Auto Scaling group, without : , * ? and $, found ["a,b"].'),
    ("on_spot_interruption", "wait", 'expected one of "drain", "ignore", found "wait".'),
    ("maintenance_lead_hours", 1.5, "expected a whole number of hours from 0 to 8760, found 1.5."),
    ("log_retention_days", 31, "expected one of 1, 3, 5,"),
    ("lifecycle_queue_name", "in.fifo", 'expected the name of a standard SQS queue, of up to 67 characters, found "in.fifo".'),
    ("alarm_actions", ["me"], 'expected an ARN that CloudWatch tells, such as that of an SNS topic, found ["me"].'),
    ("kms_key_arn", "alias/x", 'expected the ARN of a KMS key, not of its alias, found "alias/x".'),
    ("more_rules_that_may_send", ["r"], 'expected the ARN of an EventBridge rule, found ["r"].'),
]


def planned(terraform, module, variables):
    """What Terraform says of the plan with these variables: its errors, each as one line."""
    file = module / "wrong.tfvars.json"
    file.write_text(json.dumps({"code_bucket": "code", "region": "us-east-1", **variables}))
    try:
        status, printed = terraform("plan", "-no-color", "-input=false", f"-var-file={file}")
    finally:
        file.unlink()
    assert status != 0, printed
    assert "Planning failed" in printed
    return " ".join(re.sub("[│╵╷├─]", " ", printed).split())


def test_a_plan_refuses_groups_with_wrong_values(terraform, module):
    groups = {f"group-{n}": group for n, (group, _) in enumerate(WRONG_GROUPS)}
    printed = planned(terraform, module, {"groups": groups})
    for n, (_, said) in enumerate(WRONG_GROUPS):
        assert f"groups.group-{n}{said}" in printed
    # Of one key more than one group may have, there is one error.
    assert printed.count("This was checked by the validation rule") == len(WRONG_GROUPS)


def test_a_plan_refuses_a_group_twice(terraform, module):
    printed = planned(terraform, module, {"groups": {"web": {}, "other": {"name": "web"}}})
    assert "groups: expected each group once, found web in other, web." in printed


def test_a_plan_refuses_a_group_that_is_no_object(terraform, module):
    printed = planned(terraform, module, {"groups": {"web": "web"}})
    assert 'groups.web: expected an object with the settings of a group, found "web".' in printed


def test_a_plan_refuses_wrong_variables(terraform, module):
    printed = planned(terraform, module, {name: value for name, value, _ in WRONG_VARIABLES})
    for name, _, said in WRONG_VARIABLES:
        assert f"{name}: {said}" in printed
    assert printed.count("This was checked by the validation rule") == len(WRONG_VARIABLES)


def test_each_setting_of_a_group_has_wrong_values_here():
    schema = (PROJECT / "deploy" / "terraform" / "variables.tf").read_text().split('variable "groups"')[1]
    checked = set(re.findall(r'groups\.\$\{key\}\.(\w+):', schema))
    assert checked == {key for group, _ in WRONG_GROUPS for key in group} - {"drain_timeout"}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (r" role_arn +=", " roll_arn =", 'An argument named "roll_arn" is not expected here'),
        (r" policy_body +=", " policy =", 'An argument named "policy" is not expected here'),
        (r" lifecycle_transition +=.*", "", 'The argument "lifecycle_transition" is required'),
    ],
)
def test_what_is_wrong_does_not_validate(terraform, module, tmp_path, right, wrong, said):
    folder = tmp_path / "wrong"
    shutil.copytree(module, folder)
    text = (folder / "main.tf").read_text()
    changed = re.sub(right, wrong, text, count=1)
    assert changed != text
    (folder / "main.tf").write_text(changed)
    status, printed = terraform("validate", "-no-color", folder=folder)
    assert status != 0 and said in " ".join(printed.replace("│", " ").split()), printed
