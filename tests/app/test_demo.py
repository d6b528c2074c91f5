#!/usr/bin/python3
"""The demo's count of true boxes that were found."""
import importlib.util
import os

import harness

spec = importlib.util.spec_from_file_location("demo", os.path.join(harness.SOURCE, "scripts", "demo.py"))
demo = importlib.util.module_from_spec(spec)
spec.loader.exec_module(demo)


class Matching(harness.Case):
    def test_iou(self):
        self.assertEqual(demo.iou([0, 0, 10, 10], [0, 0, 10, 10]), 1)
        self.assertEqual(demo.iou([0, 0, 10, 10], [10, 0, 10, 10]), 0)
        self.assertAlmostEqual(demo.iou([0, 0, 10, 10], [5, 0, 10, 10]), 1 / 3)

    def test_each_true_box_is_found_once(self):
        truth = [("cup", [0, 0, 10, 10]), ("cup", [1, 0, 10, 10]), ("tv", [50, 50, 20, 20])]

        def detection(name, box, score=0.5):
            return {"class": name, "box": box, "score": score}

        self.assertEqual(demo.count_found([], truth), 0)
        self.assertEqual(demo.count_found([detection("cup", [0, 0, 10, 10])], truth), 1)
        self.assertEqual(demo.count_found([detection("cup", [0, 0, 10, 10])] * 3, truth), 2)
        self.assertEqual(demo.count_found([detection("chair", [50, 50, 20, 20])], truth), 0)
        self.assertEqual(demo.count_found([detection("tv", [50, 50, 20, 9.9])], truth), 0)
        self.assertEqual(demo.count_found([detection("tv", [50, 50, 20, 10])], truth), 1)

    def test_frames_are_matched_by_index(self):
        lines = [{"frame": 3, "detections": [{"class": "tv", "box": [0, 0, 4, 4], "score": 1}]},
                 {"frame": 4, "detections": []}]
        self.assertEqual(demo.compare(lines, {3: [("tv", [0, 0, 4, 4])], 4: [("tv", [0, 0, 4, 4])], 5: []}), (1, 2))


if __name__ == "__main__":
    harness.main()
