#!/usr/bin/python3
"""Times Lookout and other engines on the same weights, in turns, and prints the ratios; see README.md."""
import argparse
import json
import os
import random
import statistics
import sys
import tempfile

import numpy as np

from engines import Setup
from export_onnx import export

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(os.path.dirname(SOURCE), "shared", "weights-2", "golden")
ALPHAS = (1.0, 0.75, 0.5, 0.25)
SIZES = (224, 192, 160, 128)
LARGE_SIZES = (320, 288, 256)  # beyond the paper: only when named
TOLERANCE = 1e-4  # of a level's root mean square: float32 sums in another order
GOAL_RATIO = 0.80
GOAL_SHARE = 0.92
GOAL_RIVALS = ("onnxruntime", "onednn")
NOISY = 0.1  # ratio's interquartile range, as a part of the ratio
WARM_RUNS = 3  # at the start of each turn, not counted
PEAK_TRIES = 3  # the best counts: other programs can only take time away


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--build", default=os.path.join(SOURCE, "build"), help="folder built with -Drivals=enabled")
    parser.add_argument("--points", default="all",
                        help="alpha/size, comma separated, or all: the paper's 16; sizes 256, 288, 320 only when named")
    parser.add_argument("--threads", default="1,2", help="numbers of threads, comma separated")
    parser.add_argument("--isa", default="", help="Lookout's instruction set (default: the best)")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each engine at each point")
    parser.add_argument("--turn", type=float, default=50, help="milliseconds of a turn")
    parser.add_argument("--json", help="file to write a JSON object a line to")
    parser.add_argument("--without", default="", help="rivals to leave out, comma separated")
    parser.add_argument("--also", default=[], action="append", metavar="PROGRAM",
                        help="a bench_lookout of another build, to compare with")
    parser.add_argument("--onnxruntime", help="its library (default: the one that npm put into BUILD/rivals)")
    return parser.parse_args()


def parse_points(text):
    if text == "all":
        return [(alpha, size) for alpha in ALPHAS for size in SIZES]
    try:
        points = [(float(alpha), int(size)) for alpha, size in (point.split("/") for point in text.split(","))]
    except ValueError:
        points = []
    sizes = LARGE_SIZES + SIZES
    if not points or not all(alpha in ALPHAS and size in sizes for alpha, size in points):
        sys.exit(f"compare: --points {text}: write alpha/size, as 0.5/224; alpha is one of {ALPHAS}, size of {sizes}")
    return points


def parse_threads(text):
    counts = [int(count) if count.isdecimal() else 0 for count in text.split(",")]
    if not all(counts):
        sys.exit(f"compare: --threads {text}: write numbers from 1, as 1,2")
    return counts


def cpu_name():
    facts = {}
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    name = facts.get("model name") or facts.get("Model") or "unknown processor"
    if "cpu family" in facts:
        name += f" (family {facts['cpu family']}, model {facts['model']})"
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


# ---- the same picture, the same results ------------------------------------------------------------------------------

