#!/usr/bin/env bash
# What verification costs: piped goodput of `demo` with --verify on over that with --verify off, in pairs, so that a slow
# phase of the machine falls on both. Prints each pair and the median ratio. Caching is the same in both.
# Usage: bench/verify-cost.sh [PAIRS] [SIZE]
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-9}
size=${2:-50MB}
dotnet build -c Release --nologo -v q src/FastPath.Cli >/dev/null
goodput() {
    dotnet run -c Release --no-build --project src/FastPath.Cli -- demo --json --size "$size" --verify "$1" |
        sed 's/.*"piped":{[^}]*"goodput_mb_s":\([0-9.]*\).*/\1/'
}
for ((i = 0; i < pairs; i++)); do
    on=$(goodput on)
    off=$(goodput off)
    awk -v on="$on" -v off="$off" 'BEGIN { printf "%.1f MB/s verified, %.1f MB/s not: %.3f\n", on, off, on / off }'
done | tee /dev/stderr | sed 's/.*: //' | sort -n | awk '{ v[NR] = $1 } END { printf "median ratio %.3f\n", v[int((NR + 1) / 2)] }'
