"""Has checkov look at all that is deployed, which was made last by `npm run release`. What it finds and is meant to be so has its reason where it is
found, and each reason is needed: without it, checkov finds just that. It is run by checkov.sh, in a Python of its own.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
[CORE] = (PROJECT / "release").glob("core-*.json")
SCANS = [
    # The template of the first creation has nothing but the bucket, which this one has too.
    ("cloudformation", PROJECT / ".serverless" / "cloudformation-template-update-stack.json"),
    ("cloudformation", PROJECT / "release" / "template.json"),
    ("cloudformation", CORE),
    ("cloudformation", PROJECT / "release" / "task.json"),
    ("cloudformation", PROJECT / "examples" / "events" / "slack.yml"),
    ("dockerfile", PROJECT / "deploy" / "task" / "Dockerfile"),
    ("terraform", PROJECT / "deploy" / "terraform" / "main.tf"),
]
# Checkov takes a key that a condition chooses for one that is there. Whoever gives none has what the reason says.
BY_CONDITION = {"CKV_AWS_27", "CKV_AWS_158"}


def scanned(framework, path):
    """What checkov finds in a file, and what it is told to leave, each as a resource with the number of a check."""
    program = Path(sys.executable).with_name("checkov")
    options = ["--framework", framework, "--output", "json", "--skip-download"]
    # It exits with 1 if anything is found. Its own stack trace, without a network, means nothing.
    done = subprocess.run([program, "--file", path, *options], capture_output=True, text=True)
    answer = json.loads(done.stdout)
    summary = answer["summary"]
    assert summary["passed"] + summary["failed"] + summary["skipped"] > 0 and summary["parsing_errors"] == 0, f"{path} was not checked"
    results = answer["results"]
    return [
        {(each["resource"], each["check_id"]) for each in results[key]} for key in ("failed_checks", "skipped_checks")
    ]


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
    wrong = 0
    for framework, path in SCANS:
        found, left = scanned(framework, path)
        with tempfile.TemporaryDirectory() as folder:
            bare = Path(folder) / path.name
            bare.write_text(without_reasons(path.read_text()))
            there, _ = scanned(framework, bare)
        is_release = path.parent.name == "release"
        needless = {each for each in left - there if not (is_release and each[1] in BY_CONDITION)}
        for told, what in ((found, "is found, and has no reason"), (needless, "has a reason, and is not found")):
            wrong += len(told)
            for resource, check in sorted(told):
                print(f"{path.relative_to(PROJECT)}: {check} of {resource} {what}")
        print(f"{path.relative_to(PROJECT)}: {len(left)} reasons")
    sys.exit(1 if wrong else 0)


main()
