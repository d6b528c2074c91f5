#!/usr/bin/python3
"""lookout bench: what it prints and writes. How fast it is, is not tested."""
import os
import shutil
import signal

import harness

POINT = ["bench", *harness.FAST, "-j", "1"]
MULT_ADDS = 18_717_248  # alpha 0.25, size 128
KEYS = ["alpha", "size", "threads", "isa", "runs", "median_ms", "p95_ms", "gflops", "peak_share", "rss_mb"]


class Bench(harness.Case):
    def check_point(self, point):
        self.assertEqual(list(point), KEYS)
        self.assertEqual((point["alpha"], point["size"], point["threads"]), (0.25, 128, 1))
        self.assertIn(point["isa"], self.run_program("--version").stdout)
        self.assertTrue(20 <= point["runs"] <= 1000, point)
        self.assertTrue(0 < point["median_ms"] <= point["p95_ms"], point)
        expected = 2e-6 * MULT_ADDS / point["median_ms"]
        # two decimals; the median has three or more
        self.assertAlmostEqual(point["gflops"], expected, delta=0.005 + 0.001 * expected)
        self.assertTrue(0 < point["peak_share"] < 1.5, point)
        self.assertTrue(0 < point["rss_mb"] < (1000 if harness.sanitized() else 40), point)

    def test_a_json_line(self):
        run = self.run_program(*POINT, "--json", "-")
        self.assertEqual((run.code, run.stderr), (0, ""))
        (point,) = self.json_lines(run.stdout)
        self.check_point(point)

    def test_the_table(self):
        run = self.run_program(*POINT, "--isa", "c", "-v", "--json", self.path("points.jsonl"))
        self.assertEqual((run.code, run.stderr), (0, ""))
        header, titles, row, *layers = run.stdout.splitlines()
        self.assertRegex(header, r".+, c kernels, 1 thread$")
        self.assertIn("median ms", titles)
        (point,) = self.json_lines(self.path("points.jsonl"))
        self.check_point(point)
        self.assertEqual(point["isa"], "c")
        alpha, size, threads, median, *_ = row.split()
        self.assertEqual((alpha, size, threads), ("0.25", "128", "1"))
        self.assertAlmostEqual(float(median), point["median_ms"], delta=0.001)
        self.assertEqual(layers[0].split()[0], "conv0")
        self.assertRegex(layers[-1], r"^  head5\.")
        # the layers' times add up to the inference's, as far as a busy machine shows that
        total = sum(float(line.rsplit(None, 4)[1]) for line in layers)
        self.assertTrue(0.2 < total / point["median_ms"] < 5, (total, point))

    def test_weights_of_one_file_and_every_size(self):
        weights = os.path.join(harness.MODELS, "lookout-0.25.safetensors")
        run = self.run_program("bench", "-j1", "-m", weights, "--json", "-")
        self.assertEqual(run.code, 0, run.stderr)
        points = self.json_lines(run.stdout)
        self.assertEqual([(point["alpha"], point["size"]) for point in points],
                         [(0.25, size) for size in (224, 192, 160, 128)])
        self.check_point(points[-1])

    def test_the_config_file_chooses_no_points(self):
        os.mkdir(self.path("lookout"))
        kept = self.write("boxes.jsonl", b"kept\n")
        self.write("lookout/lookout.conf", f"alpha=1\nsize=224\nthreads=1\njson={kept}\n".encode())
        run = self.run_program("bench", *harness.FAST)
        self.assertEqual(run.code, 0, run.stderr)
        self.assertRegex(run.stdout, r"(?m)^ 0\.25 +128 +1 ")
        with open(kept, encoding="utf-8") as file:
            self.assertEqual(file.read(), "kept\n")

    def test_sigint_leaves_whole_lines(self):
        process = self.start("bench", "-a", "0.25", "-j1", "--json", "-", "--isa", "c")
        with harness.Deadline(process, 120):
            first = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            rest, err = process.communicate()
        self.assertEqual((process.returncode, err), (130, b""))
        points = self.json_lines((first + rest).decode())
        self.assertIn(len(points), (1, 2))

    def test_a_point_that_takes_long_is_not_awaited(self):
        process = self.start("bench", "-a", "1", "--size", "320", "-j1", "--isa", "c")
        with harness.Deadline(process, 120):
            for _ in range(2):
                process.stdout.readline()  # what stands above the points
            process.send_signal(signal.SIGINT)
            rest, err = process.communicate()
        self.assertEqual((process.returncode, rest, err), (130, b"", b""))

    def test_waiting_for_a_reader_can_be_interrupted(self):
        os.mkfifo(self.path("fifo"))
        process = self.start(*POINT, "--json", self.path("fifo"))
        with harness.Deadline(process, 60):
            harness.wait_until_idle(process)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate()
        self.assertEqual((process.returncode, err), (143, b""))

    def test_usage_errors(self):
        for arguments, expected in (
                (["-t", "0.5"], "--threshold does not go with bench"),
                (["clip.mp4"], "'clip.mp4'"),
                (["-a", "0.3"], "1, 0.75, 0.5, 0.25"),
                (["-j", "0"], "from 1 to 64"),
                (["--isa", "x87"], "x87"),
                (["-a", "1", "-m", os.path.join(harness.MODELS, "lookout-0.25.safetensors")], "--alpha")):
            with self.subTest(arguments=arguments):
                run = self.fail_with(2, expected, "bench", *arguments)
                self.assertEqual(run.stdout, "")

    def test_weights_are_not_overwritten(self):
        weights = self.path("mine.safetensors")
        shutil.copy(os.path.join(harness.MODELS, "lookout-0.25.safetensors"), weights)
        size = os.path.getsize(weights)
        self.fail_with(2, "would be overwritten", "bench", "-m", weights, "--json", weights)
        self.assertEqual(os.path.getsize(weights), size)

    def test_failures(self):
        self.fail_with(1, "nofile", "bench", "-m", self.path("nofile"))
        self.fail_with(1, "no/such", *POINT, "--json", self.path("no/such"))
        with open("/dev/full", "wb") as full:
            self.fail_with(1, "No space left", run=self.run_program(*POINT, stdout=full))

    def test_nobody_reads(self):
        process = self.start(*POINT, "--json", "-")
        process.stdout.close()
        with harness.Deadline(process, 60):
            err = process.stderr.read()
            process.wait()
        process.stderr.close()
        self.assertEqual((process.returncode, err), (0, b""))


if __name__ == "__main__":
    harness.main()
