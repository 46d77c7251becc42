#!/usr/bin/env bash
# Real nodes over an emulated link between two network namespaces, beside TCP CUBIC and TCP BBR over the same link.
#
#   tests/namespaces/run.sh LINKEMU [TABLE]
#
# LINKEMU is the link emulator, built or as its C source; TABLE is the file that the table is written to (standard output
# without it). FASTPATH names the program to test, by default the Release build of src/FastPath.Cli. Needs root, TUN
# devices, network namespaces and iperf3; where one of them is missing it says so and ends without an error.
set -eu
cd "$(dirname "$0")/../.."

skip() { echo "skipped: $1"; exit 0; }

linkemu=${1:-}
table=${2:-/dev/stdout}
seconds=${SECONDS_EACH:-10}
fastpath=${FASTPATH:-$PWD/src/FastPath.Cli/bin/Release/net10.0/FastPath.Cli}
[ -n "$linkemu" ] || skip "no link emulator was named"
[ -r "$linkemu" ] || skip "$linkemu cannot be read"
[ "$(id -u)" = 0 ] || skip "namespaces need root"
[ -c /dev/net/tun ] || skip "there is no /dev/net/tun"
command -v iperf3 >/dev/null || skip "iperf3 is not installed"
[ -x "$fastpath" ] || skip "$fastpath is not built"

a=fastpath-a-$$
b=fastpath-b-$$
work=$(mktemp -d)
pids=()
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    ip netns del "$a" 2>/dev/null || true
    ip netns del "$b" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
ip netns add "$a" 2>/dev/null || skip "network namespaces are not permitted here"
ip netns add "$b"
if [[ $linkemu == *.c ]]; then
    command -v cc >/dev/null || skip "there is no C compiler for $linkemu"
    cc -O2 -o "$work/linkemu" "$linkemu"
    linkemu=$work/linkemu
fi

# Arrays, not functions: in the background the program itself is then the process that is ended.
in_a=(ip netns exec "$a")
in_b=(ip netns exec "$b")
number() { grep -o "\"$1\":[0-9.]*" | head -n 1 | cut -d : -f 2; }
per_8() { awk -v x="${1:-0}" 'BEGIN { printf "%.1f", x * 8 }'; }
stop() { kill "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }

# Waits until a file holds a line that begins with a word; prints the line.
await() {
    for _ in $(seq 200); do
        if grep -m 1 "^$2" "$1" 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    echo "no '$2' in $1 after 20 s:" >&2
    cat "$1" >&2
    return 1
}

# Round trips in ms while something else fills the link: the median.
pings() { "${in_b[@]}" "$fastpath" ping "$address" --count "$((seconds * 4))" --json 2>/dev/null | number rtt_us_p50 | awk '{ printf "%.1f", $1 / 1000 }'; }

start_node() {
    "${in_a[@]}" "$fastpath" node --listen 10.99.0.1:7001 --identity "$work/a.key" --store "$work/store" --congestion "$1" >"$work/node.$1" 2>&1 &
    node=$!
    pids+=("$node")
    address=$(await "$work/node.$1" ready | cut -d ' ' -f 2)
}

ours() {
    start_node "$1"
    "${in_b[@]}" "$fastpath" get "$key" --via "$address" --json >"$work/get" 2>&1 &
    local get=$!
    median=$(pings) || median=-
    wait "$get" || true
    row "fastpath $1" "$(per_8 "$(number goodput_mb_s <"$work/get")")"
    stop "$node"
}

tcp() {
    start_node bbr
    "${in_b[@]}" iperf3 -s -1 >/dev/null 2>&1 &
    local server=$!
    pids+=("$server")
    sleep 0.5
    "${in_a[@]}" iperf3 -c 10.99.0.2 -C "$1" -t "$seconds" -f m >"$work/iperf" 2>&1 &
    local client=$!
    median=$(pings) || median=-
    wait "$client" || true
    row "TCP $1" "$(awk '/receiver/ { print $(NF - 2) }' "$work/iperf" | tail -n 1)"
    stop "$server"
    stop "$node"
}

row() { echo "| $title | $1 | ${2:--} | $median |" >>"$work/table"; }

# Name, one-way delay in ms, Mbit/s, and the loss as the emulator takes it.
link() {
    title=$1
    local queue=$(($2 * 2 * $3 * 125))
    "$linkemu" --ns-a "$a" --ns-b "$b" --delay "$2" --rate "$3" --queue "$queue" "${@:4}" >"$work/link" 2>&1 &
    emulator=$!
    pids+=("$emulator")
    await "$work/link" ready >/dev/null
    head -c "$(($3 * 125000 * seconds))" /dev/urandom >"$work/state"
    echo code >"$work/code"
    start_node bbr
    key=$("${in_a[@]}" "$fastpath" put --code "$work/code" --state "$work/state" --via "$address" --json | grep -o '"key":"[^"]*"' | cut -d '"' -f 4)
    stop "$node"
    for controller in bbr cubic ledbat; do ours "$controller"; done
    for controller in bbr cubic; do tcp "$controller"; done
    stop "$emulator"
}

"${in_a[@]}" "$fastpath" keygen --out "$work/a.key" >/dev/null
link "20 ms, 100 Mbit/s, 1 %" 10 100 --loss 1
link "100 ms, 50 Mbit/s, 0.1 %" 50 50 --loss 0.1
link "150 ms, 20 Mbit/s, 2 % in bursts" 75 20 --burst-loss 2:10
{
    echo "| link (queue of one round trip) | sender | Mbit/s | ping meanwhile, p50 ms |"
    echo "| --- | --- | ---: | ---: |"
    cat "$work/table"
} >"$table"
