#!/usr/bin/env bash
# Compares the working tree with the commit before it: both built side by side, the short suite of both in turn, paired ratios.
# Writes artifacts/bench/COMMIT.json. Fails when this commit allocates more, makes more system calls or sends more packets for
# the same bytes, or is slower beyond the noise band; --short (what CI runs) takes fewer pairs and prints times only.
# Usage: bench/per-commit.sh [--short] [PREVIOUS]     PREVIOUS is any commit; the parent of HEAD when nothing is changed, else HEAD.
set -euo pipefail
cd "$(dirname "$0")/.."
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1
form=--per-commit
if [ "${1:-}" = --short ]; then
    form=--per-commit-short
    shift
fi

nothing() {
    echo "nothing to compare with: $1"
    exit 0
}

git rev-parse --verify -q HEAD >/dev/null || nothing "this is no clone of the repository"
current=$(git rev-parse --short=12 HEAD)
standard=HEAD^
if ! git diff --quiet HEAD --; then
    current=$current-changed
    standard=HEAD
fi

previous=$(git rev-parse --verify -q --short=12 "${1:-$standard}^{commit}") || nothing "the commit before this one is not in this clone"
folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/tree" >/dev/null 2>&1; rm -rf "$folder"' EXIT
git worktree add --detach --quiet "$folder/tree" "$previous"
if ! (cd "$folder/tree" && dotnet build src/FastPath.Cli -c Release --nologo -v q >"$folder/log" 2>&1); then
    tail -n 5 "$folder/log"
    nothing "the commit before this one, $previous, does not build here"
fi

for project in src/FastPath.Cli bench/FastPath.Benchmarks; do
    if ! dotnet build "$project" -c Release --nologo -v q >"$folder/log" 2>&1; then
        cat "$folder/log"
        exit 1
    fi
done

echo "$previous before, $current now; built after $SECONDS s"
status=0
dotnet bench/FastPath.Benchmarks/bin/Release/net10.0/FastPath.Benchmarks.dll "$form" artifacts/bench \
    "$previous" "$folder/tree/src/FastPath.Cli/bin/Release/net10.0/FastPath.Cli.dll" \
    "$current" src/FastPath.Cli/bin/Release/net10.0/FastPath.Cli.dll || status=$?
echo "compared after $SECONDS s"
exit "$status"
