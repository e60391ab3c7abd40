"""Protects the CDK construct of a release: the page's snippet compiles, and says what the core template and the groups' hooks are. With thirty
groups in eight clusters, its command makes what it says, also after a change, an upgrade and a rollback. AWS is moto here.
"""

import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess

import pytest

from comparisons import (  # noqa: F401
    LEFT_OUT,
    lint,
    same_queues_and_hooks,
    test_functions,
    test_log_groups_forget_after_a_while,
    test_permissions_let_each_rule_invoke_its_function,
    test_queues,
    test_roles_and_their_policies,
    test_scheduled_rules_invoke_the_functions_with_their_inputs,
    test_the_alarms_are_what_cloudwatch_takes,
    test_the_event_source_mapping_is_of_the_lifecycle_queue_and_switched_off,
    test_the_hooks_are_what_auto_scaling_takes,
)
from moto_account import Account, run
from pages import command, snippet
from parameters import Parameters
from processes import PROJECT, moto_url
from release import BUCKET, PAGE, CommandLine
from stack_template import StackTemplate
from thirty_groups import CLUSTERS, GROUPS, SETTINGS

CDK = PROJECT / "deploy" / "cdk"
STACK = "asg-drain-live"
OTHER_ACCOUNT = "111111111111"


@pytest.fixture(scope="module")
def project(release, tmp_path_factory):
    """A project of CDK, with the release's package by the page's command. It has the construct's sources too, to be compiled."""
    lock, made_from = CDK / "package-lock.json", CDK / "node_modules" / ".made-from"
    if not made_from.exists() or made_from.read_text() != lock.read_text():
        run("npm", "ci", folder=CDK)
        made_from.write_text(lock.read_text())
    folder = tmp_path_factory.mktemp("cdk")
    for name in ("package.json", "package-lock.json", "tsconfig.json"):
        shutil.copy(CDK / name, folder)
    shutil.copytree(CDK / "lib", folder / "lib")
    shutil.copytree(CDK / "node_modules", folder / "node_modules", symlinks=True)
    install(folder, release)
    (folder / "example").mkdir()
    (folder / "example" / "app.ts").write_text(snippet(PAGE, "ts"))
    (folder / "thirty").mkdir()
    (folder / "thirty" / "app.ts").write_text(of_thirty_groups(snippet(PAGE, "ts")))
    run("npx", "tsc", "--project", ".", folder=folder)
    return folder


def install(folder, release):
    """Installs the package by the page's command."""
    [packed] = release.glob("asg-drain-cdk-*.tgz")
    shutil.copy(packed, folder)
    run(*command(PAGE, "CDK", "npm", "install"), folder=folder)


def of_thirty_groups(text):
    """The page's snippet with thirty groups in eight clusters."""
    settings = [{"name": name, **{camel_case(key): value for key, value in SETTINGS[name].items()}} for name in GROUPS]
    for start, items in ((r"groups: \[\n.*\n  \]", settings), (r"clusterNames: \[.*?\]", CLUSTERS)):
        text, count = re.subn(start, lambda found: f"{found[0].split(':')[0]}: {json.dumps(items)}", text, count=1, flags=re.S)
        assert count == 1
    return text


def camel_case(key):
    return re.sub("_([a-z])", lambda found: found[1].upper(), key)


@pytest.fixture(scope="module")
def package(project):
    """The release's package as it is installed."""
    return project / "node_modules" / "asg-drain-cdk"


@pytest.fixture(scope="module")
def example(project):
    """The resources of the template that the page's snippet is synthesised to."""
    environment = {"CDK_OUTDIR": str(project / "example" / "cdk.out"), "CODE_BUCKET": BUCKET}
    run("npx", "tsx", "app.ts", folder=project / "example", environment=environment)
    return resources_in(project / "example")


def resources_in(folder):
    """The resources of the template that was synthesised last."""
    return json.loads((folder / "cdk.out" / f"{STACK}.template.json").read_text())["Resources"]


@pytest.fixture(scope="module")
def account(release):
    """An account with a bucket and the thirty groups, and nothing else."""
    with moto_url("localhost") as url:
        account = Account(url, "us-east-1")
        account.create_bucket(BUCKET)
        for group in GROUPS:
            account.create_empty_group(group)
        yield account


