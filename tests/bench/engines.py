"""The engines of the comparison as processes that speak protocol.c's lines."""
import glob
import json
import os
import platform
import signal
import subprocess
import sys

NPM_LIBRARY = "rivals/node_modules/onnxruntime-node/bin/*/linux/{}/libonnxruntime.so.1"


class Engine:
    """A running program, stopped whenever it is not asked something: a rival's threads that spin in wait of work would
    take the cores from the next engine."""

    def __init__(self, key, command):
        self.key = key
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = json.loads(self._answer())
        self.label = f"{self.about['name']} {self.about['version']}"
        self._stop()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"compare: {self.key} ended, status {self.process.wait()}; its message is above")
        return line.strip()

    def _stop(self):
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED)

    def ask(self, line):
        self.process.send_signal(signal.SIGCONT)
        print(line, file=self.process.stdin, flush=True)
        answer = self._answer()
        self._stop()
        return answer

    def run(self, count):
        """Milliseconds of each of so many inferences."""
        return [int(time) * 1e-6 for time in self.ask(f"run {count}").split()]

    def stay_on(self, core):
        """Of a program that computes with its first thread alone."""
        os.sched_setaffinity(self.process.pid, {core})

    def close(self):
        self.process.kill()
        self.process.communicate()


def find_onnxruntime(build):
    """ONNX Runtime's library as npm installs it, or None."""
    architecture = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return next(iter(sorted(glob.glob(os.path.join(build, NPM_LIBRARY.format(architecture))))), None)


class Setup:
    """Which engines there are and how each is started."""

    def __init__(self, options):
        self.options = options
        self.programs = {"lookout": self._program("lookout")}
        if not os.path.exists(self.programs["lookout"]):
            sys.exit(f"compare: {self.programs['lookout']} is not there; run 'make rivals', or build with "
                     "-Drivals=enabled")
        self.onnxruntime = options.onnxruntime or find_onnxruntime(options.build)
        remedies = {"onnxruntime": "npm install --ignore-scripts --prefix BUILD/rivals onnxruntime-node",
                    "onednn": "apt-get install g++ libdnnl-dev, and build again",
                    "opencv": "apt-get install g++ libopencv-dnn-dev, and build again"}
        for key, remedy in remedies.items():
            if key in options.without.split(","):
                continue
            if os.path.exists(self._program(key)) and (key != "onnxruntime" or self.onnxruntime):
                self.programs[key] = self._program(key)
            else:
                print(f"compare: without {key}; to have it: {remedy}", file=sys.stderr)
        for number, path in enumerate(options.also, 1):
            self.programs[f"also{number}"] = path

    def _program(self, key):
        return os.path.join(self.options.build, "tests", "bench", f"bench_{key}")

    def start(self, key, weights, onnx, size, threads, picture):
        extra = {"onnxruntime": self.onnxruntime, "onednn": "", "opencv": ""}.get(key, self.options.isa)
        file = onnx if key in ("onnxruntime", "opencv") else weights
        engine = Engine(key, [self.programs[key], file, str(size), str(threads), picture, extra])
        if key.startswith("also"):
            engine.label = f"{key} = {self.programs[key]}"
        return engine
