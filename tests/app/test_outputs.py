#!/usr/bin/python3
"""What a run writes: never over what it reads, nor over an old file before there is something to take its place."""
import json
import os
import resource
import shutil
import signal

import harness

OLD = b"what was there before\n"


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Read(harness.Case):
    """Whatever a run reads is refused as an output, under every name, before anything is written."""

    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.y4m"), frames=2, size="64x48", codec=())

    def refuse(self, protected, *arguments, **options):
        """Every output is refused that is the file `protected`: by its name, by links, by another path."""
        before = read(protected)
        symbolic, hard = self.path("symbolic.y4m"), self.path("hard.y4m")
        for link in symbolic, hard:
            if os.path.lexists(link):
                os.remove(link)
        os.symlink(protected, symbolic)
        os.link(protected, hard)
        folder, name = os.path.split(protected)
        names = [protected, symbolic, hard, os.path.join(folder, ".", name), os.path.relpath(protected)]
        for path in names:
            self.refuse_one(protected, before, *arguments, "--json", path, **options)
        self.refuse_one(protected, before, *arguments, "--stats", hard, **options)
        self.refuse_one(protected, before, *arguments, "-o", symbolic, **options)

    def refuse_one(self, protected, before, *arguments, stdin=None, **options):
        if stdin:
            with open(stdin, "rb") as file:
                run = self.headless(*arguments, stdin=file, **options)
        else:
            run = self.headless(*arguments, **options)
        with self.subTest(arguments=arguments):
            self.fail_with(2, "would be overwritten", run=run)
            self.assertEqual(run.stdout, "")
            self.assertEqual(read(protected), before)

    def test_the_input(self):
        self.refuse(self.clip, self.clip)
        os.symlink(self.clip, self.path("also.y4m"))
        self.refuse(self.clip, self.path("also.y4m"))

    def test_standard_input(self):
        self.refuse(self.clip, "-", stdin=self.clip)
        self.refuse(self.clip, "/dev/stdin", stdin=self.clip)

    def test_pictures_of_a_directory(self):
        os.mkdir(self.path("pictures"))
        harness.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x48", "-frames:v", "3", self.path("pictures", "%d.png"))
        elsewhere = self.path("elsewhere.png")
        os.rename(self.path("pictures", "2.png"), elsewhere)
        os.symlink(elsewhere, self.path("pictures", "2.png"))
        self.refuse(self.path("pictures", "3.png"), self.path("pictures"))
        self.refuse(elsewhere, self.path("pictures"))
        # what is not read there may be written
        for name in "notes.json", ".hidden.png", "new.json":
            path = self.path("pictures", name)
            if name != "new.json":
                shutil.copy(self.clip, path)
            self.succeed(self.path("pictures"), "--json", path)
            self.assertEqual(len(self.json_lines(path)), 3)

    def weights(self):
        folder = self.path("weights")
        os.mkdir(folder)
        for alpha in "0.25", "0.50":
            shutil.copy(os.path.join(harness.MODELS, f"lookout-{alpha}.safetensors"), folder)
        return folder

    def test_weights_of_every_alpha(self):
        folder = self.weights()
        for alpha in "0.25", "0.50":
            weights = os.path.join(folder, f"lookout-{alpha}.safetensors")
            self.refuse(weights, self.clip, "-m", folder)
            self.environment["LOOKOUT_MODELS"] = folder
            self.refuse(weights, self.clip)
            del self.environment["LOOKOUT_MODELS"]
        self.refuse(weights, self.clip, "-a", "0.5", "-m", weights)
        # other weights are files like any other then
        self.succeed(self.clip, "-a", "0.5", "-m", weights, "--json", os.path.join(folder, "lookout-0.25.safetensors"))

    def test_weights_that_are_searched(self):
        """Those of the source tree; the unknown class keeps them whole if this fails."""
        weights = os.path.join(harness.MODELS, "lookout-0.75.safetensors")
        run = self.headless(self.clip, "--classes", "nothing", "--stats", weights)
        self.fail_with(2, "would be overwritten", run=run)

    def test_weights_that_bench_reads(self):
        folder = self.weights()
        for alpha in "0.25", "0.50":
            weights = os.path.join(folder, f"lookout-{alpha}.safetensors")
            before = read(weights)
            self.fail_with(2, "would be overwritten", "bench", *harness.FAST, "-m", folder, "--json", weights)
            self.assertEqual(read(weights), before)

    def test_the_config_file(self):
        named = self.write("named.conf", b"threshold=0.5\n")
        self.refuse(named, self.clip, "--config", named)
        os.mkdir(self.path("lookout"))
        usual = self.write("lookout/lookout.conf", b"threshold=0.5\n")
        self.refuse(usual, self.clip)
        self.fail_with(2, "would be overwritten", "bench", *harness.FAST, "--json", usual)
        self.assertEqual(read(usual), b"threshold=0.5\n")
        # it is not read here
        self.succeed(self.clip, "--config", named, "--json", usual)
        # and names the output itself
        named = self.write("named.conf", f"json={named}\n".encode())
        self.fail_with(2, "would be overwritten", run=self.headless(self.clip, "--config", named))
        self.assertEqual(read(named), f"json={named}\n".encode())

    def test_standard_output_is_an_output(self):
        before = read(self.clip)
        for arguments in ([self.clip, "--json", "-"], [self.clip, "-o", "-"], [self.clip, "--stats", "-"]):
            with open(self.clip, "ab") as file:
                run = self.headless(*arguments, stdout=file)
            self.fail_with(2, "would be overwritten by the output standard output", run=run)
        with open(self.clip, "r+b") as file:
            run = self.headless("-", "-o", "-", stdin=file, stdout=file)
        self.fail_with(2, "standard input would be overwritten", run=run)
        self.assertEqual(read(self.clip), before)

    def test_two_outputs_in_one_file(self):
        path, link = self.path("out.y4m"), self.path("link.y4m")
        for exists in False, True:
            if exists:
                self.write("out.y4m", OLD)
                os.link(path, link)
                pairs = [(path, path), (path, link), (link, self.path(".", "out.y4m"))]
            else:
                pairs = [(path, path), (path, self.path(".", "out.y4m"))]
            for first, second in pairs:
                for options in (["-o", first, "--json", second], ["-o", first, "--stats", second],
                                ["--json", first, "--stats", second]):
                    self.fail_with(2, "would be overwritten", run=self.headless(self.clip, *options))
        self.assertEqual(read(path), OLD)
        with open(path, "ab") as file:
            run = self.headless(self.clip, "--json", "-", "-o", path, stdout=file)
            self.fail_with(2, "would be overwritten", run=run)
            run = self.run_program("bench", *harness.FAST, "--json", path, stdout=file)
            self.fail_with(2, "would be overwritten", run=run)
        self.assertEqual(read(path), OLD)

    def test_the_inputs_name_in_a_path(self):
        os.mkdir(self.path("clip"))
        pattern = self.path("{source}", "seen-{source}")
        self.succeed(self.clip, "-o", pattern + ".y4m", "--stats", pattern + ".json")
        self.assertEqual(sorted(os.listdir(self.path("clip"))), ["seen-clip.json", "seen-clip.y4m"])
        self.assertEqual(len(self.json_lines(self.path("clip", "seen-clip.json"))), 1)
        before = read(self.clip)
        self.fail_with(2, "would be overwritten", run=self.headless(self.clip, "-o", self.path("{source}.y4m")))
        self.assertEqual(read(self.clip), before)

    def test_what_holds_nothing_is_no_loss(self):
        null = ["--json", "/dev/null", "-o", "/dev/null", "--stats", "/dev/null"]
        with open(self.clip, "rb") as file:
            self.succeed("-", *null, stdin=file, stdout=harness.subprocess.DEVNULL)