def write_picture(size, path):
    """The picture with known results where that is at hand, else slopes and blocks."""
    try:
        with open(os.path.join(GOLDEN, f"input-{size}.rgb"), "rb") as file:
            pixels = file.read()
    except FileNotFoundError:
        y, x = np.mgrid[0:size, 0:size]
        block = (x * 7 // size % 2) & (y * 7 // size % 2)
        red = x * 255 // size
        pixels = np.stack([red, np.where(block, 230, y * 255 // size), np.where(block, 255 - red, 128)],
                          axis=2).astype(np.uint8).tobytes()
    with open(path, "wb") as file:
        file.write(pixels)


def check_heads(heads, lengths, alpha, size):
    """Ends the program unless all engines' raw outputs agree. heads: by label, Lookout's first; lengths: of a head's
    levels."""
    try:
        reference_label, reference = "the known result", np.fromfile(
            os.path.join(GOLDEN, f"head-{alpha:.2f}-{size}.f32"), "<f4")
    except FileNotFoundError:
        reference_label, reference = next(iter(heads.items()))
    ends = np.cumsum(lengths)[:-1]
    for label, head in heads.items():
        if head.shape != reference.shape:
            sys.exit(f"compare: {alpha:.2f}/{size}: {label} gives {head.size} outputs, {reference_label} has "
                     f"{reference.size}: no ratios of different results")
        for level, (ours, known) in enumerate(zip(np.split(head, ends), np.split(reference, ends)), 1):
            allowed = TOLERANCE * max(float(np.sqrt(np.mean(np.square(known)))), 1e-3)
            difference = float(np.max(np.abs(ours - known)))
            if not difference <= allowed:
                sys.exit(f"compare: {alpha:.2f}/{size}: head{level} of {label} differs from {reference_label} by "
                         f"{difference:.2g}, allowed are {allowed:.2g}: no ratios of different results")


# ---- timing ----------------------------------------------------------------------------------------------------------

def time_in_turns(engines, threads, options):
    """Median milliseconds of each turn by engine key, and the peak measured after each turn of Lookout."""
    cores = sorted(os.sched_getaffinity(0))
    counts = {}
    for engine in engines:
        once = statistics.median(engine.run(5))
        counts[engine.key] = WARM_RUNS + max(3, round(options.turn / once))
    turns, peaks = {engine.key: [] for engine in engines}, []
    chance = random.Random(1)
    for number in range(options.rounds):
        if threads == 1:  # on the same core, as on a virtual machine one may be slower than the other for a while
            for engine in engines:
                engine.stay_on(cores[number % len(cores)])
        for engine in chance.sample(engines, len(engines)):  # nobody always follows the same one
            times = engine.run(counts[engine.key])
            turns[engine.key].append(statistics.median(times[WARM_RUNS:]))
            if engine.key == "lookout":
                peaks.append(max(float(engine.ask("peak")) for _ in range(PEAK_TRIES)))
    return turns, peaks


def summarise(engines, turns, peaks):
    ours = turns["lookout"]
    about = engines[0].about
    row = {"isa": about["isa"], "rounds": len(ours), "lookout_ms": statistics.median(ours),
           "peak_gflops": statistics.median(peaks),
           "peak_share": statistics.median(about["mult_adds"] * 2e-6 / ms / peak for ms, peak in zip(ours, peaks)),
           "rivals": {}}
    for engine in engines[1:]:
        ratios = sorted(a / b for a, b in zip(ours, turns[engine.key]))
        low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive")
        row["rivals"][engine.key] = {"engine": engine.label, "ms": statistics.median(turns[engine.key]), "ratio": ratio,
                                     "ratio_quartiles": [low, high]}
    ratios = [row["rivals"][key]["ratio"] for key in GOAL_RIVALS if key in row["rivals"]]
    row["faster"] = all(ratio <= GOAL_RATIO for ratio in ratios) if ratios else None
    row["near_peak"] = row["peak_share"] >= GOAL_SHARE
    return row


def measure(setup, alpha, size, threads, folder):
    weights = os.path.join(SOURCE, "models", f"lookout-{alpha:.2f}.safetensors")
    onnx, picture, head = (os.path.join(folder, name) for name in ("net.onnx", "picture.rgb", "head.f32"))
    lengths = export(weights, size, onnx)
    write_picture(size, picture)
    engines, heads = [], {}
    try:
        for key in setup.programs:
            engines.append(setup.start(key, weights, onnx, size, threads, picture))
            engines[-1].ask(f"head {head}")
            heads[key] = np.fromfile(head, "<f4")
        check_heads(heads, lengths, alpha, size)
        turns, peaks = time_in_turns(engines, threads, setup.options)
        return {"alpha": alpha, "size": size, "threads": threads, **summarise(engines, turns, peaks)}
    finally:
        for engine in engines:
            engine.close()


# ---- telling ---------------------------------------------------------------------------------------------------------

def verdict(row):
    if row["near_peak"]:
        return "peak" if not row["faster"] else "both"
    return {True: "ratio", False: "no", None: "-"}[row["faster"]]


def rounded(value):
    """The same with every number cut to what the clock can tell."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def print_header(row, cpu):
    print(cpu)
    rivals = ", ".join(rival["engine"] for rival in row["rivals"].values()) or "nobody"
    print(f"Lookout with {row['isa']} kernels against {rivals}")
    cells = "".join(f" {key + ' ms':>14} {'ratio':>6} " for key in row["rivals"])
    print(f"alpha/size threads  Lookout ms  share {cells} goal met by")


def print_row(row):
    cells = ""
    for rival in row["rivals"].values():
        low, high = rival["ratio_quartiles"]
        noisy = "~" if high - low > NOISY * rival["ratio"] else " "
        cells += f" {rival['ms']:14.3f} {rival['ratio']:6.3f}{noisy}"
    print(f"{row['alpha']:5.2f}/{row['size']:<4} {row['threads']:7} {row['lookout_ms']:11.3f} "
          f"{100 * row['peak_share']:5.1f}% {cells} {verdict(row)}", flush=True)


def print_legend(rows):
    met = sum(verdict(row) not in ("no", "-") for row in rows)
    print(f"ratio: Lookout's time / the rival's, median of the rounds; ~ where its quartiles are over "
          f"{100 * NOISY:.0f} % apart.\n"
          f"share: of the peak of multiply-adds, {max(row['peak_gflops'] for row in rows):.0f} GFLOP/s at most here.\n"
          f"Goal, met at {met} of {len(rows)}: ratio <= {GOAL_RATIO:.2f} to {' and '.join(GOAL_RIVALS)}, or share >= "
          f"{100 * GOAL_SHARE:.0f} %.")


def main():
    options = parse_options()
    setup = Setup(options)
    rows, cpu = [], cpu_name()
    thread_counts = parse_threads(options.threads)
    cases = [(*point, threads) for point in parse_points(options.points) for threads in thread_counts]
    with tempfile.TemporaryDirectory() as folder, open(options.json or os.devnull, "w", encoding="utf-8") as lines:
        for number, (alpha, size, threads) in enumerate(cases, 1):
            print(f"{number}/{len(cases)}: {alpha:.2f}/{size}, {threads} threads", file=sys.stderr)
            row = measure(setup, alpha, size, threads, folder)
            if not rows:
                print_header(row, cpu)
            print_row(row)
            print(json.dumps({"cpu": cpu, **rounded(row)}), file=lines, flush=True)
            rows.append(row)
    print_legend(rows)


if __name__ == "__main__":
    main()
