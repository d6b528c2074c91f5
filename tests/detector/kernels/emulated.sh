#!/bin/sh
# Builds the kernel tests for aarch64 and for plain x86-64 and runs them on emulated CPUs, old ones too: each has to choose the
# right kernels and compute the right results. Exit code 77 (skipped) if a tool is missing.
# Usage: emulated.sh SOURCE_ROOT
set -eu
cd "$1"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT INT TERM
flags="-D_GNU_SOURCE -std=c11 -O3 -Wall -Wextra -Wundef -Werror -ffp-contract=off -I. -I$build -static"
sources="tests/detector/kernels/*.c detector/base/cpu.c detector/kernels/f32.c detector/kernels/f32_c.c detector/kernels/kernels.c"
ran=0 missing=0

# configure AVX2 AVX512 NEON: writes config.h as meson does.
configure()
{
    printf '#define LOOKOUT_HAVE_AVX2 %d\n#define LOOKOUT_HAVE_AVX512 %d\n#define LOOKOUT_HAVE_NEON %d\n' "$@" \
        >"$build/config.h"
}

# object FILE COMPILER FLAGS...
object()
{
    file=$1 compiler=$2
    shift 2
    # shellcheck disable=SC2086 # flags are words
    "$compiler" $flags "$@" -c "$file" -o "$build/$(basename "$file" .c).o"
}

# expect EMULATOR CPU PROGRAM ISAS...: the program checks these instruction sets and no other.
expect()
{
    emulator=$1 cpu=$2 program=$3
    shift 3
    echo "$emulator -cpu $cpu: $*"
    "$emulator" -cpu "$cpu" "$program" --quick >"$build/output" || {
        cat "$build/output"
        exit 1
    }
    checked=$(sed -n 's/^\([a-z0-9]*\): [0-9]* checks, 0 failures$/\1/p' "$build/output" | tr '\n' ' ')
    [ "$checked" = "$* " ] || {
        cat "$build/output"
        echo "FAILED: expected checks of: $*"
        exit 1
    }
    ran=1
}

have()
{
    for tool in "$@"; do
        command -v "$tool" >/dev/null || {
            echo "no $tool: $skipped skipped"
            missing=1
            return 1
        }
    done
}

skipped="aarch64"
if have aarch64-linux-gnu-gcc qemu-aarch64-static; then
    configure 0 0 1
    for file in $sources detector/kernels/f32_neon.c; do
        object "$file" aarch64-linux-gnu-gcc
    done
    aarch64-linux-gnu-gcc -static "$build"/*.o -lm -o "$build/aarch64"
    for cpu in cortex-a53 cortex-a72 cortex-a76; do
        expect qemu-aarch64-static $cpu "$build/aarch64" c neon
    done
    rm "$build"/*.o
fi

skipped="x86-64"
if [ "$(uname -m)" = x86_64 ] && have gcc qemu-x86_64-static; then
    configure 1 1 0
    for file in $sources; do
        object "$file" gcc
    done
    object detector/kernels/f32_avx2.c gcc -mavx2 -mfma -mf16c
    object detector/kernels/f32_avx512.c gcc -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma -mf16c
    gcc -static "$build"/*.o -lm -o "$build/x86-64"
    expect qemu-x86_64-static qemu64 "$build/x86-64" c
    expect qemu-x86_64-static Nehalem "$build/x86-64" c
    expect qemu-x86_64-static Haswell "$build/x86-64" c avx2
fi

[ $ran = 1 ] && [ $missing = 0 ] || exit 77