class OldFiles(harness.Case):
    """A run that fails before its first frame leaves old files as they were, and no new ones."""

    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.y4m"), frames=3, size="64x48", codec=())
        self.picture = self.path("in.png")
        harness.ffmpeg("-i", self.clip, "-frames:v", "1", self.picture)
        os.mkdir(self.path("out"))

    def outputs(self, suffix):
        return [self.path("out", name) for name in ("recording." + suffix, "lines.jsonl", "stats.json")]

    def run_with(self, outputs, *arguments, **options):
        recording, lines, stats = outputs
        return self.headless(*arguments, "-j1", "-o", recording, "--json", lines, "--stats", stats, **options)

    def fail_twice(self, suffix, expected, *arguments, **options):
        """Once with old files, once without."""
        outputs = self.outputs(suffix)
        for path in outputs:
            self.write(path, OLD)
        self.fail_with(1, expected, run=self.run_with(outputs, *arguments, **options))
        self.assertEqual([read(path) for path in outputs], [OLD] * 3)
        for path in outputs:
            os.remove(path)
        self.fail_with(1, expected, run=self.run_with(outputs, *arguments, **options))
        self.assertEqual(os.listdir(self.path("out")), [])

    def test_threads_are_refused(self):
        def enlarge_stacks():
            _, most = resource.getrlimit(resource.RLIMIT_STACK)
            resource.setrlimit(resource.RLIMIT_STACK, (1 << 47, most))
        if resource.getrlimit(resource.RLIMIT_STACK)[1] != resource.RLIM_INFINITY:
            self.skipTest("stacks cannot be made so large that a thread gets none")
        if harness.sanitized("tsan"):
            self.skipTest("the thread sanitizer does not start with stacks so large")
        for suffix in "mkv", "mp4", "y4m":
            self.fail_twice(suffix, "no thread can be started", self.clip, preexec_fn=enlarge_stacks)
        for suffix in "png", "jpg":
            self.fail_twice(suffix, "no thread can be started", self.picture, preexec_fn=enlarge_stacks)

    def test_inputs_and_weights_that_cannot_be_read(self):
        text = self.write("text.mp4", b"This is not a clip.\n" * 100)
        self.fail_twice("mkv", "text.mp4", text)
        cut = self.write("cut.safetensors", read(os.path.join(harness.MODELS, "lookout-0.25.safetensors"))[:1000])
        self.fail_twice("mkv", "cut.safetensors", self.clip, "-m", cut)

    def test_memory_runs_out(self):
        """At whatever point: either an output is as it was, or there is a first frame in it."""
        if harness.sanitized():
            self.skipTest("a sanitizer needs more address space than can be limited")
        outputs = self.outputs("mkv")
        recording, lines, stats = outputs
        failures = 0
        # fontconfig without memory writes empty caches, which root must not leave to the whole system
        self.environment["FONTCONFIG_FILE"] = self.write("fonts.conf", (
            f"<fontconfig><dir>/usr/share/fonts</dir><cachedir>{self.path('cache')}</cachedir></fontconfig>").encode())

        def run(megabytes):
            def limit():
                resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
            for path in outputs:
                self.write(path, OLD)
            return self.run_with(outputs, self.clip, preexec_fn=limit)

        enough = 64
        while run(enough).code:
            enough *= 2
            self.assertLess(enough, 1 << 16)
        for megabytes in range(enough // 2, enough, enough // 64):
            done = run(megabytes)
            with self.subTest(megabytes=megabytes, said=done.stderr):
                failures += done.code != 0
                if done.code == 0 or read(lines) != OLD:
                    self.assertGreaterEqual(len(self.json_lines(lines)), 1)
                if done.code == 0 or read(stats) != OLD:
                    self.assertGreaterEqual(json.loads(read(stats))["frames"], 1)
                if done.code == 0 or read(recording) != OLD:
                    self.assertGreaterEqual(len(harness.probe_times(recording)), 1)
        self.assertGreater(failures, 5)

    def test_bench_replaces_its_file_with_the_first_point(self):
        lines = self.write("points.jsonl", OLD)
        process = self.start("bench", *harness.FAST, "-j1", "--json", lines)
        with harness.Deadline(process, 60):
            process.stdout.readline()  # the table's head is there before the first point
            self.assertEqual(read(lines), OLD)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        self.assertEqual(read(lines), OLD)

    def test_a_longer_old_file_leaves_nothing_behind(self):
        for suffix, source in ("mkv", self.clip), ("mp4", self.clip), ("y4m", self.clip), ("png", self.picture):
            fresh, old = self.outputs(suffix)[0], self.path("out", "old." + suffix)
            self.succeed(source, "-o", fresh)
            self.write(old, OLD * 100000)
            os.chmod(old, 0o600)
            inode = os.stat(old).st_ino
            self.succeed(source, "-o", old)
            self.assertEqual(os.path.getsize(old), os.path.getsize(fresh))
            self.assertEqual((os.stat(old).st_ino, os.stat(old).st_mode & 0o777), (inode, 0o600))

    def test_links_stay_links(self):
        target, link = self.write("target.y4m", OLD), self.path("link.y4m")
        os.symlink(target, link)
        self.succeed(self.clip, "-o", link)
        self.assertTrue(os.path.islink(link))
        self.assertEqual(len(harness.probe_times(target)), 3)


class ClosedDescriptors(harness.Case):
    """Nothing that is meant for a person lands in a file that got the number of a closed descriptor."""
    SETS = ([0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2])

    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.mkv"), frames=3, size="64x48")

    def headless_without(self, closed, *arguments, **options):
        def close():
            for descriptor in closed:
                os.close(descriptor)
        return self.headless(*arguments, preexec_fn=close, **options)

    def test_files_are_whole(self):
        for closed in self.SETS:
            recording, lines, stats = self.path("out.mkv"), self.path("out.jsonl"), self.path("stats.json")
            run = self.headless_without(closed, self.clip, "-v", "-o", recording, "--json", lines, "--stats", stats)
            with self.subTest(closed=closed):
                self.assertEqual((run.code, run.stdout), (0, ""), run.stderr)
                self.assertEqual("lookout: weights" in run.stderr, 2 not in closed)
                self.assertEqual(len(self.json_lines(lines)), 3)
                self.assertEqual(json.loads(read(stats))["frames"], 3)
                self.assertEqual(len(harness.probe_times(recording)), 3)
                recording = self.path("out.y4m")
                self.headless_without(closed, self.clip, "-v", "-o", recording)
                self.assertEqual(os.path.getsize(recording), read(recording).index(b"\n") + 1 + 3 * (6 + 64 * 48 * 3 // 2))

    def test_messages_stay_out_of_lines(self):
        """With the input on descriptor 0 the file with the lines was the next to be opened."""
        raw = harness.make_clip(self.path("clip.y4m"), frames=35, size="64x48", codec=())
        for closed in [2], [1, 2]:
            with open(raw, "rb") as file:
                run = self.headless_without(closed, "-", "--progress", "--realtime", "--json", self.path("out.jsonl"),
                                            stdin=file)
            self.assertEqual((run.code, run.stdout, run.stderr), (0, "", ""))
            self.assertEqual(len(self.json_lines(self.path("out.jsonl"))), 35)

    def test_the_input_is_not_taken_for_standard_input(self):
        raw = harness.make_clip(self.path("clip.y4m"), frames=3, size="64x48", codec=())
        for name in "-", "/dev/stdin":
            run = self.headless_without([0], name, "--json", self.path("out.jsonl"))
            self.fail_with(1, "standard input: Bad file descriptor" if name == "-" else "/dev/stdin", run=run)
            self.assertFalse(os.path.exists(self.path("out.jsonl")))
        run = self.headless_without([0], "-", "--config", raw)
        self.assertEqual(run.code, 2)

    def test_an_output_that_is_lost_is_an_error(self):
        bad = "standard output: Bad file descriptor"
        for closed in ([1], [0, 1]):
            for option in "-o", "--json", "--stats":
                self.fail_with(1, bad, run=self.headless_without(closed, self.clip, option, "-"))
                run = self.headless_without(closed, self.clip, option, "/dev/stdout")
                self.fail_with(1, "/dev/stdout: ", run=run)
            recording = self.path("out.y4m")
            run = self.headless_without(closed, self.clip, "--json", "-", "-o", recording)
            self.fail_with(1, bad, run=run)
            self.assertEqual(read(recording).count(b'{"frame"'), 0)
        for arguments in (["--version"], ["--help"], ["info"], ["bench", *harness.FAST], ["bench", *harness.FAST, "--json", "-"]):
            run = self.run_program(*arguments, preexec_fn=lambda: os.close(1))
            self.fail_with(1, bad, run=run)
        for closed in ([1, 2], [0, 1, 2]):
            for option in "-o", "--json", "--stats":
                self.assertEqual(self.headless_without(closed, self.clip, option, "-").code, 1)

    def test_errors_still_have_their_code(self):
        for closed in self.SETS:
            run = self.headless_without(closed, self.path("missing.mkv"))
            self.assertEqual((run.code, bool(run.stderr)), (1, 2 not in closed))
            run = self.headless_without(closed, self.clip, "--no-such-option")
            self.assertEqual((run.code, bool(run.stderr)), (2, 2 not in closed))


if __name__ == "__main__":
    harness.main()
