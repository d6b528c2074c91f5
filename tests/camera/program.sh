#!/bin/sh
# The program on a real driver, inside the virtual machine that run.sh starts. Usage: program.sh LOOKOUT /dev/videoN
set -u
lookout="$1 --headless -a 0.25 --size 128 --camera-size 320x180" # an emulated processor is slow
device=$2
work=$(mktemp -d)
cd "$work" || exit 1

fail()
{
    echo "FAILED  program: $1"
    cat said 2>/dev/null
    exit 1
}

lines() { cat "$1" 2>/dev/null | wc -l; }

# until FILE COUNT: waits for that many lines
until_lines()
{
    tries=0
    while [ "$(lines "$1")" -lt "$2" ]; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "$1 has $(lines "$1") lines, waited for $2"
        sleep 0.1
    done
}

"$1" devices >said 2>&1 || fail "devices: exit code $?"
grep -q '^/dev/video0: vivid' said && grep -q '  YUYV  *640x480 .* 25 fps' said || fail "devices"
echo "ok      program: devices"

$lookout --frames 10 --json ten.jsonl -o ten.mkv --stats stats.json >said 2>&1 || fail "10 frames: exit code $?"
[ "$(lines ten.jsonl)" -eq 10 ] && [ -s ten.mkv ] || fail "10 frames: $(lines ten.jsonl) lines"
head -n 1 ten.jsonl | grep -q '"time":0.0,"width":320,"height":180' || fail "the first line"
grep -q '"camera":{"captured":' stats.json || fail "statistics"
echo "ok      program: a number of frames, a recording, statistics"

$lookout --exit-on-lost --json lost.jsonl "$device" >said 2>&1 &
process=$!
until_lines lost.jsonl 2
v4l2-ctl -d "$device" -c disconnect=1
wait $process
code=$?
[ $code -eq 3 ] && grep -q 'camera lost' said || fail "--exit-on-lost: exit code $code"
echo "ok      program: --exit-on-lost"

$lookout --json back.jsonl -o back.mkv "$device" >said 2>&1 &
process=$!
for round in 1 2 3; do
    until_lines back.jsonl $(($(lines back.jsonl) + 2))
    v4l2-ctl -d "$device" -c disconnect=1
    tries=0
    while [ "$(grep -c 'is back' said)" -lt $round ]; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "the camera is not back"
        sleep 0.1
    done
done
until_lines back.jsonl $(($(lines back.jsonl) + 2))
kill -INT $process
wait $process
code=$?
[ $code -eq 130 ] && [ -s back.mkv ] || fail "after Ctrl-C: exit code $code"
[ "$(grep -c 'waiting for it' said)" -eq 3 ] || fail "not said once each time"
echo "ok      program: a camera that is lost and comes back, Ctrl-C"
