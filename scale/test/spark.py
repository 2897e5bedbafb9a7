#!/usr/bin/env python3
"""Runs plumb on a Spark of processes on this machine, kills some of them, and compares each report
with that of plumb check, byte for byte. make test-scale calls it.

    spark.py [--spill] [CASE...]    --spill: 2,000,000 exchanges with executors of 512 MB
"""
import filecmp
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import cluster as spark
import exchanges
import setup

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FLAGS = ["--overlay", "observed", "--overlay", "kept.yaml"]
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # most of a case is the start of Java
# In the names of objects and of a folder, in turn.
AWKWARD = ["", ", ", "ü 日", "x=1/*?", "{b,c}", "[1]\\", "a:b", "%20'\"#+{"]
LIMIT = 280  # seconds for a case, before it counts as hanging
LIMIT_OF_SPILL = 3600

# What is killed in each case: a step of plumb, or an executor or a worker while a step runs.
CASES = {
    "map, reduce, map --verdicts and merge killed": [("step", "map"), ("step", "reduce"), ("step", "again"), ("step", "merge")],
    "executor killed": [("executor", "map")],
    "worker killed": [("worker", "reduce")],
}


class Test:
    def __init__(self, folder, env):
        self.folder, self.env, self.random = folder, env, random.Random(7)
        self.plumb = os.path.join(folder, "bin", "plumb")
        subprocess.run(["go", "build", "-o", self.plumb, "./cmd/plumb"], cwd=ROOT, check=True)
        self.passed = self.failed = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, name, count, objects):
        """Makes exchanges in objects with awkward names, beside what is hidden, no recording, empty and a
        loop, and the report of one machine."""
        folder = self.path(name)
        count = exchanges.write(folder, count, objects)
        for i, object in enumerate(sorted(os.listdir(folder))):
            os.renames(os.path.join(folder, object), os.path.join(folder, AWKWARD[i % len(AWKWARD)] + object))
        for other, text in {"empty.har": "", "notes.txt": "no recording", ".hidden/a.har": "{", "deep/.a.har": "{"}.items():
            os.makedirs(os.path.dirname(os.path.join(folder, other)), exist_ok=True)
            with open(os.path.join(folder, other), "w") as f:
                f.write(text)
        os.symlink(".", os.path.join(folder, "loop"))
        os.symlink("nowhere", os.path.join(folder, "dangling.har"))
        began = time.time()
        with open(self.path(name + ".json"), "wb") as out:
            subprocess.run([self.plumb, "check", "--quiet", "--fail-on", "never", "--format", "json", *FLAGS, self.path(name)], cwd=HERE, stdout=out, check=True, env=self.env)
        print(f"{name}: {count} exchanges in {objects} objects; plumb check takes {time.time() - began:.1f} s", flush=True)

    def submit(self, job, data, *args, master, more=()):
        """Starts a job on the cluster; its report is data-spark.json."""
        conf = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false", "spark.executor.memory": "512m",
                "spark.driver.extraJavaOptions": JAVA, "spark.executor.extraJavaOptions": JAVA, "spark.task.maxFailures": "8", "spark.executorEnv.SOURCE_DATE_EPOCH": self.env["SOURCE_DATE_EPOCH"], "spark.log.level": "ERROR", **dict(more)}
        options = [o for k, v in conf.items() for o in ("--conf", f"{k}={v}")]
        files = ",".join([self.plumb, os.path.join(HERE, "kept.yaml")])
        log = open(self.path("job.log"), "wb")
        command = ["spark-submit", "--master", master, *options, "--files", files, os.path.join(ROOT, "scale", "spark", job)]
        return subprocess.Popen([*command, "--tasks", "16", "--partitions", "4", *args, self.path(data + "-spark.json"), self.path(data), "--", *FLAGS],
                                env=self.env, stdout=log, stderr=log, start_new_session=True)

    def disturb(self, job, cluster, todo, limit):
        """Kills while the job runs, and returns what was killed."""
        killed, todo, began = [], list(todo), time.time()
        while job.poll() is None:
            time.sleep(0.01 if todo else 0.2)
            if time.time() - began > limit:
                job.send_signal(signal.SIGTERM)
                job.wait()
                return [*killed, "the job, which took too long"]
            if not todo:
                continue
            what, step = todo[0]
            processes = cluster.processes()
            steps = [p for p in processes if p.is_step(step)]
            if not steps:
                continue
            if what == "worker":
                host = self.random.choice(spark.HOSTS)
                cluster.kill_worker(host)
            else:
                victims = steps if what == "step" else [p for p in processes if p.is_executor() and any(s.pid in [d.pid for d in spark.below([p.pid])] for s in steps)]
                if not victims:
                    continue
                try:
                    os.kill(self.random.choice(victims).pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue  # it had just ended
            killed.append(f"{what} in {step}" if what != "step" else step)
            todo.pop(0)
        return killed

    def run(self, name, job, cluster, kills=(), data="exchanges", args=(), limit=LIMIT, more=()):
        report = self.path(data + "-spark.json")
        if os.path.exists(report):
            os.remove(report)
        began = time.time()
        submitted = self.submit(job, data, *args, master=cluster.url, more=more)
        try:
            killed = self.disturb(submitted, cluster, kills, limit)
        finally:
            if submitted.poll() is None:  # the test itself is being ended
                submitted.terminate()
                submitted.wait()
        took = time.time() - began
        left = [p.pid for p in cluster.processes() if any(p.is_step(s) for s in ("map", "reduce", "again", "merge"))]
        if left:  # a killed task's process ends as soon as it reads or writes
            time.sleep(3)
            left = [p.pid for p in cluster.processes() if p.pid in left]
        equal = os.path.exists(report) and filecmp.cmp(report, self.path(data + ".json"), shallow=False)
        good = equal and submitted.returncode == 0 and len(killed) == len(kills) and not left
        print(f"{job}, {name}: {'byte-equal' if equal else 'DIFFERENT' if os.path.exists(report) else 'NO REPORT'}, {took:.0f} s, exit status {submitted.returncode}, "
              f"killed {killed or 'nothing'}, left over {left or 'nothing'}", flush=True)
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if not good:
            with open(self.path("job.log"), errors="replace") as f:
                print(f.read()[-6000:], flush=True)
        for host, worker in list(cluster.workers.items()):
            if worker.poll() is not None:
                cluster.add_worker(host)
                cluster.wait("master", "Registering worker", cluster.started)


def spilled(events):
    """The bytes that the tasks of an event log have spilled to disk."""
    total = 0
    for name in glob.glob(os.path.join(events, "**", "*events*"), recursive=True):
        if os.path.isfile(name):
            with open(name) as f:
                total += sum(json.loads(line)["Task Metrics"]["Disk Bytes Spilled"] for line in f if '"SparkListenerTaskEnd"' in line and '"Task Metrics"' in line)
    return total


def end(*_):
    sys.exit("ended by a signal")  # after the cluster has been stopped


def main():
    signal.signal(signal.SIGTERM, end)
    chosen = [a for a in sys.argv[1:] if not a.startswith("--")]
    if not sys.argv[1:] and subprocess.run([sys.executable, "-m", "unittest", "discover", "-s", HERE, "-p", "*_test.py"]).returncode:
        return 1
    found = setup.prepare(install=os.environ.get("SETUP") != "no")
    if found is None:
        return 0
    env = {**os.environ, **found, "SPARK_LOCAL_IP": "127.0.0.1", "LC_ALL": "C.UTF-8", "SPARK_NO_DAEMONIZE": "1", "SPARK_DAEMON_JAVA_OPTS": JAVA, "SOURCE_DATE_EPOCH": "1790000000"}
    began = time.time()
    folder = tempfile.mkdtemp(prefix="plumb-scale-")
    env["SPARK_LOCAL_DIRS"] = os.path.join(folder, "local")
    test = Test(folder, env)
    cluster_folder = os.path.join(folder, "cluster")
    os.makedirs(cluster_folder)
    try:
        if "--spill" in sys.argv:
            test.make("spill", 2000000, 256)
            cluster = spark.Cluster(cluster_folder, env)
            try:
                events = test.path("events")
                os.makedirs(events)
                more = {"spark.python.worker.memory": "32m", "spark.eventLog.enabled": "true", "spark.eventLog.dir": "file:" + events, "spark.eventLog.compress": "false"}
                test.run("2,000,000 exchanges, executors of 512 MB", "plumb_spark.py", cluster, data="spill", limit=LIMIT_OF_SPILL, more=more)
                size = spilled(events)
                print(f"the tasks have spilled {size / 1e6:.0f} MB to disk")
                test.failed += size == 0
            finally:
                cluster.stop()
        else:
            test.make("exchanges", 80000, 64)
            test.make("few", 4000, 8)
            cluster = spark.Cluster(cluster_folder, env)
            try:
                for name, kills in CASES.items():
                    if not chosen or name in chosen:
                        test.run(name, "plumb_spark.py", cluster, kills)
                if not chosen or "undisturbed" in chosen:
                    test.run("undisturbed", "plumb_spark.py", cluster, data="few")
                if not chosen or "bytes" in chosen:
                    test.run("bytes", "plumb_spark.py", cluster, data="few", args=["--bytes"])
                if "arrow" in found and (not chosen or "DataFrame" in chosen):
                    test.run("DataFrame", "plumb_spark_df.py", cluster, data="few")
            finally:
                cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"the tests on Spark took {time.time() - began:.0f} s")
    print(f"{test.passed} passed, {test.failed} failed")
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
