#!/usr/bin/python3
"""What a run writes: never over what it reads."""
import os
import shutil

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

    def test_what_holds_nothing_is_no_loss(self):
        null = ["--json", "/dev/null", "-o", "/dev/null", "--stats", "/dev/null"]
        with open(self.clip, "rb") as file:
            self.succeed("-", *null, stdin=file, stdout=harness.subprocess.DEVNULL)


if __name__ == "__main__":
    harness.main()