@pytest.fixture(scope="module")
def before(account):
    """What the account had before the deployment."""
    return account.everything()


@pytest.fixture(scope="module")
def template(account, before, project):
    """The template that was deployed."""
    deploy(account, project)
    return deployed(account, project)


def deploy(account, project, bucket=BUCKET):
    """Deploys the thirty groups by the snippet's command."""
    # Moto cannot delete a change set, which CDK does before it makes the next.
    cdk(account, project, "deploy", "--require-approval", "never", "--method", "direct", bucket=bucket)


def cdk(account, project, verb, *options, bucket=BUCKET):
    """Runs the snippet's command, or the same with another verb."""
    [line] = re.findall(r"`npx cdk (deploy .*)`\.$", snippet(PAGE, "ts"), re.M)
    words = shlex.split(line)
    environment = {
        **account.environment,
        "AWS_DEFAULT_REGION": account.region,
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CODE_BUCKET": bucket,
    }
    run("npx", "cdk", verb, *words[1:], *options, "--no-notices", folder=project / "thirty", environment=environment)


def deployed(account, project):
    """The template that was deployed last, with the zips beside it by the names that they have in the bucket."""
    ids, synthesised = account.physical_ids(STACK), resources_in(project / "thirty")
    out, zips = project / "thirty" / "cdk.out", project / "thirty" / "zips"
    zips.mkdir(exist_ok=True)
    for each in out.glob("asset.*.zip"):
        shutil.copy(each, zips / each.name.removeprefix("asset."))
    roles = account.role_ids(ids, synthesised)
    return StackTemplate(synthesised, account.region, ids, roles, zips, account.account_id)


def test_cfn_lint_finds_nothing(template, project):
    assert lint(project / "thirty" / "cdk.out" / f"{STACK}.template.json") == ""


def test_each_of_the_thirty_groups_has_its_hook_with_its_settings(template):
    hooks = {each["AutoScalingGroupName"]: each for each in template.of_type("AWS::AutoScaling::LifecycleHook").values()}
    assert [*hooks] == GROUPS
    for name, settings in SETTINGS.items():
        of_hook = {key: value for key, value in settings.items() if key != "heartbeat_timeout_seconds"}
        assert json.loads(hooks[name].get("NotificationMetadata", "{}")) == of_hook
        assert hooks[name]["HeartbeatTimeout"] == settings.get("heartbeat_timeout_seconds", 3600)


def test_the_functions_have_the_release_s_code(account, template, release):
    zips = {base64.b64encode(hashlib.sha256(each.read_bytes()).digest()).decode() for each in release.glob("*.zip")}
    functions = account.client("lambda").list_functions()["Functions"]
    assert len({each["CodeSha256"] for each in functions} & zips) == len(functions) == 3


def comparable(resource):
    """A resource without what CDK and checkov keep in it, without a dependency on nothing, and without the place of its code."""
    properties = {key: each for key, each in resource["Properties"].items() if key != "Code"}
    return {key: each for key, each in {**resource, "Properties": properties}.items() if key != "Metadata" and each != []}


def test_it_has_all_of_the_core_template(package, example):
    core = json.loads((package / "files" / "core.json").read_text())
    values = {"CodeBucket": BUCKET, "Groups": "web-a,payments-a", "ClusterNames": "web", "DryRun": "true"}
    expected = Parameters(core, {**values, "MoreClusters": "payments"}).resources()
    text = json.dumps(example)
    for name in expected:
        # A construct's ids have its path before and a hash behind.
        text = re.sub(rf"DrainCore{name}[0-9A-F]{{8}}", name, text)
    made = {name: comparable(each) for name, each in json.loads(text).items() if name in expected}
    assert made == {name: comparable(each) for name, each in expected.items()}
    assert len(example) == len(expected) + 2, "the two hooks"


