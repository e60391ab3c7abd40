#!/usr/bin/env bash
# Changes shared/ in thousands of ways, one at a time, and tells which changes no unit or table test notices. StrykerJS wants
# a newer Node than the package. It has a package.json of its own here, which this installs; where this machine's Node is too
# old, a newer one is installed under .ci/. Options go on to StrykerJS:
#   npm run mutate -- --mutate 'shared/rules/*.ts'
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)'; then
  folder=.ci/node24
  if [ ! -x "$folder/node_modules/node/bin/node" ]; then
    mkdir -p "$folder"
    printf '{ "private": true, "allowScripts": { "node": true } }\n' >"$folder/package.json"
    npm install --prefix "$folder" --no-save --no-package-lock node@24.21.0
  fi
  export PATH="$PWD/$folder/node_modules/node/bin:$PATH"
fi

# npm writes the second file when it has installed what the first one says.
own=test/mutation
if [ ! "$own/node_modules/.package-lock.json" -nt "$own/package-lock.json" ]; then
  (cd "$own" && npm ci)
fi
# The runner needs StrykerJS's types, so that `npm run check` leaves it out.
node_modules/.bin/tsc --project "$own"
node "$own/node_modules/@stryker-mutator/core/bin/stryker.js" run "$own/stryker.config.json" "$@"
node "$own/scores.ts"
