#!/bin/sh
# Real camera drivers, in a virtual machine: the kernel's vivid and a USB camera behind uvcvideo. The machine comes from
# ../shared/camera-lab, which is for development only; without it, or without a kernel to run, exit code 77: skipped.
# Usage: run.sh BUILD [vivid|program|several|uvc]
set -eu

cd "$(dirname "$0")/../.."
build=$1
tests=${2:-vivid program several uvc}
lab=$(cd .. && pwd)/shared/camera-lab
probe=$(cd "$build" && pwd)/tests/camera/camera_probe

skip()
{
    echo "NOT RUN, no camera was tested: $1"
    exit 77
}

[ -x "$lab/vm-run.sh" ] || skip "$lab/vm-run.sh is not there"
for tool in qemu-system-x86_64 busybox cpio ffmpeg python3 cc; do
    command -v $tool >/dev/null || skip "no $tool; 'scripts/install-deps lab' has it"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# The first machine fetches a kernel package.
"$lab/vm-run.sh" -s 1 true >"$work/log" 2>&1 || {
    cat "$work/log"
    skip "the virtual machine does not start: $(tail -n 1 "$work/log")"
}

# machine OPTION... COMMAND...: runs it in a virtual machine. The machine's own kernel may fail, since a driver whose
# camera is pulled out again and again has races of its own (an oops kills the process that it happens in): that is
# shown, and tried again in a new machine. Whatever else fails is ours, and fails at once.
machine()
{
    for try in 1 2 3; do
        status=0
        "$lab/vm-run.sh" -l "$@" 2>"$work/log" || status=$?
        grep -v '^\[ *[0-9]' "$work/log" >&2 || :
        [ "$status" -ne 0 ] || return 0
        echo "exit code $status; the machine's kernel said last:"
        grep '^\[ *[0-9]' "$work/log" | tail -n 50
        grep -Eq '^\[ *[0-9.]*\] .*(BUG:|Oops|general protection fault)' "$work/log" || return "$status"
        echo "The machine's kernel failed, at try $try."
    done
    return "$status"
}

case " $tests " in *' vivid '*) machine -t 300 "$probe" vivid /dev/video0 ;; esac

case " $tests " in *' program '*)
    export LOOKOUT_MODELS="$PWD/models"
    machine -t 450 -e LOOKOUT_MODELS tests/camera/program.sh "$(cd "$build" && pwd)/lookout" /dev/video0
    ;;
esac

case " $tests " in *' several '*)
    export LOOKOUT_MODELS="$PWD/models"
    machine -t 900 -e LOOKOUT_MODELS -v 'n_devs=3 node_types=0x1,0x1,0x1 num_inputs=1,1,1 input_types=0x0,0x0,0x0' \
        tests/camera/several.sh "$(cd "$build" && pwd)/lookout" /dev/video1 /dev/video0 /dev/video2
    ;;
esac

# Pictures for the USB camera. Many cameras leave out the Huffman tables, which are the same always: so do half of these.
make_pictures()
{
    ffmpeg -v error -nostdin -f lavfi -i testsrc=size=640x480:rate=5 -frames:v 9 -pix_fmt yuvj420p -q:v 6 \
        -huffman default "$work/picture-%d.jpg"
    python3 - "$work"/picture-[1-5].jpg <<'END'
import sys

for path in sys.argv[1:]:
    data = open(path, "rb").read()
    at = 2
    while data[at + 1] != 0xDA:  # until the scan: marker, length, segment
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xC4:
            data = data[:at] + data[end:]
        else:
            at = end
    open(path, "wb").write(data)
END
}

case " $tests " in *' uvc '*)
    cc -O2 -pthread "$lab/uvccam.c" -o "$work/uvccam"
    cp "$lab/with-uvc.sh" "$work"
    make_pictures
    # shellcheck disable=SC2016 # the process is known in the machine only
    machine -t 300 -s 1 -v none -o "$work" "$work/with-uvc.sh" "$work"/picture-*.jpg -- \
        sh -c 'exec "$0" uvc /dev/video0 "$UVCCAM_PID" "$@"' "$probe" "$work/uvccam" "$work"/picture-*.jpg
    ;;
esac
