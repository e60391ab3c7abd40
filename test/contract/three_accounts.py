"""Protects a release in three accounts and two Regions, by the StackSet of the page: six stacks with thirty groups in eight clusters, which are
what their parameters say, also after a change. Their removal leaves nothing. It is run by `npm run test:accounts`.
"""

import json
import re

import pytest

# The module, because its tests would be run here if they were imported by their names.
import comparisons as checks
from moto_account import Account
from pages import commands
from processes import moto_url
from release import BUCKET, PAGE, CommandLine, deployed
from thirty_groups import CLUSTERS, GROUPS, PARAMETERS

SECTION = "Many accounts and Regions"
REGIONS = ["us-east-1", "eu-west-1"]
VALUES = {**PARAMETERS, "DryRun": "true"}
# As the page writes a list.
GIVEN = {name: f'ParameterKey={name},ParameterValue="{value}"' for name, value in VALUES.items()}
ACCOUNTS = ["111111111111", "222222222222", "333333333333"]
EACH = [(account_id, region) for account_id in ACCOUNTS for region in REGIONS]
# What the page's commands do that make the StackSet.
MAKING = ("cp", "create-stack-set", "create-stack-instances")


@pytest.fixture(scope="module")
def server():
    """A server with many accounts, of which one has the buckets."""
    with moto_url("localhost") as url:
        for region in REGIONS:
            Account(url, region).create_bucket(f"{BUCKET}-{region}")
        yield url


@pytest.fixture(scope="module")
def before(server):
    """What each account has in each Region before there is a StackSet."""
    return {each: in_account(server, *each).everything() for each in EACH}


@pytest.fixture(scope="module")
def aws(server, release):
    """The AWS CLI of the account that makes the StackSet."""
    return CommandLine(Account(server, REGIONS[0]), release, REGIONS[0])


@pytest.fixture(scope="module")
def url(server, before, aws):
    """The server once there is the StackSet, made as the page says."""
    for words in commands(PAGE, SECTION):
        if words[2] in MAKING:
            # Moto drops the StackSet's values for those that are not named with one that is. AWS keeps them.
            more = GIVEN.values() if "--parameter-overrides" in words else []
            aws.run(*[as_given(each) for each in words], *more)
    return server


def in_account(url, account_id, region):
    """An account of the StackSet in a Region."""
    return Account(url, region).of(account_id)


def as_given(word):
    """A word of the page's, with the test's bucket, groups and clusters."""
    found = re.match(r"ParameterKey=(\w+),ParameterValue=(?!false)", word)
    return GIVEN.get(found[1] if found else None, word.replace("BUCKET", BUCKET))


def inputs_of(template):
    """What the schedules bring to the functions."""
    rules = template.of_type("AWS::Events::Rule").values()
    return [json.loads(rule["Targets"][0]["Input"]) for rule in rules if "ScheduleExpression" in rule]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("account_id", ACCOUNTS)
def test_each_has_what_its_parameters_say(url, account_id, region):
    account = in_account(url, account_id, region)
    [stack] = account.client("cloudformation").describe_stacks()["Stacks"]
    shown = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    values = {"CodeBucket": f"{BUCKET}-{region}", **VALUES}
    # Moto shows a list as Python prints it.
    assert {**shown, "ClusterNames": PARAMETERS["ClusterNames"]} == {**shown, **values}
    template = deployed(account, stack["StackName"], values)
    checks.test_functions(account, template)
    checks.test_queues(account, template)
    checks.test_roles_and_their_policies(account, template)
    checks.test_scheduled_rules_invoke_the_functions_with_their_inputs(account, template)
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert outputs["LifecycleQueueArn"] == f"arn:aws:sqs:{region}:{account_id}:asg-drain-live-lifecycle"
    terminate = [each for each in inputs_of(template) if "queue_name" in each]
    # The places that no group has are empty.
    assert [[name for name in each["auto_scaling_groups"] if name] for each in terminate] == [GROUPS]
    assert [each["dry_run"] for each in terminate] == [True]
    assert [each["cluster_names"] for each in terminate] == [CLUSTERS]
    for group in GROUPS:
        account.create_empty_group(group)
    checks.test_the_hooks_are_what_auto_scaling_takes(account, template)
    for group in GROUPS:
        account.delete_group(group)


# From here on the deployment changes.


@pytest.fixture(scope="module")
def changed(url, aws):
    """The StackSet after the page's command that ends the dry run."""
    [words] = [each for each in commands(PAGE, SECTION) if each[2] == "update-stack-set"]
    aws.run(*[as_given(each) for each in words])
    stack_set = Account(url, REGIONS[0]).client("cloudformation").describe_stack_set(StackSetName="asg-drain")["StackSet"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack_set["Parameters"]}


def test_the_page_s_command_changes_what_it_names_and_nothing_else(changed):
    assert changed == {"CodeBucket": f"{BUCKET}-{REGIONS[0]}", **VALUES, "DryRun": "false"}


@pytest.mark.parametrize(("account_id", "region"), EACH)
def test_each_changes_with_the_stackset(url, changed, release, account_id, region):
    account = in_account(url, account_id, region)
    cloudformation = account.client("cloudformation")
    [stack] = cloudformation.describe_stacks()["Stacks"]
    name = stack["StackName"]
    was = deployed(account, name, {"CodeBucket": f"{BUCKET}-{region}", **VALUES})
    shown = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert shown["DryRun"] == "true", "leave the update out, then: moto's StackSets change no stack"
    # What a StackSet does in each account, with what each overrides.
    values = {**changed, "CodeBucket": f"{BUCKET}-{region}"}
    cloudformation.update_stack(
        StackName=name,
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    now = deployed(account, name, values)
    assert [each["dry_run"] for each in inputs_of(now)] == [False, False, False]
    checks.test_scheduled_rules_invoke_the_functions_with_their_inputs(account, now)
    checks.test_functions(account, now)
    checks.test_queues(account, now)
    assert checks.same_queues_and_hooks(was, now) == []


def test_their_removal_leaves_nothing(url, before, aws):
    for each in EACH:
        assert in_account(url, *each).everything()["functions"] != []
    for verb in ("delete-stack-instances", "delete-stack-set"):
        [words] = [each for each in commands(PAGE, SECTION) if each[2] == verb]
        aws.run(*words)
    assert {each: in_account(url, *each).everything() for each in EACH} == before
    found = Account(url, REGIONS[0]).client("cloudformation").list_stack_sets()["Summaries"]
    assert [each["Status"] for each in found] == ["DELETED"]