def test_each_group_of_the_snippet_has_its_hook(example):
    hooks = {
        each["Properties"]["AutoScalingGroupName"]: each["Properties"]
        for each in example.values()
        if each["Type"] == "AWS::AutoScaling::LifecycleHook"
    }
    assert set(hooks) == {"web-a", "payments-a"}
    assert "NotificationMetadata" not in hooks["web-a"]
    assert json.loads(hooks["payments-a"]["NotificationMetadata"]) == {
        "cluster_name": "payments",
        "on_timeout": "leave",
    }
    assert [hooks[each]["HeartbeatTimeout"] for each in ("web-a", "payments-a")] == [3600, 900]


def test_the_roles_may_change_the_clusters_that_groups_name(example):
    text = json.dumps(example)
    assert "arn:*:ecs:*:*:cluster/web" in text and "arn:*:ecs:*:*:cluster/payments" in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("groups: ['web'], drainTimeout: 5", "'drainTimeout' does not exist"),
        ("groups: ['web'], onTimeout: 'stop'", "Type '\"stop\"' is not assignable"),
        ("groups: [{ name: 'web', stopTasks: true }]", "is not assignable"),
    ],
)
def test_the_compiler_refuses_what_is_wrong(project, wrong, said):
    file = project / "test" / "wrong.ts"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "import { Stack } from 'aws-cdk-lib';\nimport { AsgDrain } from 'asg-drain-cdk';\n"
        f"new AsgDrain(new Stack(), 'Drain', {{ {wrong} }});\n"
    )
    try:
        done = subprocess.run(
            ["npx", "tsc", "--project", "."], cwd=project, env=dict(os.environ), capture_output=True, text=True
        )
    finally:
        shutil.rmtree(file.parent)
    assert done.returncode != 0 and said in done.stdout


# What the compiler takes, or nobody asked it: [the construct's props, what is said of them].
WRONG = [
    ("{ groups: ['web', { name: 'web' }] }", 'groups[1].name: expected each name once, found "web" in groups[0].name too'),
    ("{ groups: [{ name: 'web', drainTimeout: 5 }] }", "groups[0].drainTimeout: unknown key; did you mean drainTimeoutSeconds?"),
    ("{ groups: [{ name: 'web', pollSeconds: 61 }] }", "groups[0].pollSeconds: expected a whole number of seconds from 1 to 60, found 61"),
    ("{ groups: ['web'], heartbeatTimeoutSeconds: 29 }", "heartbeatTimeoutSeconds: expected a whole number of seconds from 30 to 7200, found 29"),
    ("{ groups: ['web'], onTimeout: 'stop' }", 'onTimeout: expected one of "continue", "abandon", "leave", found "stop"'),
    ("{ groups: ['web'], stage: 'a_b' }", 'stage: expected a name of up to 42 letters, digits and hyphens, found "a_b"'),
    ("{ groups: ['web'], alarmActions: ['me'] }", 'alarmActions[0]: expected an ARN that CloudWatch tells, such as that of an SNS topic, found "me"'),
    ("{ groups: ['web'], drainTimeoutSeconds: Lazy.number({ produce: () => 5 }) }", "drainTimeoutSeconds: expected a value that is known when the stack is synthesised"),
    ("{ groups: [], }", "groups: expected a group, groupTagValue or moreAutoScalingGroups, found nothing"),
    (
        "{ groups: Array.from({ length: 120 }, (_, n) => 'a-group-with-a-name-of-sixty-characters-in-which-they-differ-' + n) }",
        "groups: expected an input of at most 8,192 characters as JSON, which is all that EventBridge takes",
    ),
    (
        "{ groups: ['web'], clusterNames: Array.from({ length: 50 }, (_, n) => 'a-cluster-with-a-name-of-sixty-characters-in-which-they-differ-' + n) }",
        "groups: expected inline policies of at most 10,240 characters, which is all that IAM takes for a role",
    ),
]


