#!/usr/bin/env bash
# Real nodes over an emulated link between two network namespaces, beside TCP CUBIC and TCP BBR over the same link.
#
#   tests/namespaces/run.sh LINKEMU [TABLE]
#
# LINKEMU is the link emulator, built or as its C source; TABLE is the file that the table is written to (standard output
# without it). FASTPATH names the program to test, by default the Release build of src/FastPath.Cli. RUNS is how often
# the default controller and the two of TCP run, in turn; SECONDS_EACH how long a sender that fills the link takes; LINKS
# which of the four links are tested, by number ("4" for the one with bursts alone).
# Needs root, TUN devices, network namespaces and iperf3; where one of them is missing it says so and ends without an
# error.
set -eu
cd "$(dirname "$0")/../.."

skip() { echo "skipped: $1"; exit 0; }

linkemu=${1:-}
table=${2:-/dev/stdout}
seconds=${SECONDS_EACH:-20}
runs=${RUNS:-3}
fastpath=${FASTPATH:-$PWD/src/FastPath.Cli/bin/Release/net10.0/FastPath.Cli}
[ -n "$linkemu" ] || skip "no link emulator was named"
[ -r "$linkemu" ] || skip "$linkemu cannot be read"
[ "$(id -u)" = 0 ] || skip "namespaces need root"
[ -c /dev/net/tun ] || skip "there is no /dev/net/tun"
command -v iperf3 >/dev/null || skip "iperf3 is not installed"
[ -x "$fastpath" ] || skip "$fastpath is not built"
available=$(cat /proc/sys/net/ipv4/tcp_available_congestion_control)
for controller in bbr cubic; do
    [[ " $available " == *" $controller "* ]] || skip "the kernel has no TCP $controller, only: $available"
done

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
# From the first byte on, as iperf3 counts from the connection on: what a process takes to start says nothing of the path.
rate_mbit() { tr ',' '\n' | awk -F : '/size_bytes/ { s = $2 } /total_ms/ { t = $2 } /first_byte_us/ { f = $2 / 1000 } END { if (t > f) print s * 8 / (t - f) / 1000 }'; }
stop() { kill "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }
median() { sort -n | awk '{ x[NR] = $1 } END { if (NR) print x[int((NR + 1) / 2)]; else print "-" }'; }

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

# The median of what the link adds to the round trip while something else fills it, in ms.
queue_ms() {
    "${in_b[@]}" "$fastpath" ping "$address" --count "${1:-$((seconds * 4))}" --json 2>/dev/null | number rtt_us_p50 |
        awk -v base="$round_trip_ms" '{ q = $1 / 1000 - base; printf "%.1f\n", (q > 0 ? q : 0) }'
}

start_node() {
    "${in_a[@]}" "$fastpath" node --listen 10.99.0.1:7001 --identity "$work/a.key" --store "$work/store" --congestion "$1" >"$work/node.$1" 2>&1 &
    node=$!
    pids+=("$node")
    address=$(await "$work/node.$1" ready | cut -d ' ' -f 2)
}

# Stores so many bytes at the node; the key goes into a file of its name.
store() {
    head -c "$2" /dev/urandom >"$work/state"
    echo "$1" >"$work/code"
    "${in_a[@]}" "$fastpath" put --code "$work/code" --state "$work/state" --via "$address" --json |
        grep -o '"key":"[^"]*"' | cut -d '"' -f 4 >"$work/key.$1"
}

ours() {
    start_node "$1"
    timeout $((seconds * 20)) "${in_b[@]}" "$fastpath" get "$(cat "$work/key.$2")" --via "$address" --json >"$work/get" 2>&1 &
    local get=$!
    sleep 0.5
    keep "fastpath-$1" queue "$(queue_ms || true)"
    wait "$get" || true
    keep "fastpath-$1" rate "$(rate_mbit <"$work/get")"
    stop "$node"
}

tcp() {
    start_node bbr
    "${in_b[@]}" iperf3 -s -1 >/dev/null 2>&1 &
    local server=$!
    pids+=("$server")
    sleep 0.5
    # It has been seen to wait for the end of its control connection for ever.
    timeout $((seconds + 30)) "${in_a[@]}" iperf3 -c 10.99.0.2 -C "$1" -t "$seconds" -f k >"$work/iperf" 2>&1 &
    local client=$!
    sleep 0.5
    keep "TCP-$1" queue "$(queue_ms || true)"
    wait "$client" || true
    keep "TCP-$1" rate "$(awk '/receiver/ { print $(NF - 2) / 1000 }' "$work/iperf" | tail -n 1)"
    stop "$server"
    stop "$node"
}

keep() { echo "${3:-}" >>"$work/$1.$2"; }
result() { grep . "$work/$1.$2" 2>/dev/null | median; }

row() {
    local rate queue spread
    rate=$(result "$1" rate)
    queue=$(result "$1" queue)
    spread=$(grep . "$work/$1.rate" | sort -n | awk '{ x[NR] = $1 } END { printf "%.1f to %.1f", x[1], x[NR] }')
    awk -v t="$title" -v s="${1//-/ }" -v r="$rate" -v w="$spread" -v q="$queue" -v bbr="$(result TCP-bbr rate)" \
        'BEGIN { printf "| %s | %s | %.1f | %s | %.0f %% | %.1f |\n", t, s, r, w, 100 * r / bbr, q }' >>"$work/table"
}

# Name, one-way delay in ms, Mbit/s, which part of the link's bytes is enough for CUBIC and which for LEDBAT++, and the loss as
# the emulator takes it. LEDBAT++ grows by a sixth of a datagram a round trip at 20 ms: at 1 % of loss that is 2 Mbit/s.
link() {
    title=$1
    round_trip_ms=$(($2 * 2))
    local queue=$(($2 * 2 * $3 * 125)) bytes=$(($3 * 125000 * seconds)) sender
    rm -f "$work"/*.rate "$work"/*.queue
    "$linkemu" --ns-a "$a" --ns-b "$b" --delay "$2" --rate "$3" --queue "$queue" "${@:6}" >"$work/link" 2>&1 &
    emulator=$!
    pids+=("$emulator")
    await "$work/link" ready >/dev/null
    start_node bbr
    store whole "$bytes"
    store part "$((bytes / $4))"
    store little "$((bytes / $5))"
    stop "$node"
    for _ in $(seq "$runs"); do
        ours bbr whole
        tcp bbr
        tcp cubic
    done

    # For comparison, once.
    ours cubic part
    ours ledbat little
    for sender in fastpath-bbr TCP-bbr fastpath-cubic TCP-cubic fastpath-ledbat; do row "$sender"; done
    stop "$emulator"
}

"${in_a[@]}" "$fastpath" keygen --out "$work/a.key" >/dev/null
numbers=${LINKS:-1 2 3 4}
for number in $numbers; do
    case $number in
        1) link "20 ms, 100 Mbit/s, no loss" 10 100 2 2 ;;
        2) link "20 ms, 100 Mbit/s, 1 %" 10 100 16 48 --loss 1 ;;
        3) link "100 ms, 50 Mbit/s, 0.1 %" 50 50 4 16 --loss 0.1 ;;
        4) link "150 ms, 20 Mbit/s, 2 % in bursts" 75 20 8 32 --burst-loss 2:10 ;;
        *) echo "there is no link $number" >&2; exit 1 ;;
    esac
done
{
    echo "| link (queue of one round trip) | sender | Mbit/s, median of $runs | from, to | of TCP BBR | median queueing, ms |"
    echo "| --- | --- | ---: | ---: | ---: | ---: |"
    cat "$work/table"
} >"$table"
