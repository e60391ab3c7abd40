"""A release, and the AWS CLI run on its files alone."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from moto_account import Account, run
from pages import command
from parameters import Parameters
from processes import PROJECT, moto_url
from stack_template import StackTemplate

RELEASE = PROJECT / "release"
PAGE, SECTION = "other-tools.md", "CloudFormation and the AWS CLI"
BUCKET = "code"


@contextmanager
def account_with_bucket():
    """An account of its own, with the bucket of the code."""
    # By this name, because the CLI takes the bucket for a part of the host's name otherwise.
    with moto_url("localhost") as url:
        account = Account(url, "us-east-1")
        account.create_bucket(BUCKET)
        yield account


def make_release(folder=PROJECT, **environment):
    """Makes a release of the project in a folder."""
    done = subprocess.run(
        ["npm", "run", "release"], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def copy_of_project(folder):
    """Copies what the project is made of to a folder, without what it is installed with."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    for each in run(*listed).split("\0"):
        if each and (PROJECT / each).is_file():
            (folder / each).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / each, folder / each)


class CommandLine:
    """The AWS CLI, run in a folder against an account at moto, with a bucket in the place of the page's."""

    def __init__(self, account: Account, folder: Path, region, bucket=BUCKET):
        self._bucket = bucket
        self._folder = folder
        self._environment = {**account.environment, "AWS_DEFAULT_REGION": region}

    def run(self, *words):
        """Runs a command, which must succeed; gives what it printed."""
        [program, *arguments] = words
        assert program == "aws"
        # `aws sqs` does not heed the environment.
        where = ["--endpoint-url", self._environment["AWS_ENDPOINT_URL"]] if arguments[0] == "sqs" else []
        program = Path(sys.executable).with_name("aws")
        return run(program, *where, *arguments, environment=self._environment, folder=self._folder)

    def as_the_page_says(self, *words, **values):
        """Runs the page's command that begins with these words, with other values for parameters."""
        found = [each.replace("BUCKET", self._bucket) for each in command(PAGE, SECTION, *words)]
        given = dict(each.split("=", 1) for each in overrides(found))
        changed = [f"{name}={value}" for name, value in {**given, **values}.items()]
        return self.run(*[each for each in found if each not in overrides(found)], *changed)


def parameters_of_the_page(folder):
    """The template's parameters as the page's command gives them. Moto takes each for changed that was not named before, so all are named."""
    parameters = json.loads((folder / "template.json").read_text())["Parameters"]
    others = {name: each["Default"] for name, each in parameters.items() if "Default" in each}
    words = command(PAGE, SECTION, "aws", "cloudformation", "deploy")
    return {**others, **dict(each.replace("BUCKET", BUCKET).split("=", 1) for each in overrides(words))}


def overrides(words):
    """The parameters of a command that deploys."""
    option = "--parameter-overrides"
    return words[words.index(option) + 1 :] if option in words else []


def deployed(account, stack, values, folder=RELEASE):
    """The template of a release as it was deployed with these parameters, with the names that its resources got."""
    ids = account.physical_ids(stack)
    template = json.loads((folder / "template.json").read_text())
    resources = Parameters(template, values).resources()
    return StackTemplate(resources, account.region, ids, account.role_ids(ids, resources), folder, account.account_id)
