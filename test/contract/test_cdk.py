"""Protects the CDK construct of a release: it compiles, it says what the core template and the groups' hooks are, and `cdk deploy`
makes what it says. AWS is moto here.
"""

import json
import os
import re
import shutil
import subprocess
import tarfile

import pytest

from moto_account import Account, run
from parameters import Parameters
from processes import PROJECT, moto_url
from release import BUCKET
from stack_template import StackTemplate
from test_deploy import (  # noqa: F401
    lint,
    test_functions,
    test_log_groups_forget_after_a_while,
    test_permissions_let_each_rule_invoke_its_function,
    test_queues,
    test_roles_and_their_policies,
    test_scheduled_rules_invoke_the_functions_with_their_inputs,
)

CDK = PROJECT / "deploy" / "cdk"
BIN = CDK / "node_modules" / ".bin"
STACK = "asg-drain-live"


@pytest.fixture(scope="module")
def package(release):
    """The release's package, installed where the example finds it, and compiled with what it imports."""
    lock, made_from = CDK / "package-lock.json", CDK / "node_modules" / ".made-from"
    if not made_from.exists() or made_from.read_text() != lock.read_text():
        run("npm", "ci", folder=CDK)
        made_from.write_text(lock.read_text())
    folder = CDK / "node_modules" / "asg-drain-cdk"
    shutil.rmtree(folder, ignore_errors=True)
    [packed] = release.glob("asg-drain-cdk-*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder.parent, filter="data")
    (folder.parent / "package").rename(folder)
    run(BIN / "tsc", "--project", ".", folder=CDK)
    return folder


@pytest.fixture(scope="module")
def out(package, tmp_path_factory):
    """What the example is synthesised to."""
    out = tmp_path_factory.mktemp("cdk")
    run(
        BIN / "tsx",
        "example/app.ts",
        folder=CDK,
        environment={"CDK_OUTDIR": str(out), "CODE_BUCKET": BUCKET},
    )
    return out


@pytest.fixture(scope="module")
def synthesised(out):
    """The resources of the stack's template."""
    return json.loads((out / f"{STACK}.template.json").read_text())["Resources"]


@pytest.fixture(scope="module")
def account(release):
    """An account with a bucket that has the code, and nothing else."""
    with moto_url("localhost") as url:
        account = Account(url, "us-east-1")
        account.create_bucket(BUCKET)
        s3 = account.client("s3")
        for each in release.glob("*.zip"):
            s3.put_object(Bucket=BUCKET, Key=f"asg-drain/{each.name}", Body=each.read_bytes())
        yield account


@pytest.fixture(scope="module")
def before(account):
    """What the account had before the deployment."""
    return account.everything()


@pytest.fixture(scope="module")
def template(account, before, out, synthesised, release):
    """The template that was deployed."""
    cdk(account, out, "deploy", "--method", "direct", "--require-approval", "never")
    ids = account.physical_ids(STACK)
    return StackTemplate(synthesised, account.region, ids, account.role_ids(ids, synthesised), release)


def cdk(account, out, *words):
    """Runs the CDK's command line."""
    environment = {**account.environment, "AWS_DEFAULT_REGION": account.region, "CDK_DISABLE_VERSION_CHECK": "1"}
    run(BIN / "cdk", *words, "--app", str(out), "--no-notices", "--all", folder=CDK, environment=environment)


def test_cfn_lint_finds_nothing(out):
    assert lint(out / f"{STACK}.template.json") == ""


def without_metadata(resource):
    """A resource without what CDK and checkov keep in it, and without a dependency on nothing."""
    return {key: each for key, each in resource.items() if key != "Metadata" and each != []}


def test_it_has_all_of_the_core_template(package, synthesised):
    core = json.loads((package / "files" / "core.json").read_text())
    values = {"CodeBucket": BUCKET, "Groups": "web-a,payments-a", "ClusterNames": "web", "DryRun": "true"}
    expected = Parameters(core, {**values, "MoreClusters": "payments"}).resources()
    text = json.dumps(synthesised)
    for name in expected:
        # A construct's ids have its path before and a hash behind.
        text = re.sub(rf"DrainCore{name}[0-9A-F]{{8}}", name, text)
    made = {name: without_metadata(each) for name, each in json.loads(text).items() if name in expected}
    assert made == {name: without_metadata(each) for name, each in expected.items()}
    assert len(synthesised) == len(expected) + 2, "the two hooks"


def test_each_group_has_its_hook(synthesised):
    hooks = {
        each["Properties"]["AutoScalingGroupName"]: each["Properties"]
        for each in synthesised.values()
        if each["Type"] == "AWS::AutoScaling::LifecycleHook"
    }
    assert set(hooks) == {"web-a", "payments-a"}
    assert "NotificationMetadata" not in hooks["web-a"]
    assert json.loads(hooks["payments-a"]["NotificationMetadata"]) == {
        "cluster_name": "payments",
        "on_timeout": "leave",
    }
    assert [hooks[each]["HeartbeatTimeout"] for each in ("web-a", "payments-a")] == [3600, 900]


def test_the_roles_may_change_the_clusters_that_groups_name(synthesised):
    text = json.dumps(synthesised)
    assert "arn:*:ecs:*:*:cluster/web" in text and "arn:*:ecs:*:*:cluster/payments" in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("groups: ['web'], drainTimeout: 5", "'drainTimeout' does not exist"),
        ("groups: ['web'], onTimeout: 'stop'", "Type '\"stop\"' is not assignable"),
        ("groups: [{ name: 'web', stopTasks: true }]", "is not assignable"),
    ],
)
def test_the_compiler_refuses_what_is_wrong(package, wrong, said):
    file = CDK / "test" / "wrong.ts"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "import { Stack } from 'aws-cdk-lib';\nimport { AsgDrain } from 'asg-drain-cdk';\n"
        f"new AsgDrain(new Stack(), 'Drain', {{ {wrong} }});\n"
    )
    try:
        done = subprocess.run(
            [BIN / "tsc", "--project", "."], cwd=CDK, env=dict(os.environ), capture_output=True, text=True
        )
    finally:
        shutil.rmtree(file.parent)
    assert done.returncode != 0 and said in done.stdout


def test_without_a_bucket_the_zips_are_assets(package, tmp_path):
    app = tmp_path / "app.cjs"
    app.write_text(
        f"const {{ App, Stack }} = require({json.dumps(str(CDK / 'node_modules' / 'aws-cdk-lib'))});\n"
        f"const {{ AsgDrain }} = require({json.dumps(str(package))});\n"
        "const app = new App({ analyticsReporting: false });\n"
        "new AsgDrain(new Stack(app, 'stack'), 'Drain', { groups: ['web'] });\n"
    )
    run("node", app, environment={"CDK_OUTDIR": str(tmp_path / "out")})
    manifest = json.loads((tmp_path / "out" / "stack.assets.json").read_text())
    names = [each["source"]["path"] for each in manifest["files"].values()]
    assert sum(name.endswith(".zip") for name in names) == 3


def test_destroying_it_leaves_nothing(account, before, template, out):
    cdk(account, out, "destroy", "--force")
    assert account.everything() == before