def test_what_is_wrong_is_refused_when_the_stack_is_synthesised(project, tmp_path):
    """Without the compiler, whose types a program of JavaScript does not have."""
    folder = project / "wrong"
    folder.mkdir()
    rows = ",\n".join(f"() => ({props})" for props, _ in WRONG)
    (folder / "app.cjs").write_text(
        'const { App, Lazy, Stack } = require("aws-cdk-lib");\n'
        'const { AsgDrain } = require("asg-drain-cdk");\n'
        f"const rows = [{rows}];\n"
        "const said = rows.map((props) => {\n"
        "  const stack = new Stack(new App({ analyticsReporting: false }), 'stack');\n"
        "  try { new AsgDrain(stack, 'Drain', props()); return ''; } catch (error) { return error.message; }\n"
        "});\n"
        "console.log(JSON.stringify(said));\n"
    )
    said = json.loads(run("node", "app.cjs", folder=folder, environment={"CDK_OUTDIR": str(tmp_path)}))
    for (props, expected), found in zip(WRONG, said, strict=True):
        assert expected in found, f"{props}: {found}"
        assert found.startswith("asg-drain: this is wrong:\n- "), found


def test_what_is_not_known_yet_is_taken(project, tmp_path):
    folder = project / "tokens"
    folder.mkdir()
    (folder / "app.cjs").write_text(
        'const { App, CfnParameter, Stack } = require("aws-cdk-lib");\n'
        'const { AsgDrain } = require("asg-drain-cdk");\n'
        "const stack = new Stack(new App({ analyticsReporting: false }), 'stack');\n"
        "const of = (id) => new CfnParameter(stack, id).valueAsString;\n"
        "const groups = [{ id: 'A', name: of('A'), clusterName: of('C') }, { id: 'B', name: of('B'), elbNames: [of('E')] }];\n"
        "new AsgDrain(stack, 'Drain', { groups, kmsKeyArn: of('K'), clusterNames: [of('D')] });\n"
    )
    run("node", "app.cjs", folder=folder, environment={"CDK_OUTDIR": str(tmp_path)})
    text = (tmp_path / "stack.template.json").read_text()
    assert all(f'"Ref": "{each}"' in text for each in "ABCDEK")


@pytest.mark.parametrize(
    ("environments", "stages", "said"),
    [
        (("'1'", "'1'"), ("live", "live"), "both make asg-drain-live-deregister"),
        (("'1'", "'1'"), ("live", "blue"), ""),
        (("'1'", "'2'"), ("live", "live"), ""),
        (("undefined", "undefined"), ("live", "live"), "makes asg-drain-live-deregister too"),
        (("undefined", "undefined"), ("live", "blue"), ""),
    ],
)
def test_two_deployments_of_one_name_are_refused_or_warned_of(project, tmp_path, environments, stages, said):
    stacks = "".join(
        f"new AsgDrain(new Stack(app, 'stack-{n}', {{ env: {{ account: {account}, region: {account} && 'us-east-1' }} }}),"
        f" 'Drain', {{ groups: ['web'], stage: '{stage}' }});\n"
        for n, (account, stage) in enumerate(zip(environments, stages, strict=True))
    )
    (project / "two.cjs").write_text(
        'const { App, Stack } = require("aws-cdk-lib");\n'
        'const { AsgDrain } = require("asg-drain-cdk");\n'
        "const app = new App({ analyticsReporting: false });\n" + stacks + "app.synth();\n"
    )
    done = subprocess.run(
        ["node", "two.cjs"], cwd=project, env={**os.environ, "CDK_OUTDIR": str(tmp_path)}, capture_output=True, text=True
    )
    if not said:
        assert (done.returncode, "asg-drain" in done.stderr) == (0, False), done.stderr
    elif "both" in said:
        assert done.returncode != 0 and said in done.stderr
    else:
        # As a warning of the stack, which `cdk` prints.
        assert done.returncode == 0 and said in (tmp_path / "manifest.json").read_text() + "".join(
            each.read_text() for each in tmp_path.glob("*.metadata.json")
        )


