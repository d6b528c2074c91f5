#!/bin/sh
# Three cameras in one run, one of which is unplugged again and again, inside the virtual machine that run.sh starts. Usage:
# several.sh LOOKOUT /dev/videoN STEADY STEADY
set -u
lookout="$1 --headless -a 0.25 --size 128 --camera-size 320x180 --camera-fps 5" # three emulated cameras on an emulated processor
unsteady=$2 first=$3 second=$4
name=several
. "$(dirname "$0")/checks.sh"

source_lines() { cat lines.jsonl 2>/dev/null | grep -c "^{\"source\":\"$1\""; }
has_source_lines() { [ "$(source_lines "$1")" -ge "$2" ]; }
until_more_of() { until_true has_source_lines "$1" $(($(source_lines "$1") + $2)); }
is_lost() { [ "$(grep -c 'waiting for it' said)" -ge "$1" ]; }

# watch lost|there: with the unsteady camera unplugged again and again, or left alone for as long. Returns 4 if a driver dropped
# frames of a camera that stayed.
watch()
{
    rm -f lines.jsonl stats.json
    start $lookout --json lines.jsonl --stats stats.json "$unsteady" "$first" "$second"
    for camera in "$unsteady" "$first" "$second"; do
        until_more_of "${camera##*/}" 3
    done
    for round in 1 2 3; do
        if [ "$1" = lost ]; then
            v4l2-ctl -d "$unsteady" -c disconnect=1
            until_true is_lost $round
        fi
        until_more_of "${first##*/}" 3
        until_more_of "${second##*/}" 3
        [ "$1" = there ] || until_true is_back $round
        until_more_of "${unsteady##*/}" 2
    done
    stop INT 130
    is_whole lines.jsonl || fail "the last line is not complete"
    python3 - lines.jsonl stats.json "${unsteady##*/}" "$1" <<'CHECK'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
lost, dropped = {}, 0
for source in json.load(open(sys.argv[2]))["sources"]:
    name, camera = source["source"], source["camera"]
    numbers = [line["frame"] for line in lines if line["source"] == name]
    times = [line["time"] for line in lines if line["source"] == name]
    print(name, len(numbers), "lines", camera)
    lost[name] = camera["lost"]
    assert numbers == sorted(set(numbers)) and times == sorted(set(times)), name
    if name == sys.argv[3]:
        continue
    # whatever has no line was skipped for a newer frame or dropped by the driver
    assert camera["damaged"] == 0, name
    assert numbers[-1] + 1 - len(numbers) <= camera["skipped"] + camera["dropped_by_driver"], name
    dropped += camera["dropped_by_driver"]
assert {name: count > 0 for name, count in lost.items()} == {name: name == sys.argv[3] and sys.argv[4] == "lost" for name in lost}, lost
sys.exit(4 if dropped else 0)
CHECK
}

# The driver of a camera that stays drops nothing because of one that comes and goes. It does by itself where the machine is
# too busy to serve it once in a frame: only where it drops as well when nothing is unplugged, there is another try.
for attempt in 1 2 3; do
    watch lost
    status=$?
    [ $status -eq 4 ] || break
    watch there
    [ $? -eq 4 ] || fail "a camera that stays loses frames when another one is unplugged, and only then"
done
[ $status -eq 0 ] || fail "what the files say: $status"
echo "ok      several: three cameras, one of which comes and goes"
