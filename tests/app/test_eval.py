#!/usr/bin/python3
"""lookout eval: what it reads, prints and writes. How good the shipped weights are, is not tested."""
import json
import os
import re
import shutil

import harness
from small_set import FRAMES, HEIGHT, POINT, WIDTH, Eval

KEYS = ["images", "alpha", "size", "ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar_1", "ar_10", "ar_100",
        "ece", "classes"]
CLASS_KEYS = ["ap", "ap50", "f1", "f1_threshold", "truth"]


def iou(a, b):
    """Of two boxes [x, y, width, height]."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def average_precision(coco, found, category, threshold):
    """Of a category at an IoU threshold, by 101 recalls; for truth without crowds."""
    left = {}
    for truth in coco["annotations"]:
        if truth["category_id"] == category:
            left.setdefault(truth["image_id"], []).append(truth["bbox"])
    total = sum(map(len, left.values()))
    right = []
    for box in sorted((box for box in found if box["category_id"] == category), key=lambda box: -box["score"]):
        candidates = left.get(box["image_id"], [])
        best = max(candidates, key=lambda other: iou(box["bbox"], other), default=None)
        right.append(best is not None and iou(box["bbox"], best) >= threshold)
        if right[-1]:
            candidates.remove(best)
    points = [(sum(right[:i + 1]) / total, sum(right[:i + 1]) / (i + 1)) for i in range(len(right))]
    return sum(max((precision for recall, precision in points if recall >= i / 100), default=0)
               for i in range(101)) / 101


class Measures(Eval):
    def test_a_json_line(self):
        coco = self.make_set()
        (line,), said = self.evaluate(self.path("photos"))
        self.assertEqual(said, "")
        self.assertEqual(list(line), KEYS)
        self.assertEqual((line["images"], line["alpha"], line["size"]), (len(FRAMES), 1.0, 224))
        for key in KEYS[3:-1]:
            self.assertTrue(line[key] is None or 0 <= line[key] <= 1, (key, line))
        self.assertGreater(line["ap50"], 0.05)
        self.assertTrue(0 < line["ap"] < line["ap50"])
        self.assertTrue(line["ar_1"] <= line["ar_10"] <= line["ar_100"])
        self.assertEqual(sorted(line["classes"]), sorted(category["name"] for category in coco["categories"]))
        for figures in line["classes"].values():
            self.assertEqual(list(figures), CLASS_KEYS)
        self.assertEqual(sum(figures["truth"] for figures in line["classes"].values()), len(coco["annotations"]))

    def test_what_it_measures_is_what_it_writes(self):
        coco = self.make_set()
        (line,), _ = self.evaluate(self.path("photos"), "--detections", self.path("found.json"))
        found = json.loads(self.read("found.json"))
        self.assertEqual({tuple(box) for box in found}, {("image_id", "category_id", "bbox", "score")})
        numbers = {category["name"]: category["id"] for category in coco["categories"]}
        self.assertEqual({box["image_id"] for box in found}, set(range(1, len(FRAMES) + 1)))
        self.assertLessEqual({box["category_id"] for box in found}, set(numbers.values()))
        for box in found:
            x, y, width, height = box["bbox"]
            self.assertTrue(0 <= x <= x + width <= WIDTH + 1e-6 and 0 <= y <= y + height <= HEIGHT + 1e-6, box)
            self.assertTrue(0.001 < box["score"] <= 1, box)
        for name, figures in line["classes"].items():
            at = [average_precision(coco, found, numbers[name], 0.5 + 0.05 * i) for i in range(10)]
            self.assertAlmostEqual(figures["ap50"], at[0], delta=1e-6, msg=name)
            self.assertAlmostEqual(figures["ap"], sum(at) / len(at), delta=1e-6, msg=name)
        mean = sum(figures["ap"] for figures in line["classes"].values()) / len(line["classes"])
        self.assertAlmostEqual(line["ap"], mean, delta=1e-6)
        # the best F1 is that of the boxes above the threshold that is told
        for name, figures in line["classes"].items():
            if figures["f1_threshold"] is not None:
                kept = [box for box in found if box["score"] >= figures["f1_threshold"]]
                recalled = average_precision(coco, kept, numbers[name], 0.5) > 0
                self.assertEqual(recalled, figures["f1"] > 0, name)

    def test_the_table(self):
        self.make_set()
        run = self.run_program("eval", *POINT, "-j", "1", "--isa", "c", "--voc", self.path("photos"), "--json",
                               self.path("line.json"))
        self.assertEqual((run.code, run.stderr), (0, ""))
        (line,) = self.json_lines(self.path("line.json"))
        heading, titles, row, empty, columns, *classes = run.stdout.splitlines()
        self.assertRegex(heading, r"^photos(\.json)?: 5 pictures, \d+ boxes of 12 classes; c kernels, 1 thread$")
        self.assertRegex(titles, r"^alpha +size +AP +AP50 .* ECE +VOC$")
        self.assertEqual(row.split()[:4], ["1.00", "224", f"{100 * line['ap']:.2f}", f"{100 * line['ap50']:.2f}"])
        self.assertEqual(empty, "")
        self.assertRegex(columns, r"^class +boxes +AP +AP50 +best F1 +at score +VOC$")
        self.assertEqual(len(classes), len(line["classes"]))
        shown = [float(re.split(r"\s{2,}", row)[2]) for row in classes]
        self.assertEqual(shown, sorted(shown, reverse=True))
        self.assertIn("voc", line)
        self.assertNotIn("voc07", line)

    def test_points(self):
        self.make_set()
        many, _ = self.evaluate(self.path("photos"), point=["-a", "0.25,0.5", "--size", "160,128"])
        self.assertEqual([(line["alpha"], line["size"]) for line in many],
                         [(0.25, 160), (0.25, 128), (0.5, 160), (0.5, 128)])
        for line in many[1:3]: # each is as if it were alone
            (single,), _ = self.evaluate(self.path("photos"),
                                         point=["-a", str(line["alpha"]), "--size", str(line["size"])])
            self.assertEqual(line, single)
        run = self.run_program("eval", "-a", "0.25", "--size", "all", self.path("photos"))
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual(re.findall(r"(?m)^ 0\.25 +(\d+) ", run.stdout), ["224", "192", "160", "128"])
        self.assertNotIn("at score", run.stdout)
        weights = os.path.join(harness.MODELS, "lookout-0.25.safetensors")
        (line,), _ = self.evaluate(self.path("photos"), "-m", weights, point=["--size", "128"])
        self.assertEqual((line["alpha"], line["size"]), (0.25, 128))

    def test_any_number_of_threads(self):
        self.make_set()
        written = []
        for threads in ("1", "2", "5", "64"):
            lines, _ = self.evaluate(self.path("photos"), "-j", threads, "--detections", self.path("found.json"))
            written.append((lines, self.read("found.json")))
        for other in written[1:]:
            self.assertEqual(other, written[0])

    def test_threshold_and_maximum(self):
        self.make_set()
        (all_boxes,), _ = self.evaluate(self.path("photos"), "--detections", self.path("all.json"))
        (few,), _ = self.evaluate(self.path("photos"), "-t", "0.3", "--max-detections", "2", "--detections",
                                  self.path("few.json"))
        many, kept = json.loads(self.read("all.json")), json.loads(self.read("few.json"))
        self.assertTrue(all(box["score"] > 0.3 for box in kept))
        self.assertTrue(0.001 < min(box["score"] for box in many) < 0.01)
        for number in range(1, len(FRAMES) + 1):
            self.assertLessEqual(sum(box["image_id"] == number for box in kept), 2)
        self.assertGreater(len(many), len(kept))
        self.assertLess(few["ar_100"], all_boxes["ar_100"])

    def test_the_config_file_chooses_nothing(self):
        self.make_set()
        (expected,), _ = self.evaluate(self.path("photos"))
        os.mkdir(self.path("lookout"))
        kept = self.write("boxes.jsonl", b"kept\n")
        self.write("lookout/lookout.conf", f"threshold=0.9\nclasses=cup\nalpha=0.25\njson={kept}\n".encode())
        run = self.run_program("eval", self.path("photos"))
        self.assertEqual(run.code, 0, run.stderr)
        self.assertIn(f"{100 * expected['ap']:.2f}", run.stdout.splitlines()[2].split())
        self.assertEqual(self.read("boxes.jsonl"), "kept\n")


class Layouts(Eval):
    def write_voc(self, coco):
        root = self.path("voc")
        for folder in ("Annotations", "JPEGImages", os.path.join("ImageSets", "Main")):
            os.makedirs(os.path.join(root, folder))
        names = {category["id"]: category["name"] for category in coco["categories"]}
        for image in coco["images"]:
            stem, _ = os.path.splitext(image["file_name"])
            shutil.copy(self.path("photos", image["file_name"]), os.path.join(root, "JPEGImages"))
            objects = ""
            for box in coco["annotations"]:
                if box["image_id"] == image["id"]:
                    x, y, width, height = box["bbox"] # pixels are counted from 1, and the last one belongs to the box
                    objects += (f"<object><name>{names[box['category_id']]}</name><difficult>0</difficult><bndbox>"
                                f"<xmin>{x + 1}</xmin><ymin>{y + 1}</ymin><xmax>{x + width}</xmax>"
                                f"<ymax>{y + height}</ymax></bndbox></object>")
            with open(os.path.join(root, "Annotations", stem + ".xml"), "w", encoding="utf-8") as file:
                file.write(f"<annotation><filename>{image['file_name']}</filename><size><width>{WIDTH}</width>"
                           f"<height>{HEIGHT}</height><depth>3</depth></size>{objects}</annotation>")
        with open(os.path.join(root, "ImageSets", "Main", "test.txt"), "w", encoding="utf-8") as file:
            file.write("".join(os.path.splitext(image["file_name"])[0] + "\n" for image in coco["images"]))
        return root

    def write_yolo(self, coco):
        root = self.path("yolo")
        os.makedirs(os.path.join(root, "images", "val"))
        os.makedirs(os.path.join(root, "labels", "val"))
        numbers = {category["id"]: number for number, category in enumerate(coco["categories"])}
        for image in coco["images"]:
            stem, _ = os.path.splitext(image["file_name"])
            shutil.copy(self.path("photos", image["file_name"]), os.path.join(root, "images", "val"))
            with open(os.path.join(root, "labels", "val", stem + ".txt"), "w", encoding="utf-8") as file:
                for box in coco["annotations"]:
                    if box["image_id"] == image["id"]:
                        x, y, width, height = box["bbox"]
                        file.write(f"{numbers[box['category_id']]} {(x + width / 2) / WIDTH:.12f} "
                                   f"{(y + height / 2) / HEIGHT:.12f} {width / WIDTH:.12f} {height / HEIGHT:.12f}\n")
        with open(os.path.join(root, "data.yaml"), "w", encoding="utf-8") as file:
            file.write("path: .\ntrain: images/val\nval: images/val\nnames:\n")
            for number, category in enumerate(coco["categories"]):
                file.write(f"  {number}: {category['name']}\n")
        return root

    def test_all_layouts_of_a_set_give_the_same(self):
        coco = self.make_set(suffix="jpg")
        (expected,), _ = self.evaluate(self.path("photos"))
        for path in (self.path("photos.json"), self.path("photos") + "/", self.write_voc(coco), self.write_yolo(coco)):
            with self.subTest(path=path):
                (line,), said = self.evaluate(path)
                self.assertEqual(said, "")
                self.assertEqual(list(line["classes"]), list(expected["classes"]))
                for key in KEYS[:-1]:
                    if expected[key] is None:
                        self.assertIsNone(line[key])
                    else:
                        self.assertAlmostEqual(line[key], expected[key], delta=1e-6, msg=key)

    def test_no_layout_is_overwritten(self):
        coco = self.make_set()
        for root, files in ((self.write_voc(coco), ("Annotations/frame-2.xml", "ImageSets/Main/test.txt")),
                            (self.write_yolo(coco), ("labels/val/frame-2.txt", "data.yaml"))):
            for name in files:
                path = os.path.join(root, name)
                size = os.path.getsize(path)
                self.fail_with(2, "would be overwritten", "eval", *harness.FAST, root, "--json", path)
                self.assertEqual(os.path.getsize(path), size)

    def test_damaged_sets(self):
        self.make_set()
        for name, content, expected in (
                ("cut.json", b'{"images": [', "cut.json"),
                ("list.json", b"[]", "list.json"),
                ("none.json", b'{"images":[],"annotations":[],"categories":[]}', "none.json"),
                ("lost.json", b'{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"id":7,"image_id":2,'
                              b'"category_id":1,"bbox":[0,0,1,1]}],"categories":[{"id":1,"name":"cup"}]}',
                 "lost.json")):
            with self.subTest(name=name):
                run = self.fail_with(1, expected, "eval", self.write(name, content), "--json", self.path("out.json"))
                self.assertEqual(run.stdout, "")
                self.assertFalse(os.path.exists(self.path("out.json")))
        os.mkdir(self.path("empty"))
        self.fail_with(1, "empty", "eval", self.path("empty"))
        self.fail_with(1, "nowhere", "eval", self.path("nowhere"))


class Pictures(Eval):
    def test_missing_and_cut_pictures(self):
        coco = self.make_set(suffix="jpg")
        os.remove(self.path("photos", "frame-2.jpg"))
        with open(self.path("photos", "frame-4.jpg"), "r+b") as file:
            file.truncate(os.path.getsize(self.path("photos", "frame-4.jpg")) // 2)
        (line,), said = self.evaluate(self.path("photos"), "--detections", self.path("found.json"), code=1)
        missing, cut, count = said.splitlines()
        self.assertRegex(missing, r"^lookout: \S*/frame-2\.jpg: No such file")
        self.assertRegex(cut, r"^lookout: \S*/frame-4\.jpg: ")
        self.assertIn("2 of 5 pictures could not be measured", count)
        self.assertEqual(line["images"], 3)
        self.assertEqual(sum(figures["truth"] for figures in line["classes"].values()),
                         sum(box["image_id"] in (1, 3, 5) for box in coco["annotations"]))
        self.assertEqual({box["image_id"] for box in json.loads(self.read("found.json"))}, {1, 3, 5})

    def test_many_missing_pictures(self):
        def add_images(coco):
            coco["images"] += [{"id": 10 + i, "file_name": f"lost-{i}.png"} for i in range(20)]
        self.make_set(change=add_images)
        lines = self.evaluate(self.path("photos"), code=1)[1].splitlines()
        self.assertEqual(len(lines), 6)
        self.assertIn("20 of 25 pictures", lines[-1])
        self.assertIn("-v", lines[-1])
        self.assertEqual(len(self.evaluate(self.path("photos"), "-v", code=1)[1].splitlines()), 21)

    def test_no_picture_at_all(self):
        self.make_set()
        shutil.rmtree(self.path("photos"))
        os.mkdir(self.path("photos"))
        run = self.run_program("eval", *harness.FAST, self.path("photos.json"), "--json", self.path("out.json"))
        self.assertEqual((run.code, run.stdout), (1, ""))
        self.assertIn("not one of its pictures", run.stderr.splitlines()[-1])
        self.assertFalse(os.path.exists(self.path("out.json")))

    def test_pictures_of_another_size_and_clips(self):
        def change(coco):
            coco["images"][0]["width"] += 1
            coco["images"][1]["file_name"] = "clip.mkv"
            del coco["images"][2]["width"], coco["images"][2]["height"]
        self.make_set(change=change)
        harness.make_clip(self.path("photos", "clip.mkv"), frames=2)
        (line,), said = self.evaluate(self.path("photos"), code=1)
        self.assertIn("frame-1.png: is 640x360, and the data set says 641x360", said)
        self.assertIn("clip.mkv: is not a single picture", said)
        self.assertEqual(line["images"], 3)


class Categories(Eval):
    def test_those_that_the_model_lacks(self):
        def rename(coco):
            coco["categories"][0]["name"] = "throne"
            coco["categories"][3]["name"] = "altar"
        coco = self.make_set(change=rename)
        (line,), said = self.evaluate(self.path("photos"), "--detections", self.path("found.json"))
        self.assertRegex(said, r"\Alookout: photos(\.json)?: the model has no throne, altar; [^\n]*\n\Z")
        self.assertEqual(len(line["classes"]), len(coco["categories"]) - 2)
        self.assertNotIn("throne", line["classes"])
        numbers = {box["category_id"] for box in json.loads(self.read("found.json"))}
        self.assertFalse(numbers & {coco["categories"][0]["id"], coco["categories"][3]["id"]})

    def test_none_in_common(self):
        def rename(coco):
            for category in coco["categories"]:
                category["name"] += "s"
        self.make_set(change=rename)
        self.fail_with(1, "is a class of the model; 'lookout info' lists them", "eval", *harness.FAST,
                       self.path("photos"))

    def test_chosen_classes(self):
        self.make_set()
        (both,), _ = self.evaluate(self.path("photos"))
        (line,), said = self.evaluate(self.path("photos"), "--classes", "laptop, cup", "--detections",
                                      self.path("found.json"))
        self.assertEqual((said, sorted(line["classes"])), ("", ["cup", "laptop"]))
        self.assertEqual(line["classes"]["laptop"]["truth"], both["classes"]["laptop"]["truth"])
        self.assertEqual(len({box["category_id"] for box in json.loads(self.read("found.json"))}), 2)
        (line,), said = self.evaluate(self.path("photos"), "--classes", "laptop,airplane")
        self.assertRegex(said, r"\Alookout: photos(\.json)?: has no category airplane, which --classes names\n\Z")
        self.assertEqual(list(line["classes"]), ["laptop"])
        self.fail_with(2, "'zebra'", "eval", *harness.FAST, self.path("photos"), "--classes", "zebra")
        self.fail_with(1, "is a class of --classes", "eval", *harness.FAST, self.path("photos"), "--classes",
                       "airplane")

    def test_a_class_without_truth(self):
        def remove(coco):
            coco["annotations"] = [box for box in coco["annotations"] if box["category_id"] != 6]
        coco = self.make_set(change=remove)
        self.assertEqual(coco["categories"][5]["name"], "laptop")
        (line,), _ = self.evaluate(self.path("photos"))
        laptop = line["classes"]["laptop"]
        self.assertEqual(laptop, {"ap": None, "ap50": None, "f1": None, "f1_threshold": None, "truth": 0})
        rest = [figures["ap"] for figures in line["classes"].values() if figures["ap"] is not None]
        self.assertEqual(len(rest), len(coco["categories"]) - 1)
        self.assertAlmostEqual(line["ap"], sum(rest) / len(rest), delta=1e-6)


class Photos(harness.Case):
    def test_coco(self):
        """193 photos of COCO, where weights that work find something, and wider ones more."""
        photos = harness.shared("data", "val")
        harness.shared("data", "val.json")
        run = self.run_program("eval", "-a", "0.25,1", "--size", "128", photos, "--json", "-", timeout=170)
        self.assertEqual((run.code, run.stderr), (0, ""))
        narrow, wide = self.json_lines(run.stdout)
        self.assertEqual((narrow["images"], len(wide["classes"])), (193, 32))
        self.assertEqual(sum(figures["truth"] for figures in wide["classes"].values()),
                         sum(figures["truth"] for figures in narrow["classes"].values()))
        self.assertTrue(0.01 < narrow["ap"] < wide["ap"] < 0.6, (narrow["ap"], wide["ap"]))


if __name__ == "__main__":
    harness.main()
