#!/usr/bin/env bash
# Changes shared/ in thousands of ways, one at a time, and tells which changes no unit or table test notices. StrykerJS wants
# a newer Node than the package; where this machine's is older, one is installed under .ci/. Options go on to StrykerJS:
#   npm run mutate -- --mutate 'shared/rules/*.ts'
set -euo pipefail
cd "$(dirname "$0")/../.."

node=node
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)'; then
  folder=.ci/node24
  node=$folder/node_modules/node/bin/node
  if [ ! -x "$node" ]; then
    mkdir -p "$folder"
    printf '{ "private": true, "allowScripts": { "node": true } }\n' >"$folder/package.json"
    npm install --prefix "$folder" --no-save --no-package-lock node@24.21.0
  fi
fi
"$node" node_modules/@stryker-mutator/core/bin/stryker.js run test/mutation/stryker.config.json "$@"
"$node" test/mutation/scores.ts
