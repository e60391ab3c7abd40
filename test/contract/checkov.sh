#!/usr/bin/env bash
# Has checkov look at the templates of the release that was made last. It has a Python of its own: it needs an older boto3 than moto does.
# What it finds and is meant to be so stands in the templates, each with its reason (deploy/release/findings.ts).
set -euo pipefail
cd "$(dirname "$0")/../.."

checkov=.venv-checkov/bin/checkov
if [ ! -x "$checkov" ]; then
  python3 -m venv .venv-checkov
  .venv-checkov/bin/pip install --quiet --disable-pip-version-check checkov==3.3.30
fi
# It exits with 1 if anything is found. Its own stack trace, without a network, means nothing.
"$checkov" --file release/template.json release/core-*.json --framework cloudformation --compact --quiet --skip-download 2>/dev/null
