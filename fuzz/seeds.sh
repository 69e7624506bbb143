#!/usr/bin/env bash
# Fills the corpora with compiled real programs: every golden, bench and example that compiles becomes a seed of every target.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet -p raya
seeds=$(mktemp -d)
trap 'rm -r "$seeds"' EXIT
while IFS= read -r program; do
    name=$(echo "${program%.ts}" | tr '/' '-')
    target/debug/raya build "$program" -o "$seeds/$name.rbin" >/dev/null 2>&1 || true
done < <(find tests/goldens benches/mods examples -name "*.ts" ! -name "*.d.ts" | sort)
for target in fuzz/fuzz_targets/*.rs; do
    corpus=fuzz/corpus/$(basename "$target" .rs)
    mkdir -p "$corpus"
    find "$seeds" -name '*.rbin' -exec cp {} "$corpus" \;
done
echo "$(find "$seeds" -name '*.rbin' | wc -l) seeds"