def test_two_deployments_in_one_stack_need_queues_of_their_own(project, tmp_path):
    (project / "one.cjs").write_text(
        'const { App, Stack } = require("aws-cdk-lib");\n'
        'const { AsgDrain } = require("asg-drain-cdk");\n'
        "const stack = new Stack(new App({ analyticsReporting: false }), 'stack');\n"
        "const queues = { lifecycleQueueName: 'in', elbMonitorQueueName: 'out' };\n"
        "new AsgDrain(stack, 'A', { groups: ['a'], stage: 'a', ...queues });\n"
        "new AsgDrain(stack, 'B', { groups: ['b'], stage: 'b', ...queues });\n"
    )
    done = subprocess.run(
        ["node", "one.cjs"], cwd=project, env={**os.environ, "CDK_OUTDIR": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "stage: expected another one than stack/A's, or queues with names of their own: both make in" in done.stderr


def test_with_a_bucket_that_has_them_the_zips_are_taken_from_it(project, tmp_path, release):
    folder = project / "bucket"
    folder.mkdir()
    (folder / "app.cjs").write_text(
        'const { App, Stack } = require("aws-cdk-lib");\n'
        'const { AsgDrain } = require("asg-drain-cdk");\n'
        "const app = new App({ analyticsReporting: false });\n"
        "new AsgDrain(new Stack(app, 'stack'), 'Drain', { groups: ['web'], code: { bucket: 'BUCKET' } });\n"
    )
    run("node", "app.cjs", folder=folder, environment={"CDK_OUTDIR": str(tmp_path)})
    resources = json.loads((tmp_path / "stack.template.json").read_text())["Resources"].values()
    codes = [each["Properties"]["Code"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
    assert {each["S3Bucket"] for each in codes} == {"BUCKET"}
    assert {each["S3Key"].removeprefix("asg-drain/") for each in codes} <= {each.name for each in release.iterdir()}
    assets = json.loads((tmp_path / "stack.assets.json").read_text())["files"].values()
    assert [each["source"]["path"] for each in assets] == ["stack.template.json"]


def test_the_stack_policy_of_the_package_is_set_by_the_page_s_command(account, template, project, release):
    words = command(PAGE, "CDK", "aws", "cloudformation", "set-stack-policy")
    CommandLine(account, project, account.region).run(*words)
    put = account.client("cloudformation").get_stack_policy(StackName=STACK)["StackPolicyBody"]
    assert json.loads(put) == json.loads((release / "stack-policy.json").read_text())


# From here on the deployment changes.


def test_another_group_and_the_end_of_the_dry_run_are_deployed(account, template, project):
    app = project / "thirty" / "app.ts"
    text = app.read_text()
    app.write_text(text.replace("groups: [", 'groups: ["web-6-e", ', 1).replace("dryRun: true", "dryRun: false", 1))
    deploy(account, project)
    now = deployed(account, project)
    test_scheduled_rules_invoke_the_functions_with_their_inputs(account, now)
    inputs = [target.get("Input", "") for rule in now.of_type("AWS::Events::Rule").values() for target in rule["Targets"]]
    assert ['"dry_run":false' in each for each in inputs if each] == [True, True, True]
    hooks = [each["AutoScalingGroupName"] for each in now.of_type("AWS::AutoScaling::LifecycleHook").values()]
    assert hooks == ["web-6-e", *GROUPS]
    assert same_queues_and_hooks(template, now) == []


def test_the_roles_of_the_change_are_what_it_says_where_it_is_deployed_anew(account, template, project):
    with pytest.raises(AssertionError):
        test_roles_and_their_policies(account, deployed(account, project))
        pytest.fail(f"compare them there, then: {LEFT_OUT['Policies']}")
    other = account.of(OTHER_ACCOUNT)
    other.create_bucket("others-code")
    deploy(other, project, "others-code")
    test_roles_and_their_policies(other, deployed(other, project))


def test_an_upgrade_and_the_way_back_change_the_code_and_nothing_that_holds(
    account, template, project, package, release
):
    for each in (package / "files").glob("*.zip"):
        # As long as the zip's end is its own, what stands before it counts for nothing.
        each.write_bytes(b"#" + each.read_bytes())
    for is_back in (False, True):
        if is_back:
            # Npm installs no package of the version that is there.
            shutil.rmtree(package)
            install(project, release)
        deploy(account, project)
        now = deployed(account, project)
        test_functions(account, now)
        test_queues(account, now)
        assert same_queues_and_hooks(template, now) == []
        test_code = test_the_functions_have_the_release_s_code
        if is_back:
            test_code(account, now, release)
        else:
            with pytest.raises(AssertionError):
                test_code(account, now, release)


def test_destroying_it_leaves_nothing(account, before, template, project):
    cdk(account, project, "destroy", "--force")
    assert account.everything() == before
