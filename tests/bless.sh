#!/bin/sh
# Makes every expectation in tests/goldens anew from Node, after `tsc --strict` has accepted the programs.
# RAYA_ORACLE names a directory with node_modules/{typescript,esbuild}; without it they are installed in target/oracle.
# Usage: tests/bless.sh [NAME…]   (all goldens without a name)
set -eu
cd "$(dirname "$0")/.."
oracle=${RAYA_ORACLE:-target/oracle}
if [ ! -d "$oracle/node_modules/esbuild" ]; then
  mkdir -p "$oracle"
  npm install --silent --prefix "$oracle" typescript@5.9 esbuild@0.25
fi
RAYA_ORACLE=$oracle exec node tests/bless.mjs "$@"
