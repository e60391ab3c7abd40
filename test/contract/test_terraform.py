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
    (folder / "main.tf").write_text(snippet(PAGE, "hcl") + group)
    # It makes the module known, and gets nothing: the provider is at hand.
    terraform("get", folder=folder)
    status, printed = terraform("validate", "-no-color", folder=folder)
    assert status == 0, printed
    (folder / "main.tf").write_text((snippet(PAGE, "hcl") + group).replace("dry_run ", "dry_ran "))
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
