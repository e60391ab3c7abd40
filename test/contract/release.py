"""A release, and the AWS CLI run on its files alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

from moto_account import Account, run
from pages import command
from parameters import Parameters
from processes import PROJECT
from stack_template import StackTemplate

RELEASE = PROJECT / "release"
PAGE, SECTION = "other-tools.md", "CloudFormation and the AWS CLI"
BUCKET = "code"


def make_release(folder=PROJECT, **environment):
    """Makes a release of the project in a folder."""
    done = subprocess.run(
        ["npm", "run", "release"], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


class CommandLine:
    """The AWS CLI, run in a folder against an account at moto."""

    def __init__(self, account: Account, folder: Path, region):
        url = account.environment["AWS_ENDPOINT_URL"]
        self._folder = folder
        self._environment = {
            **account.environment,
            "AWS_DEFAULT_REGION": region,
            # `aws sqs` does not heed the other.
            "AWS_ENDPOINT_URL_SQS": url,
        }

    def run(self, *words):
        """Runs a command, which must succeed; gives what it printed."""
        [program, *arguments] = words
        assert program == "aws"
        return run(
            Path(sys.executable).with_name("aws"), *arguments, environment=self._environment, folder=self._folder
        )

    def as_the_page_says(self, *words, **values):
        """Runs the page's command that begins with these words, with other values for parameters."""
        found = [each.replace("BUCKET", BUCKET) for each in command(PAGE, SECTION, *words)]
        given = dict(each.split("=", 1) for each in overrides(found))
        changed = [f"{name}={value}" for name, value in {**given, **values}.items()]
        return self.run(*[each for each in found if each not in overrides(found)], *changed)


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
