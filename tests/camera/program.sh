#!/bin/sh
# The program on a real driver, inside the virtual machine that run.sh starts. Usage: program.sh LOOKOUT /dev/videoN
set -u
lookout="$1 --headless -a 0.25 --size 128 --camera-size 320x180" # an emulated processor is slow
device=$2
name=program
. "$(dirname "$0")/checks.sh"

"$1" devices >said 2>&1 || fail "devices: exit code $?"
grep -q '^/dev/video0: vivid' said && grep -q '  YUYV  *640x480 .* 25 fps' said || fail "devices"
echo "ok      program: devices"

$lookout --frames 10 --json ten.jsonl -o ten.mkv --stats stats.json >said 2>&1 || fail "10 frames: exit code $?"
[ "$(lines ten.jsonl)" -eq 10 ] && [ -s ten.mkv ] || fail "10 frames: $(lines ten.jsonl) lines"
head -n 1 ten.jsonl | grep -q '"time":0.0,"width":320,"height":180' || fail "the first line"
grep -q '"camera":{"captured":' stats.json || fail "statistics"
echo "ok      program: a number of frames, a recording, statistics"

start $lookout --exit-on-lost --json lost.jsonl "$device"
until_lines lost.jsonl 2
v4l2-ctl -d "$device" -c disconnect=1
wait $process
code=$?
[ $code -eq 3 ] && grep -q 'camera lost' said || fail "--exit-on-lost: exit code $code"
echo "ok      program: --exit-on-lost"

start $lookout --json back.jsonl -o back.mkv "$device"
for round in 1 2 3; do
    until_more back.jsonl 2
    v4l2-ctl -d "$device" -c disconnect=1
    until_true is_back $round
done
until_more back.jsonl 2
stop INT 130
[ -s back.mkv ] && is_whole back.jsonl || fail "files after Ctrl-C"
[ "$(grep -c 'waiting for it' said)" -eq 3 ] || fail "not said once each time"
echo "ok      program: a camera that is lost and comes back, Ctrl-C"

# An output that waits for a reader: detection goes on, and the first signal ends all at once.
mkfifo pipe.y4m pipe.jsonl
start $lookout -o pipe.y4m --json lines.jsonl "$device"
until_lines lines.jsonl 15
stop INT 130
is_whole lines.jsonl || fail "lines beside a pipe without a reader"
echo "ok      program: a recording to a pipe without a reader"

sleep 1000 <pipe.y4m &
reader=$!
rm lines.jsonl
start $lookout -o pipe.y4m --json lines.jsonl --stats stats.json "$device"
until_lines lines.jsonl 15
stop TERM 143
kill $reader
is_whole lines.jsonl || fail "lines beside a reader that stalls"
grep -q '"recording_dropped":[1-9]' stats.json || fail "nothing was dropped: $(cat stats.json)"
echo "ok      program: a recording to a reader that stalls"

sleep 1000 <pipe.jsonl &
reader=$!
start $lookout -t 0 --max-detections 300 --json pipe.jsonl -o seen.mkv --stats stats.json --progress "$device"
# The pipe and the queue before it hold a dozen lines of this length.
has_detected() { [ "$(sed -n 's/^lookout: frame \([0-9]*\).*/\1/p' said | tail -n 1)0" -ge "${1}0" ]; }
until_true has_detected 30
stop INT 130
kill $reader
count=$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 seen.mkv) || fail "the recording is damaged"
[ "$count" -ge 30 ] || fail "$count frames beside lines to a reader that stalls"
echo "ok      program: lines to a reader that stalls"
