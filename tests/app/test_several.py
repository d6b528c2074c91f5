#!/usr/bin/python3
"""Several inputs in one run: each has its own times, boxes, files and end, as if it were alone."""
import json
import os
import resource

import harness

SAMPLE = os.path.join(harness.SOURCE, "assets", "sample.mp4")
SENSITIVE = ["-t", "0.05"]  # so that there is something to compare


def comparable(frames):
    """All of a run's lines but what differs from run to run, by source."""
    sources = {}
    for frame in frames:
        frame = {key: value for key, value in frame.items() if key != "inference_ms"}
        sources.setdefault(frame.pop("source", None), []).append(frame)
    return sources


class Several(harness.Case):
    def clip(self, name, frames, size="160x120", rate=25, start=0):
        """A part of the sample, in which there are objects."""
        harness.ffmpeg("-ss", str(start), "-i", SAMPLE, "-vf", f"fps={rate},scale={size.replace('x', ':')}", "-frames:v",
                       str(frames), "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", self.path(name))
        return self.path(name)

    def two(self):
        """Of 30 and 25 frames."""
        return [self.clip("door.mkv", 30, "320x180", 20), self.clip("yard.mp4", 25, start=3)]

    def alone(self, clip, *options):
        """What a run of its own says of a clip."""
        run = self.succeed(clip, *SENSITIVE, "--json", "-", *options)
        return comparable(self.json_lines(run.stdout))[None]

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)


class Two(Several):
    def setUp(self):
        super().setUp()
        self.clips = self.two()

    def test_lines_are_those_of_runs_of_their_own(self):
        expected = [self.alone(clip) for clip in self.clips]
        run = self.succeed(*self.clips, *SENSITIVE, "--json", "-")
        self.assertEqual(run.stderr, "")
        found = comparable(self.json_lines(run.stdout))
        self.assertEqual(sorted(found), ["door", "yard"])
        self.assertEqual(found["door"], expected[0])
        self.assertEqual(found["yard"], expected[1])
        self.assertTrue(all(any(frame["detections"] for frame in source) for source in expected))
        for clip, name in zip(self.clips, ("door", "yard")):
            self.assert_same_times([frame["time"] for frame in found[name]], harness.probe_times(clip))

    def test_recordings(self):
        self.succeed(*self.clips, "-o", self.path("seen-{source}.mkv"))
        for clip, name in zip(self.clips, ("door", "yard")):
            self.assert_same_times(harness.probe_times(self.path(f"seen-{name}.mkv")), harness.probe_times(clip))

    def test_statistics_of_all_and_of_each(self):
        lines = self.succeed(*self.clips, *SENSITIVE, "--json", "-", "--stats", self.path("all.json")).stdout
        everything = self.read("all.json")
        self.succeed(*self.clips, *SENSITIVE, "--stats", self.path("{source}.json"))
        self.assertEqual(everything["frames"], 55)
        self.assertEqual([source["source"] for source in everything["sources"]], ["door", "yard"])
        counts = {}
        for source, frames in zip(everything["sources"], (30, 25)):
            name = source["source"]
            self.assertEqual(source["frames"], frames)
            self.assertGreater(source["memory_mb"], 0)
            self.assertLess(source["memory_mb"], 10)
            own = self.read(name + ".json")
            self.assertEqual((own["source"], own["frames"], own["detections"]), (name, frames, source["detections"]))
            self.assertNotIn("sources", own)
            counted = {}
            for frame in comparable(self.json_lines(lines))[name]:
                for detection in frame["detections"]:
                    counted[detection["class"]] = counted.get(detection["class"], 0) + 1
            self.assertEqual(source["detections"], counted)
            for key, value in counted.items():
                counts[key] = counts.get(key, 0) + value
        self.assertEqual(everything["detections"], counts)
        self.assertEqual(self.succeed(*self.clips).stderr, "")
        report = self.succeed(*self.clips, "--progress").stderr
        for expected in ("lookout: door: 30 frames in ", "lookout: yard: 25 frames in ", "lookout: in all: 55 frames in "):
            self.assertIn(expected, report)

    def test_frames_count_for_each_input(self):
        run = self.succeed(*self.clips, "--json", "-", "--frames", "4", "--loop")
        sources = comparable(self.json_lines(run.stdout))
        for name in "door", "yard":
            self.assertEqual([frame["frame"] for frame in sources[name]], [0, 1, 2, 3])
        # one that is shorter ends before the other
        short = self.clip("short.mkv", 5)
        run = self.succeed(short, self.clips[0], "--json", "-", "--frames", "10")
        self.assertEqual({name: len(frames) for name, frames in comparable(self.json_lines(run.stdout)).items()},
                         {"short": 5, "door": 10})

    def test_loops_end_on_their_own(self):
        run = self.succeed(*self.clips, "--json", "-", "--loop", "--frames", "70")
        for frames in comparable(self.json_lines(run.stdout)).values():
            self.assertEqual([frame["frame"] for frame in frames], list(range(70)))
            times = [frame["time"] for frame in frames]
            self.assertEqual(times, sorted(set(times)))

    def test_the_same_clip_twice(self):
        expected = self.alone(self.clips[0])
        run = self.succeed(self.clips[0], self.clips[0], *SENSITIVE, "--json", "-", "-o", self.path("{source}.y4m"))
        self.assertEqual(comparable(self.json_lines(run.stdout)), {"door": expected, "door-2": expected})
        self.assertEqual(os.path.getsize(self.path("door.y4m")), os.path.getsize(self.path("door-2.y4m")))

    def test_inputs_with_settings_of_their_own(self):
        found = sorted({d["class"] for frame in self.alone(self.clips[0]) for d in frame["detections"]})
        chosen = found[0]
        expected = {"front": self.alone(self.clips[0], "--classes", chosen), "back": self.alone(self.clips[1], "-t", "0.2"),
                    "door": self.alone(self.clips[0])}
        config = self.write("lookout.conf", (f"threshold=0.05\n[input front]\npath={self.clips[0]}\nclasses={chosen}\n"
                                             f"[input back]\npath={self.clips[1]}\nthreshold=0.2\n").encode())
        run = self.succeed("--config", config, "--json", "-")
        lines = comparable(self.json_lines(run.stdout))
        self.assertEqual(lines, {name: expected[name] for name in ("front", "back")})
        self.assertEqual({d["class"] for frame in lines["front"] for d in frame["detections"]}, {chosen})
        # one of them, and one that has no section
        run = self.succeed("--config", config, "--json", "-", "back", self.clips[0])
        self.assertEqual(comparable(self.json_lines(run.stdout)), {name: expected[name] for name in ("back", "door")})


