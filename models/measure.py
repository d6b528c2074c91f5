#!/usr/bin/python3
"""Measures the weights of this folder with `lookout eval`, and writes the tables of the model card and of the README.

usage: models/measure.py [--program LOOKOUT] [--name NAME] [--beyond S,S,...] [--documents FILE...] [-- DATASET]

A table stands between <!-- accuracy: points --> (or: classes) and <!-- accuracy: end -->; a document may have either,
both, or several. DATASET is the 193 photos of COCO val2017 beside this project, unless another is given, with its name."""
import argparse
import json
import os
import re
import subprocess
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATASET = os.path.join(os.path.dirname(ROOT), "shared", "data", "val")
NAME = "193 photos of COCO val2017"
DOCUMENTS = [os.path.join(ROOT, "README.md"), os.path.join(ROOT, "models", "README.md")]
SHOWN = (1, 224)  # alpha and size of the table of classes
SECTION = re.compile(r"(<!-- accuracy: (points|classes) -->\n).*?(<!-- accuracy: end -->)", re.S)


def measure(program, dataset, alphas, sizes):
    """The points that eval measures, by (alpha, size)."""
    command = [program, "eval", "--config", os.devnull, "-m", os.path.join(ROOT, "models"), "-a", alphas,
               "--size", sizes, dataset, "--json", "-"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        sys.exit(f"measure: {' '.join(command)} ended with exit code {result.returncode}; nothing is written")
    points = [json.loads(line) for line in result.stdout.splitlines()]
    return {(point["alpha"], point["size"]): point for point in points}


def percent(value):
    return "-" if value is None else f"{100 * value:.1f}"


def row(cells):
    return "| " + " | ".join(cells) + " |\n"


def points_table(points, name):
    """AP / AP50 of every width and size."""
    sizes = sorted({size for _, size in points}, reverse=True)
    text = f"\n{name}, AP / AP50 in per cent:\n\n" + row(["alpha \\ size", *map(str, sizes)])
    text += "|" + "---|" * (len(sizes) + 1) + "\n"
    for alpha in sorted({alpha for alpha, _ in points}, reverse=True):
        here = [points[alpha, size] for size in sizes]
        cells = [f"{percent(point['ap'])} / {percent(point['ap50'])}" for point in here]
        text += row([f"{alpha:g}", *cells])
    return text + "\n"


def classes_table(points, name):
    """Every class at one point, best AP first."""
    alpha, size = SHOWN
    point = points[SHOWN]
    classes = list(point["classes"].items())
    classes.sort(key=lambda item: -1 if item[1]["ap"] is None else item[1]["ap"], reverse=True)
    summary = (f"{name}, alpha {alpha} at size {size}: AP {percent(point['ap'])}, AP50 {percent(point['ap50'])}, AP75 "
               f"{percent(point['ap75'])}; of small, medium and large objects {percent(point['ap_small'])}, "
               f"{percent(point['ap_medium'])} and {percent(point['ap_large'])}; expected calibration error "
               f"{percent(point['ece'])}; all in per cent. The threshold is the score above which F1 is best.")
    text = "\n" + textwrap.fill(summary, 120) + "\n\n"
    text += row(["class", "boxes", "AP", "AP50", "best F1", "at threshold"]) + "|---|---|---|---|---|---|\n"
    for label, figures in classes:
        threshold = figures["f1_threshold"]
        text += row([label, str(figures["truth"]), percent(figures["ap"]), percent(figures["ap50"]),
                     percent(figures["f1"]), "-" if threshold is None else f"{threshold:.2f}"])
    return text + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "lookout"))
    parser.add_argument("--name", default=None, help=f"what the data set is called (default: {NAME})")
    parser.add_argument("--beyond", default="320,288,256", help="sizes above 224 to measure too; empty: none")
    parser.add_argument("--documents", nargs="+", default=DOCUMENTS)
    parser.add_argument("dataset", nargs="?", default=DATASET)
    options = parser.parse_args()
    if options.dataset != DATASET and not options.name:
        parser.error("another data set needs its --name")
    texts = {}
    for path in options.documents:
        with open(path, encoding="utf-8") as file:
            texts[path] = file.read()
        if not SECTION.search(texts[path]):
            sys.exit(f"measure: {path} has no <!-- accuracy: points --> or classes ... <!-- accuracy: end -->")
    points = measure(options.program, options.dataset, "all", "all")
    if options.beyond:
        points.update(measure(options.program, options.dataset, "all", options.beyond))
    name = options.name or NAME
    tables = {"points": points_table(points, name), "classes": classes_table(points, name)}
    for path, text in texts.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(SECTION.sub(lambda match: match[1] + tables[match[2]] + match[3], text))


if __name__ == "__main__":
    main()
