"""Has checkov look at all that is deployed, which was made last by `npm run release`: also at the core template with all of its options on, and at what
CDK makes of the example. What it finds and is meant to be so has its reason where it is found, and each reason is needed: without it, checkov
finds just that. It is run by checkov.sh, in a Python of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from parameters import Parameters

PROJECT = Path(__file__).resolve().parents[2]
RELEASE = PROJECT / "release"
[CORE] = RELEASE.glob("core-*.json")
FILES = [
    # The template of the first creation has nothing but the bucket, which this one has too.
    PROJECT / ".serverless" / "cloudformation-template-update-stack.json",
    RELEASE / "template.json",
    CORE,
    RELEASE / "task.json",
    PROJECT / "examples" / "events" / "slack.yml",
    PROJECT / "deploy" / "task" / "Dockerfile",
    PROJECT / "deploy" / "terraform" / "main.tf",
]
# Checkov takes a key that a condition chooses for one that is there. Whoever gives none has what the reason says.
BY_CONDITION = {"CKV_AWS_27", "CKV_AWS_158"}
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
# All that a template has by a condition alone.
EVERYTHING = {
    "CodeBucket": "code",
    "Groups": "web-a,web-b",
    "GroupTagValue": "yes",
    "ClusterNames": "web",
    "Clusters": "*",
    "DeregisterAtOnce": "true",
    "OnSpotInterruption": "drain",
    "OnRebalance": "replace",
    "OnMaintenance": "replace",
    "Topics": ARN.format("sns", "terminations"),
    "LifecycleEventHooks": "drain",
    "ScaleTasksServices": '{"cluster_name":"web","service_name":"edge","min_task_count":2,"n_count":1}',
    "ScaleTasksClusterNames": "web",
    "MoreRolesThatMaySend": "arn:aws:iam::123456789012:role/on-call",
    "MoreRulesThatMaySend": ARN.format("events", "rule/mine"),
    "MoreTopicsThatMaySend": ARN.format("sns", "mine"),
    "AlarmActions": ARN.format("sns", "on-call"),
    "EventBus": "default",
    "WithDashboard": "true",
    "KmsKeyArn": ARN.format("kms", "key/1"),
}


def with_everything(path):
    """A template with all of its options on, and without parameters and conditions."""
    template = json.loads(path.read_text())
    values = {name: value for name, value in EVERYTHING.items() if name in template["Parameters"]}
    more = {"Image": "image", "TaskCluster": "tools"} if "Image" in template["Parameters"] else {}
    made = Parameters(template, {**values, **more})
    resources = made.resources()
    missing = [name for name in template["Resources"] if name not in resources]
    # Two groups and one topic have not all of the places.
    others = [name for name in missing if not re.fullmatch(r"(LifecycleHook|Subscription)\d+", name)]
    assert others == [], others
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, indent=1)


def of_cdk(folder):
    """What CDK makes of the example, with the release's package."""
    modules = folder / "node_modules"
    modules.mkdir(parents=True)
    for each in (PROJECT / "deploy" / "cdk" / "node_modules").iterdir():
        (modules / each.name).symlink_to(each)
    [package] = RELEASE.glob("asg-drain-cdk-*.tgz")
    unpacked = modules / "asg-drain-cdk"
    unpacked.mkdir()
    subprocess.run(["tar", "--extract", "--strip-components=1", "--file", package], cwd=unpacked, check=True)
    shutil.copy(PROJECT / "deploy" / "cdk" / "example" / "app.ts", folder)
    out = folder / "cdk.out"
    subprocess.run(
        [modules / ".bin" / "tsx", "app.ts"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "CDK_OUTDIR": str(out)},
        check=True,
    )
    [template] = out.glob("*.template.json")
    return template.read_text()


def files_to_scan(folder):
    """The text of each file by its name, in a folder of its own for each."""
    scanned = {f"{path.parent.name.lstrip('.')}/{path.name}": path.read_text() for path in FILES}
    for path in (RELEASE / "template.json", CORE, RELEASE / "task.json"):
        scanned[f"with-everything/{path.name}"] = with_everything(path)
    scanned["cdk/example.json"] = of_cdk(folder)
    return scanned


def found_in(texts):
    """What checkov finds in files, and what it is told to leave: for each file, resources with the number of a check."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        program = Path(sys.executable).with_name("checkov")
        options = ["--framework", "cloudformation", "dockerfile", "terraform", "--output", "json", "--skip-download"]
        # It exits with 1 if anything is found. Its own stack trace, without a network, means nothing.
        done = subprocess.run([program, "--directory", folder, *options], capture_output=True, text=True)
    answers = json.loads(done.stdout)
    found = {name: (set(), set()) for name in texts}
    checked = set()
    for answer in answers if isinstance(answers, list) else [answers]:
        assert answer["summary"]["parsing_errors"] == 0, answer["results"].get("parsing_errors")
        for key, where in (("failed_checks", 0), ("skipped_checks", 1), ("passed_checks", None)):
            for each in answer["results"][key]:
                name = each["file_path"].lstrip("/")
                checked.add(name)
                if where is not None:
                    found[name][where].add((each["resource"], each["check_id"]))
    assert checked == texts.keys(), f"not checked: {texts.keys() - checked}"
    return found


def without_reasons(text):
    """A file's text without any reason."""
    if text.startswith("{"):
        template = json.loads(text)
        for each in template["Resources"].values():
            each.pop("Metadata", None)
        return json.dumps(template, indent=1)
    return re.sub(r"#\s*checkov:skip=.*", "", text)


def main():
    """Scans all, and says what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        texts = files_to_scan(Path(folder))
    bare = {name: without_reasons(text) for name, text in texts.items()}
    # On a core each.
    with ThreadPoolExecutor() as both:
        told, there = both.map(found_in, [texts, bare])
    wrong = 0
    for name in texts:
        found, left = told[name]
        is_chosen = not name.startswith("serverless/")
        needless = {each for each in left - there[name][0] if not (is_chosen and each[1] in BY_CONDITION)}
        for those, what in ((found, "is found, and has no reason"), (needless, "has a reason, and is not found")):
            wrong += len(those)
            for resource, check in sorted(those):
                print(f"{name}: {check} of {resource} {what}")
        print(f"{name}: {len(left)} reasons")
    sys.exit(1 if wrong else 0)


main()