class Broken(Several):
    """An input that fails ends only its own channel; the others complete, and the exit code tells."""

    def run_with(self, bad, *options):
        good = self.two()
        expected = [self.alone(clip) for clip in good]
        recordings, stats = self.path("seen-{source}.mkv"), self.path("stats.json")
        run = self.fail_with(1, os.path.basename(bad), run=self.headless(
            good[0], bad, good[1], *SENSITIVE, "--json", self.path("out.jsonl"), "-o", recordings, "--stats", stats, *options))
        lines = comparable(self.json_lines(self.path("out.jsonl")))
        self.assertEqual([lines["door"], lines["yard"]], expected)
        for name, frames in zip(("door", "yard"), expected):
            self.assertEqual(len(harness.probe_times(self.path(f"seen-{name}.mkv"))), len(frames))
        return run, lines, {source["source"]: source["frames"] for source in self.read("stats.json")["sources"]}

    def test_a_truncated_clip(self):
        whole = self.clip("whole.mkv", 50)
        with open(whole, "rb") as file:
            content = file.read()
        cut = self.write("cut.mkv", content[:len(content) // 2])
        _, lines, frames = self.run_with(cut)
        self.assertTrue(5 < len(lines["cut"]) < 50)
        self.assertEqual(frames, {"door": 30, "cut": len(lines["cut"]), "yard": 25})
        self.assertEqual(lines["cut"], self.alone(whole)[:len(lines["cut"])])
        self.assertEqual(len(harness.probe_times(self.path("seen-cut.mkv"))), len(lines["cut"]))

    def test_no_clip_at_all(self):
        for bad in self.write("text.mkv", b"This is not a clip.\n" * 100), self.path("missing.mkv"):
            _, lines, frames = self.run_with(bad)
            self.assertEqual((sorted(lines), frames), (["door", "yard"], {"door": 30, "yard": 25}))
            self.assertFalse(os.path.exists(self.path("seen-text.mkv")) or os.path.exists(self.path("seen-missing.mkv")))

    def test_one_that_is_left_has_its_name(self):
        """In lines, statistics and the report alike, as if the other had been there."""
        good = self.clip("door.mkv", 5)
        run = self.headless(good, self.path("missing.mkv"), "--json", self.path("out.jsonl"), "--stats",
                            self.path("stats.json"), "--progress")
        self.assertEqual(run.code, 1, run.stderr)
        self.assertEqual([frame["source"] for frame in self.json_lines(self.path("out.jsonl"))], ["door"] * 5)
        self.assertEqual([source["source"] for source in self.read("stats.json")["sources"]], ["door"])
        for expected in "missing.mkv: No such file", "lookout: door: 5 frames in ", "lookout: in all: 5 frames in ":
            self.assertIn(expected, run.stderr)

    def test_none_of_them(self):
        names = [self.path("one.mkv"), self.path("two.mkv")]
        run = self.headless(*names, "--json", self.path("out.jsonl"))
        self.assertEqual(run.code, 1)
        self.assertRegex(run.stderr, r"\Alookout: [^\n]*one.mkv[^\n]*\nlookout: [^\n]*two.mkv[^\n]*\n"
                                     r"lookout: none of the inputs can be read\n\Z")
        self.assertFalse(os.path.exists(self.path("out.jsonl")))


class Many(Several):
    def test_sixteen_different_clips(self):
        """Each has its own size, rate and length, and runs at its own speed."""
        sizes = ["64x48", "160x120", "128x96", "320x180", "176x144", "96x160", "200x112", "320x240"]
        clips, expected, rates = [], {}, {}
        for i in range(16):
            name, rate = f"clip{i:02}", 5 + 2 * i
            clips.append(self.clip(name + ".mkv", rate + i % 7, sizes[i % len(sizes)], rate, start=i / 4))
            expected[name] = self.alone(clips[-1], "-j1")
            rates[name] = rate
        lines, stats = self.path("out.jsonl"), self.path("stats.json")
        run = self.succeed(*clips, *SENSITIVE, "--realtime", "--json", lines, "--stats", stats)
        self.assertEqual(run.stderr, "")
        found = comparable(self.json_lines(lines))
        self.assertEqual(sorted(found), sorted(expected))
        for name, frames in expected.items():
            self.assertEqual(found[name], frames, name)
        summary = self.read("stats.json")
        self.assertEqual(summary["frames"], sum(len(frames) for frames in expected.values()))
        for source in summary["sources"]:
            name = source["source"]
            duration = len(expected[name]) / rates[name]
            print(f"{name}: {source['frames']} frames of {duration:.2f} s at {rates[name]} fps in {source['seconds']:.2f} s, "
                  f"{source['memory_mb']:.1f} MB")
            # at its own speed: its last frame begins no sooner, to within the jitter of a start
            self.assertGreater(source["seconds"], duration - 1 / rates[name] - 0.05)
            self.assertGreater(source["memory_mb"], 0)
            self.assertLess(source["memory_mb"], 2)  # nobody wants pictures

    def links(self, count):
        clip = self.clip("clip.mkv", 5, "64x48")
        names = [self.path(f"{i:02}.mkv") for i in range(count)]
        for name in names:
            os.link(clip, name)
        return names

    def test_sixty_four_clips(self):
        """As many as there may be; a sanitizer build sees what none of them gives back."""
        names = self.links(65)
        for options in [], ["-o", self.path("seen-{source}.mkv")]:
            run = self.succeed(*names[:64], "-j1", "--json", "-", "--frames", "2", *options)
            sources = comparable(self.json_lines(run.stdout))
            self.assertEqual({name: len(frames) for name, frames in sources.items()}, {f"{i:02}": 2 for i in range(64)})
        self.assertEqual(len([name for name in os.listdir(self.folder) if name.startswith("seen-")]), 64)
        self.fail_with(2, "64", run=self.headless(*names))

    def test_too_few_descriptors(self):
        """Whatever cannot be opened is named; nothing crashes, and what can be opened is complete."""
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
        run = self.headless(*self.links(40), "-j1", "--json", self.path("out.jsonl"), preexec_fn=limit)
        self.assertEqual(run.code, 1, run.stderr)
        self.assertRegex(run.stderr, r"\A(lookout: [^\n]+\n)+\Z")
        self.assertIn("Too many open files", run.stderr)
        if os.path.exists(self.path("out.jsonl")):
            for frames in comparable(self.json_lines(self.path("out.jsonl"))).values():
                self.assertEqual(len(frames), 5)


if __name__ == "__main__":
    harness.main()
