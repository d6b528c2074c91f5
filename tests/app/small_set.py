"""A small data set for the tests of lookout eval: frames of the sample clip with their true boxes."""
import json
import os

import harness

SAMPLE = os.path.join(harness.SOURCE, "assets", "sample.mp4")
TRUTH = os.path.join(harness.SOURCE, "assets", "sample.json")
FRAMES = (0, 20, 40, 60, 80)
WIDTH, HEIGHT = 640, 360
POINT = ["-a", "1", "--size", "224"]


class Eval(harness.Case):
    def make_set(self, name="photos", suffix="png", change=None):
        """Frames of the sample clip in folder `name`, with name.json beside it; returns that."""
        for path in (SAMPLE, TRUTH):
            if not os.path.exists(path):
                self.skipTest(f"{path} is not there")
        os.makedirs(self.path(name), exist_ok=True)
        select = "+".join(f"eq(n\\,{frame})" for frame in FRAMES)
        harness.ffmpeg("-i", SAMPLE, "-vf", f"select={select}", "-vsync", "0", self.path(name, f"frame-%d.{suffix}"))
        with open(TRUTH, encoding="utf-8") as file:
            truth = json.load(file)
        ids = {frame + 1: number for number, frame in enumerate(FRAMES, 1)}
        boxes = [dict(box, image_id=ids[box["image_id"]], area=box["bbox"][2] * box["bbox"][3])
                 for box in truth["annotations"] if box["image_id"] in ids]
        coco = {"images": [{"id": number, "file_name": f"frame-{number}.{suffix}", "width": WIDTH, "height": HEIGHT}
                           for number in ids.values()],
                "annotations": boxes, "categories": truth["categories"]}
        if change:
            change(coco)
        self.write(name + ".json", json.dumps(coco).encode())
        return coco

    def evaluate(self, *arguments, code=0, point=POINT):
        """The JSON lines of a run."""
        run = self.run_program("eval", *point, *arguments, "--json", "-")
        self.assertEqual(run.code, code, run.stderr)
        return self.json_lines(run.stdout), run.stderr

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()
