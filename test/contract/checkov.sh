#!/usr/bin/env bash
# Has checkov look at what is deployed (findings.py). It has a Python of its own: it needs an older boto3 than moto does.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ ! -x .venv-checkov/bin/checkov ]; then
  python3 -m venv .venv-checkov
  .venv-checkov/bin/pip install --quiet --disable-pip-version-check checkov==3.3.30
fi
# What CDK makes is looked at, too.
[ -d deploy/cdk/node_modules ] || npm ci --prefix deploy/cdk

PYTHONDONTWRITEBYTECODE=1 .venv-checkov/bin/python test/contract/findings.py
