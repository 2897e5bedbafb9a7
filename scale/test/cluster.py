"""A Spark of a master and two workers on loopback, and what its processes are."""
import collections
import glob
import os
import shutil
import signal
import socket
import subprocess
import time

HOSTS = "127.0.0.1", "localhost"  # two names, since Spark puts no copy of a task on the same host


class Process:
    def __init__(self, pid):
        with open(f"/proc/{pid}/stat") as f:
            state, parent = f.read().rsplit(")", 1)[1].split()[:2]
        with open(f"/proc/{pid}/cmdline") as f:
            self.command = f.read().split("\0")
        self.pid, self.parent, self.ended = pid, int(parent), state == "Z"

    def is_step(self, step):
        """Reports whether it is a process of plumb; map --verdicts is the step again. Those by which a job
        tries its flags are not meant."""
        c = self.command
        if os.path.basename(c[0]) != "plumb" or len(c) < 2 or "trial" in c:
            return False
        again = any(a.startswith("--verdicts") for a in c)
        return c[1] == "map" and again if step == "again" else c[1] == step and not again

    def is_executor(self):
        return "org.apache.spark.executor.CoarseGrainedExecutorBackend" in self.command


def below(roots):
    """The processes that descend from some, without these."""
    children = collections.defaultdict(list)
    for entry in glob.glob("/proc/[0-9]*"):
        try:
            p = Process(int(os.path.basename(entry)))
        except (OSError, IndexError):
            continue  # it has ended
        if not p.ended:
            children[p.parent].append(p)
    found, todo = [], list(roots)
    while todo:
        found += children[pid] if (pid := todo.pop()) in children else []
        todo += [p.pid for p in children[pid]]
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    """The processes are ended by their ids, and no others."""

    def __init__(self, folder, env, memory="1g"):
        self.folder, self.env, self.memory = folder, env, memory
        self.url = f"spark://127.0.0.1:{free_port()}"
        port = self.url.rsplit(":", 1)[1]
        self.workers, self.started = {}, 0
        self.master = self.start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", "0")
        try:
            self.wait("master", "Starting Spark master", 1)
            for host in HOSTS:
                self.add_worker(host)
            self.wait("master", "Registering worker", len(HOSTS))
        except BaseException:
            self.stop()
            raise

    def start(self, name, *args):
        log = open(os.path.join(self.folder, name + ".log"), "w")
        return subprocess.Popen(["spark-class", *args], env=self.env, stdout=log, stderr=log, start_new_session=True)

    def add_worker(self, host):
        self.started += 1
        name = f"worker{self.started}"
        work = os.path.join(self.folder, name)
        self.workers[host] = self.start(name, "org.apache.spark.deploy.worker.Worker", "--host", host, "--webui-port", "0",
                                        "--cores", "1", "--memory", self.memory, "--work-dir", work, self.url)

    def wait(self, name, text, count):
        for _ in range(600):
            with open(os.path.join(self.folder, name + ".log")) as f:
                if f.read().count(text) >= count:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{name} did not say {text!r} {count} times within a minute; see {f.name}")

    def kill_worker(self, host):
        os.kill(self.workers[host].pid, signal.SIGKILL)
        self.workers[host].wait()

    def processes(self):
        return below([w.pid for w in self.workers.values()])

    def stop(self):
        left = self.processes()
        for p in [*self.workers.values(), self.master]:
            p.terminate()
        for p in [*self.workers.values(), self.master]:
            try:
                p.wait(20)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        for p in left:  # of a worker that was killed; the ids are not yet others'
            try:
                if Process(p.pid).command == p.command:
                    os.kill(p.pid, signal.SIGKILL)
            except OSError:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)
