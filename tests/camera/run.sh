#!/bin/sh
# Real camera drivers, in a virtual machine: the kernel's vivid and a USB camera behind uvcvideo. The machine comes from
# ../shared/camera-lab, which is for development only; without it, or without a kernel to run, exit code 77: skipped.
# Usage: run.sh BUILD [vivid|uvc]
set -eu

cd "$(dirname "$0")/../.."
build=$1
tests=${2:-vivid uvc}
lab=$(cd .. && pwd)/shared/camera-lab
probe=$(cd "$build" && pwd)/tests/camera/camera_probe

skip()
{
    echo "NOT RUN, no camera was tested: $1"
    exit 77
}

[ -x "$lab/vm-run.sh" ] || skip "$lab/vm-run.sh is not there"
for tool in qemu-system-x86_64 busybox cpio ffmpeg cc; do
    command -v $tool >/dev/null || skip "no $tool; 'scripts/install-deps lab' has it"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# The first machine fetches a kernel package.
"$lab/vm-run.sh" -s 1 true >"$work/log" 2>&1 || {
    cat "$work/log"
    skip "the virtual machine does not start: $(tail -n 1 "$work/log")"
}

case " $tests " in *' vivid '*) "$lab/vm-run.sh" -t 600 "$probe" vivid /dev/video0 ;; esac

case " $tests " in *' uvc '*)
    cc -O2 -pthread "$lab/uvccam.c" -o "$work/uvccam"
    cp "$lab/with-uvc.sh" "$work"
    for colour in red green blue; do
        ffmpeg -v error -nostdin -f lavfi -i color=$colour:size=640x480 -frames:v 1 -pix_fmt yuvj420p -q:v 2 "$work/$colour.jpg"
    done
    pictures="$work/red.jpg $work/green.jpg $work/blue.jpg"
    # shellcheck disable=SC2086,SC2016 # words; the process is known in the machine only
    "$lab/vm-run.sh" -t 600 -s 1 -v none -o "$work" "$work/with-uvc.sh" $pictures -- \
        sh -c 'exec "$0" uvc /dev/video0 "$UVCCAM_PID" "$@"' "$probe" "$work/uvccam" $pictures
    ;;
esac
