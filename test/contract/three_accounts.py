"""Protects a release in three accounts and two Regions, by the StackSet of the page: six stacks with thirty groups in eight clusters, which are
what their parameters say. It is run by `npm run test:accounts`.
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


@pytest.fixture(scope="module")
def url(release):
    """A server with many accounts, of which one has made the StackSet as the page says."""
    with moto_url("localhost") as url:
        admin = Account(url, REGIONS[0])
        for region in REGIONS:
            Account(url, region).create_bucket(f"{BUCKET}-{region}")
        aws = CommandLine(admin, release, REGIONS[0])
        for words in commands(PAGE, SECTION):
            # Moto drops the StackSet's values for those that are not named with one that is. AWS keeps them.
            more = GIVEN.values() if "--parameter-overrides" in words else []
            aws.run(*[as_given(each) for each in words], *more)
        yield url


def as_given(word):
    """A word of the page's, with the test's bucket, groups and clusters."""
    found = re.match(r"ParameterKey=(\w+),", word)
    return GIVEN.get(found[1] if found else None, word.replace("BUCKET", BUCKET))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("account_id", ACCOUNTS)
def test_each_has_what_its_parameters_say(url, account_id, region):
    account = Account(url, region).of(account_id)
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
    terminate = [
        json.loads(rule["Targets"][0]["Input"])
        for rule in template.of_type("AWS::Events::Rule").values()
        if '"queue_name"' in rule["Targets"][0].get("Input", "")
    ]
    # The places that no group has are empty.
    assert [[name for name in each["auto_scaling_groups"] if name] for each in terminate] == [GROUPS]
    assert [each["dry_run"] for each in terminate] == [True]
    assert [each["cluster_names"] for each in terminate] == [CLUSTERS]
    for group in GROUPS:
        account.create_empty_group(group)
    checks.test_the_hooks_are_what_auto_scaling_takes(account, template)
