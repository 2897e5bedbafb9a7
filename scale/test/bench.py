#!/usr/bin/env python3
"""Prints what the steps of a run on many machines cost, beside plumb check, at 1, 4 and 16 times the
data. The steps are plain processes, one after the other: the figures are plumb's own. make
bench-scale calls it.

    bench.py [EXCHANGES]    at 1 time; 20,000
"""
import multiprocessing
import os
import subprocess
import sys
import tempfile

import exchanges

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLAGS = ["--overlay", "observed"]
KEY = ["--run-key", "bench"]


def spend(command, given, out):
    """Runs a command, and returns its exit status, processor time in seconds, and memory in MB."""
    with open(given, "rb") as stdin, open(out, "wb") as stdout:
        child = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return child.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


# The processes are started by one that is small: to the system, a process has used at least
# the memory of the one that started it.
starter = multiprocessing.get_context("spawn").Pool(1) if __name__ == "__main__" else None


class Use:
    """Processor time in seconds, and the largest memory of one process in MB."""

    def __init__(self, folder):
        self.folder, self.seconds, self.memory = folder, 0.0, 0.0

    def run(self, command, stdin=b""):
        given, out = (os.path.join(self.folder, name) for name in ("in", "out"))
        with open(given, "wb") as f:
            f.write(stdin)
        status, seconds, memory = starter.apply(spend, (command, given, out))
        if status:
            sys.exit(f"{command[1]}: exit status {status}")
        self.seconds += seconds
        self.memory = max(self.memory, memory)
        with open(out, "rb") as f:
            return f.read()


def closed(lines):
    return b"".join(lines) + b".\t%d\n" % len(lines)


def measure(plumb, folder, objects, maps=4, reduces=4):
    """Returns what check and each step use, the bytes of the observations, and the largest outcome."""
    names = sorted(os.path.join(folder, n) for n in os.listdir(folder))[:objects]
    manifest = [f"{i}\t{name}\n".encode() for i, name in enumerate(names)]
    parts = [manifest[len(manifest) * i // maps:len(manifest) * (i + 1) // maps] for i in range(maps)]
    use = {step: Use(os.path.dirname(plumb)) for step in ("check", "map", "reduce", "map --verdicts", "merge")}
    want = use["check"].run([plumb, "check", "--quiet", "--fail-on", "never", "--format", "json", "--jobs", "1", *FLAGS, folder])

    outcomes, observations, verdicts = [], [[] for _ in range(reduces)], []
    for part in parts:
        for line in use["map"].run([plumb, "map", *KEY, *FLAGS, "--names", "-"], b"".join(part)).splitlines(True)[:-1]:
            (outcomes if line.startswith(b"#") else observations[line[0] % reduces]).append(line)
    for lines in observations:
        lines.sort()
        for line in use["reduce"].run([plumb, "reduce", *KEY, *FLAGS], closed(lines)).splitlines(True)[:-1]:
            (outcomes if line.startswith(b"#\t") else verdicts).append(line)
    with tempfile.NamedTemporaryFile() as f:
        for part in parts:
            numbers = {line.split(b"\t")[0] for line in part}
            f.seek(0)
            f.truncate()
            f.write(closed([v for v in verdicts if v[1:].split(b"\t")[0] in numbers]))
            f.flush()
            again = use["map --verdicts"].run([plumb, "map", *KEY, *FLAGS, "--names", "-", f"--verdicts={f.name}"], b"".join(part))
            outcomes += again.splitlines(True)[:-1]
    got = use["merge"].run([plumb, "merge", *KEY, *FLAGS, "--quiet", "--format", "json"], closed(outcomes))
    if got != want:
        sys.exit(f"{folder}: the report of the steps is not that of plumb check")
    return use, sum(len(line) for lines in observations for line in lines), max(map(len, outcomes)), len(verdicts)


def main():
    base = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    os.environ["SOURCE_DATE_EPOCH"] = "1790000000"
    with tempfile.TemporaryDirectory(prefix="plumb-bench-") as folder:
        plumb = os.path.join(folder, "bin", "plumb")
        subprocess.run(["go", "build", "-o", plumb, "./cmd/plumb"], cwd=ROOT, check=True)
        print("| exchanges | step | processor, s | of check | memory, MB |")
        print("|---:|---|---:|---:|---:|")
        told = []
        for times in (1, 4, 16):
            data = os.path.join(folder, f"x{times}")
            count = exchanges.write(data, base * times, 16 * times, plain=True)
            use, shuffled, outcome, verdicts = measure(plumb, data, 16 * times)
            check = use["check"].seconds
            for step, u in use.items():
                print(f"| {count:,} | {step} | {u.seconds:.2f} | {u.seconds / check:.2f} | {u.memory:.0f} |", flush=True)
            total = sum(u.seconds for step, u in use.items() if step != "check")
            print(f"| {count:,} | all steps | {total:.2f} | {total / check:.2f} | |", flush=True)
            told.append(f"| {count:,} | {shuffled / count:.0f} | {outcome / 1000:.0f} | {verdicts:,} |")
        print("\n| exchanges | observations, bytes for an exchange | largest outcome, kB | verdicts |")
        print("|---:|---:|---:|---:|")
        print("\n".join(told))


if __name__ == "__main__":
    main()
