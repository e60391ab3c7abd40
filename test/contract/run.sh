#!/usr/bin/env bash
# Runs the contract tests with a Python of their own: a venv in .venv/, made from requirements.txt at the first run and made
# anew whenever that file or the machine's Python changes. What is given to this script goes to pytest, such as one file.
set -euo pipefail
cd "$(dirname "$0")/../.."

requirements=test/contract/requirements.txt
made_from=.venv/made-from
made_of() { python3 --version && cat "$requirements"; }

# Written last: a venv that was killed in the making has none, and is made anew.
if ! made_of | cmp -s - "$made_from"; then
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
  made_of >"$made_from"
fi

# Nothing is written beside the sources: no bytecode, no cache.
export PYTHONDONTWRITEBYTECODE=1
exec .venv/bin/python -m pytest -p no:cacheprovider "${@:-test/contract}"
