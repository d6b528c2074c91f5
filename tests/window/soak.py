#!/usr/bin/python3
"""A long run in a window: a looped clip, and every second a key that changes alpha, rho or both by `auto`.

Usage: soak.py [SECONDS]        LOOKOUT_PROGRAM: the program; 600 seconds are the usual long run

No frame may be missing, memory must not grow, and the clip must keep its speed."""
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import screen
from screen import harness

RATE = 25
# every second one of these: through all alphas and sizes, up and down, and `auto` in between
KEYS = "[{[{[}]{}]}]aa"
WARM_SHARE = 0.3  # of the run, in which every network is loaded once
PACE = 0.9 if not harness.sanitized() else 0.1  # of the clip's speed: a loaded machine may lag now and then
GROWTH_MB = 8 if not harness.sanitized() else 120  # what a heap may fray; a sanitizer keeps freed memory for a while


def memory_mb(process):
    with open(f"/proc/{process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def run(program, folder, seconds):
    """Plays; returns the exit code, the JSON lines, and memory by time."""
    clip = harness.make_clip(os.path.join(folder, "clip.mkv"), frames=50, size="640x360", rate=RATE)
    lines = os.path.join(folder, "out.jsonl")
    samples = []
    desk = screen.Screen()
    try:
        with open(os.path.join(folder, "said"), "w", encoding="utf-8") as said:
            process = subprocess.Popen([program, "-m", harness.MODELS, "--loop", "--json", lines, clip], cwd=folder,
                                       stderr=said, env=desk.environment)
        screen.until(lambda: os.path.exists(lines) and os.path.getsize(lines), "a first frame")
        desk.window_of(process)
        start = time.monotonic()
        for second, key in enumerate(itertools.cycle(KEYS), start=1):
            if process.poll() is not None or second > seconds:
                break
            desk.type(key)
            samples.append((second, memory_mb(process)))
            time.sleep(max(0, start + second - time.monotonic()))
        desk.type("q")
        code = process.wait(timeout=screen.PATIENCE)
    finally:
        desk.close()
    with open(lines, encoding="utf-8") as file:
        frames = [json.loads(line) for line in file]
    with open(os.path.join(folder, "said"), encoding="utf-8") as file:
        return code, file.read(), frames, samples


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    with tempfile.TemporaryDirectory() as folder:
        code, said, frames, samples = run(harness.PROGRAM, folder, seconds)
    missing = [i for i, frame in enumerate(frames) if frame["frame"] != i]
    points = {(frame["alpha"], frame["size"]) for frame in frames}
    switches = sum(a["alpha"] != b["alpha"] or a["size"] != b["size"] for a, b in zip(frames, frames[1:]))
    warm = [megabytes for second, megabytes in samples if second > WARM_SHARE * seconds]
    if code or said or len(warm) < 2:
        sys.exit(f"exit code {code} after {len(samples)} s: {said}")
    growth = max(warm[len(warm) // 2:]) - max(warm[:len(warm) // 2])
    print(f"{len(frames)} frames in {seconds} s, {len(frames) / seconds:.1f} a second; {switches} changes between "
          f"{len(points)} networks; memory {warm[0]:.1f} MB after warming up, {warm[-1]:.1f} MB at the end, "
          f"{growth:+.1f} MB between the halves")
    problems = []
    if missing:
        problems.append(f"line {missing[0]} is of frame {frames[missing[0]]['frame']}")
    if len(frames) < PACE * RATE * seconds:
        problems.append("the clip falls behind its own speed")
    if switches < seconds / 4:
        problems.append("keys do not arrive")
    if growth > GROWTH_MB:
        problems.append("memory grows")
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    screen.need_tools()
    main()
