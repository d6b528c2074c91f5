#!/usr/bin/python3
"""Runs Lookout headless on the sample clip and says how much of what is in it was found.

usage: scripts/demo.py BUILD
"""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLIP = os.path.join(ROOT, "assets", "sample.mp4")
TRUTH = os.path.join(ROOT, "assets", "sample.json")
MIN_IOU = 0.5
LEAST_FOUND = 0.15  # share of the true boxes; the weights of models/ find a quarter


def iou(a, b):
    """Of two boxes [x, y, width, height]."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def count_found(detections, truths):
    """How many of a frame's true boxes, pairs (class, box), have a detection of their own, best scores first."""
    left = list(truths)
    for detection in sorted(detections, key=lambda d: -d["score"]):
        matches = [(iou(detection["box"], box), i) for i, (name, box) in enumerate(left) if name == detection["class"]]
        best = max(matches, default=(0.0, -1))
        if best[0] >= MIN_IOU:
            del left[best[1]]
    return len(truths) - len(left)


def read_truth(path):
    """True boxes by frame index, from COCO json with a frame_index an image."""
    with open(path, encoding="utf-8") as file:
        coco = json.load(file)
    names = {category["id"]: category["name"] for category in coco["categories"]}
    frames = {image["id"]: image["frame_index"] for image in coco["images"]}
    truth = {index: [] for index in frames.values()}
    for annotation in coco["annotations"]:
        if not annotation.get("iscrowd", 0):
            truth[frames[annotation["image_id"]]].append((names[annotation["category_id"]], annotation["bbox"]))
    return truth


def compare(lines, truth):
    """True boxes found and true boxes in all, of the frames in both."""
    found = total = 0
    for line in lines:
        boxes = truth.get(line["frame"], [])
        found += count_found(line["detections"], boxes)
        total += len(boxes)
    return found, total


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    build = sys.argv[1]
    for path in (CLIP, TRUTH):
        if not os.path.exists(path):
            sys.exit(f"demo: {os.path.relpath(path, ROOT)} is missing: the sample clip belongs in a complete checkout; "
                     "scripts in assets/scene render it")
    demo = os.path.join(build, "demo")
    os.makedirs(demo, exist_ok=True)
    video, boxes, stats = (os.path.join(demo, name) for name in ("sample.mkv", "sample.jsonl", "stats.json"))
    command = [os.path.join(build, "lookout"), "--headless", "--progress", "--config", os.devnull, "-m",
               os.path.join(ROOT, "models"), CLIP, "-o", video, "--json", boxes, "--stats", stats]
    result = subprocess.run(command, check=False)
    if result.returncode:
        sys.exit(f"demo: lookout ended with exit code {result.returncode}")

    with open(boxes, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    with open(stats, encoding="utf-8") as file:
        summary = json.load(file)
    found, total = compare(lines, read_truth(TRUTH))
    counts = ", ".join(f"{name} {count}" for name, count in summary["detections"].items()) or "none"
    print(f"""
{summary["frames"]} frames of {os.path.relpath(CLIP, ROOT)}
detections: {counts}
true boxes found (same class, IoU >= {MIN_IOU}): {found} of {total}
median inference time {summary["inference_ms"]["median"]:.2f} ms, {summary["fps"]:.1f} fps with reading, drawing and recording
annotated recording: {video}
boxes, a line a frame: {boxes}""")
    if found < LEAST_FOUND * total:
        sys.exit("demo: far fewer than these weights find; something is broken")


if __name__ == "__main__":
    main()
