"""Protects whoever copies a command of AWS from a page. The AWS CLI runs each of those that no other module runs, against moto. What they ask for is
not there, so AWS may refuse them; but the CLI knows each, with each of its options. What docs/events.md makes is looked at.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from comparisons import lint
from moto_account import Account
from pages import command, commands
from processes import PROJECT, moto_url
from release import CommandLine

# Each command of these pages is run by a module of their own, which says so.
OTHERS = {"as-a-task.md", "deployment.md", "intake.md", "moving-here.md", "other-tools.md"}
PAGES = ["../README.md", *sorted(each.name for each in (PROJECT / "docs").glob("*.md") if each.name not in OTHERS)]
UUID = "00000000-0000-4000-8000-000000000000"
SLACK = PROJECT / "examples" / "events" / "slack.yml"


def commands_of_aws():
    """The commands of all pages, by their page."""
    return [
        (page, words)
        for page in PAGES
        for heading in re.findall(r"^#+ (.*)$", (PROJECT / "docs" / page).read_text(), re.M)
        for words in commands(page, heading, "aws ")
    ]


@pytest.fixture(scope="module")
def account():
    """An account at moto, with a bucket and a topic."""
    with moto_url("localhost") as url:
        account = Account(url, "us-east-1")
        account.create_bucket("code")
        yield account


def asked(account, words):
    """Runs a command, which may be refused."""
    where = ["--endpoint-url", account.environment["AWS_ENDPOINT_URL"]]
    environment = {**account.environment, "AWS_DEFAULT_REGION": account.region}
    program = Path(sys.executable).with_name("aws")
    # The CLI itself asks for one that is as long as any.
    given = [UUID if each == "UUID" else each for each in words[1:]]
    return subprocess.run(
        [program, *where, *given],
        cwd=SLACK.parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def is_known(done):
    """Whether the CLI sent what it was told to send."""
    wrong = ("usage:", "Unknown options", "Parameter validation failed", "Error parsing parameter", "Bad value for")
    return done.returncode in (0, 254, 255) and not any(each in done.stderr for each in wrong)


@pytest.mark.parametrize(("page", "words"), commands_of_aws(), ids=lambda each: each if isinstance(each, str) else each[2])
def test_the_cli_knows_the_command(account, page, words):
    done = asked(account, words)
    assert is_known(done), f"{page}: {words}: {done.stderr}"


@pytest.mark.parametrize(
    "words",
    [
        ["aws", "sqs", "purge-queue", "--queue-urls", "URL"],
        ["aws", "sqs", "purge-queues", "--queue-url", "URL"],
        ["aws", "events", "put-targets", "--rule", "a", "--targets", "Ids=topic,Arn=a"],
    ],
    ids=["an option", "a command", "a key"],
)
def test_the_cli_knows_no_command_with_a_slip(account, words):
    assert not is_known(asked(account, words))


def test_all_commands_of_aws_are_found():
    lines = [re.findall(r"^ {4,}aws ", (PROJECT / "docs" / page).read_text(), re.M) for page in PAGES]
    assert len(commands_of_aws()) == sum(map(len, lines)) > 10


def test_the_rule_of_the_events_page_sends_cut_offs_to_the_topic(account):
    topic = account.client("sns").create_topic(Name="on-call")["TopicArn"]
    aws = CommandLine(account, PROJECT, "us-east-1")
    for verb in ("put-rule", "put-targets"):
        words = command("events.md", "A topic", "aws", "events", verb)
        aws.run(*[each.replace("TOPIC-ARN", topic) for each in words])
    events = account.client("events")
    rule = events.describe_rule(Name="asg-drain-cut-off")
    assert json.loads(rule["EventPattern"]) == {"source": ["asg-drain"], "detail-type": ["drain cut off"]}
    assert events.list_targets_by_rule(Rule="asg-drain-cut-off")["Targets"] == [{"Id": "topic", "Arn": topic}]


def test_cfn_lint_finds_nothing_in_the_example_for_slack():
    assert lint(SLACK) == ""


def test_the_cli_takes_the_command_of_the_example_for_slack(account):
    lines = re.findall(r"^#   (.*)$", SLACK.read_text(), re.M)
    done = asked(account, " ".join(line.rstrip("\\") for line in lines).split())
    # Moto has the destinations of webhooks, but its CloudFormation has no model of them.
    assert is_known(done) and "undefined resource Webhook" in done.stderr, "compare it, then"


def test_the_events_page_has_the_example_for_slack_as_it_is():
    page = (PROJECT / "docs" / "events.md").read_text()
    assert "".join(f"    {line}\n" if line else "\n" for line in SLACK.read_text().splitlines()) in page
