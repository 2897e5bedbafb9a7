"""The steps of plumb as functions from rows to rows, for the jobs beside this file.

A row is a key and a record, both bytes, and nothing here knows of RDDs or DataFrames. Each
function runs one command of plumb; what moves and sorts the rows between them is the engine.
Keys of the rows between the steps:

    a hash       a resource, as plumb map writes it: reduce must get those of one key together
    #...         an outcome; what follows spreads outcomes over the tasks
    0000000017   an object of the manifest; 0 follows for its line, 1 for a verdict about it

PARTITIONED is how many bytes of a key decide where its row goes.
"""
import contextlib
import copy
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import zlib

PARTITIONED = 10  # the hash of a resource has 11 bytes, the first 10 are as good
SAID = 1000  # lines of standard error that are kept of the last step
TRIAL = b'{"time":"2025-01-01T00:00:00Z","request":{"method":"GET","url":"http://localhost/"},"response":{"status":200,"headers":{},"body":{}}}\n'


class Failed(Exception):
    """A step has failed; the text is one line, by which the driver finds it in what Spark says."""


class Killed(Failed):
    """A step was killed, and need not be when it is started again."""


class Refused(Exception):
    """What was asked for cannot be done; the text says what to do."""


class Steps:
    """A run: the same binary, run key and flags in all steps."""

    def __init__(self, run_key, flags=(), map_flags=(), merge_flags=(), as_bytes=False, summary=False):
        self.common = ["--run-key", run_key, *flags]
        self.map_flags = [*map_flags, *(["--observe"] if summary else [])]
        self.merge_flags, self.as_bytes, self.summary = list(merge_flags), as_bytes, summary

    def command(self, name, *args):
        from pyspark import SparkFiles  # here, since the path is another one on each machine
        binary = SparkFiles.get("plumb")
        if not os.access(binary, os.X_OK):
            what = "is not executable: set the executable bit before it is shipped, or ship it with --files; the file system must not be mounted noexec" if os.path.exists(binary) else "is missing: ship the binary with spark-submit --files .../plumb, or give --plumb"
            raise Failed(f"{binary} on {os.uname().nodename} {what}")
        return [binary, name, *self.common, *args]

    def map(self, rows):
        """From objects (number, name), or (number and name, bytes), to observations and outcomes."""
        if self.as_bytes:  # one process for each object
            for key, content in rows:
                number, name = key.split(b"\t", 1)  # names are bytes, and need not be UTF-8
                yield from self._spread(run(self.command("map", *self.map_flags, "--name", name, "--index", number, "-"), [content]))
        else:
            rows = iter(rows)
            first = next(rows, None)
            if first is None:  # a task without objects; plumb takes an empty manifest for a mistake
                return
            lines = (b"%d\t%s\n" % (int(number), name) for number, name in itertools.chain([first], rows))
            yield from self._spread(run(self.command("map", *self.map_flags, "--names", "-"), lines))

    def _spread(self, rows):
        for key, record in rows:
            yield (_outcome(record) if key == b"#" else key), record

    def reduce(self, rows):
        """From rows sorted by key to verdicts (object, record) and an outcome."""
        lines = closed((b"#" if key[:1] == b"#" else key, record) for key, record in rows)
        for key, record in run(self.command("reduce"), lines):
            yield (_outcome(record) if key == b"#" else b"%010d1" % int(key[1:])), record

    def again(self, rows):
        """From lines of the manifest, verdicts and outcomes, sorted by key, to one outcome. Only the
        objects are read for which there are verdicts."""
        names, verdicts, outcomes, wanted = [], [], [], False
        current = None
        for key, record in rows:
            if key[:1] == b"#":
                outcomes.append((b"#", record))
            elif key[10:] == b"0":
                current, wanted = record, False
            else:
                if not wanted:
                    names.append(current)
                    wanted = True
                verdicts.append((b"#%d" % int(key[:10]), record))
        if verdicts:
            with unnamed(closed(verdicts)) as f:
                command = self.command("map", "--names", "-", f"--verdicts=/dev/fd/{f.fileno()}")
                outcomes += run(command, (b"%s\n" % line for line in names), f)
        yield from self.partial(outcomes)

    def again_bytes(self, verdicts, rows):
        """Like again, with the bytes of objects in rows; verdicts has those of all objects."""
        for key, content in rows:
            number, name = key.split(b"\t", 1)
            with unnamed(closed((b"#" + number, v) for v in verdicts[int(number)])) as f:
                command = self.command("map", "--name", name, "--index", number, f"--verdicts=/dev/fd/{f.fileno()}", "-")
                yield from self._spread(run(command, [content], f))

    def partial(self, outcomes):
        """Adds outcomes to one, so that the last step gets few."""
        outcomes = [(b"#", record) for _, record in outcomes]
        if outcomes:
            yield from self._spread(run(self.command("merge", "--partial"), closed(outcomes)))

    def merge(self, rows):
        """From all outcomes and the manifest to the report ("report", text), the summary, and what plumb
        says of it on standard error ("said", text), such as which objects it could not open."""
        manifest, outcomes = [], []
        for key, record in rows:
            (outcomes if key[:1] == b"#" else manifest).append((key, record))
        lines = (b"%s\n" % line for _, line in sorted(manifest))
        with unnamed(lines) as f, tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:
            summary = os.path.join(folder, "summary")
            more = ["--summary", summary] if self.summary else []
            command = self.command("merge", "--manifest", f"/dev/fd/{f.fileno()}", "--format", "json", *more, *self.merge_flags)
            said = []
            report = b"".join(output(command, closed((b"#", o) for _, o in outcomes), f, said=said))
            try:
                json.loads(report)
            except ValueError as e:
                raise Failed(f"plumb merge ended with status 0, and its report is not whole: {e}") from None
            yield b"report", report
            yield b"said", "".join(said).encode()
            if self.summary:
                with open(summary, "rb") as made:
                    yield b"summary", made.read()

    def trial(self, rows):
        """Runs the steps with one exchange, and gives the error, if there is one: a wrong flag, or a binary
        that cannot be run, is found at once, and by one task that is not started again."""
        for _ in rows:
            steps = copy.copy(self)
            steps.as_bytes, steps.common = True, ["--run-key", "trial", *self.common[2:]]
            key = b"0\ttrial.ndjson"
            try:
                reduced = list(steps.reduce(sorted(steps.map([(key, TRIAL)]))))
                list(steps.merge([*reduced, (b"%010d0" % 0, key)]))
            except Killed:
                raise  # Spark starts the task again
            except Failed as e:
                yield b"failed", str(e).encode()


def _outcome(record):
    return b"#%08x" % zlib.crc32(record)


def manifest(names):
    """The rows of the manifest: the sorted names, numbered."""
    return [(b"%010d0" % i, b"%d\t%s" % (i, name)) for i, name in enumerate(names)]


def closed(rows):
    """The lines of rows, with the last one, which counts the others: without it plumb takes a stream
    for cut. An error of the rows is raised here, and then there is no such line."""
    count = 0
    for key, record in rows:
        count += 1
        yield key + b"\t" + record + b"\n"
    yield b".\t%d\n" % count


def unnamed(lines):
    """A file without a name, at its beginning: nothing is left of it, even after kill -9."""
    f = tempfile.TemporaryFile()
    f.writelines(lines)
    f.seek(0)
    return f


def run(command, lines, *files):
    """The rows that a command writes. They are whole only if this ends without an error, after the
    last line, which counts the others; Spark drops all rows of a task that raises an error."""
    count, last, said = 0, None, []
    for line in output(command, lines, *files, said=said):
        if last is not None:
            raise Failed(f"plumb {command[1]}: there are lines after the last one")
        key, tab, record = line.rstrip(b"\n").partition(b"\t")
        if not tab or not line.endswith(b"\n") or key == b"." and not record.isdigit():
            raise Failed(f"plumb {command[1]} wrote {line[:60]!r}, which is not a line of plumb; is {command[0]} plumb? On standard error: {shortly(said)}")
        if key == b".":
            last = int(record)
        else:
            count += 1
            yield key, record
    if last != count:
        raise Failed(f"plumb {command[1]} wrote {count} lines, and {'no last line' if last is None else f'says {last}'}; on standard error: {shortly(said)}")


def shortly(said):
    """The last lines of standard error, as one."""
    return "; ".join(line.strip().removeprefix("plumb: ") for line in said[-3:])[-2000:] or "nothing"


def output(command, lines, *files, said):
    """The lines that a command writes, which reads lines. Unlike RDD.pipe, a killed command and an
    error of the input are errors here, and the command ends with the task. said gets what it writes to
    standard error."""
    pipe = subprocess.PIPE  # the working folder is that of the shipped files: --spec openapi.yaml is found there
    try:
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=os.path.dirname(command[0]), pass_fds=[f.fileno() for f in files], start_new_session=True)
    except OSError as e:
        raise Failed(f"plumb {command[1]} cannot be started on {os.uname().nodename}: {e}; the binary must be for the system and processor of the executors") from None
    failed = []

    def kill():  # with its children, if the binary is a script that starts plumb: they keep the pipes open
        if child.returncode is None:  # or the number may be that of another process by now
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

    def watch():
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
            kill()

    def feed():
        try:
            child.stdin.writelines(lines)
            child.stdin.close()
        except BrokenPipeError:
            pass  # the exit status says why
        except BaseException as e:  # of the input; the command must not take it for the end
            failed.append(e)
            kill()

    def listen():
        for line in child.stderr:
            said.append(line.decode(errors="replace"))
            sys.stderr.write(said[-1])
            if len(said) > SAID:
                said[:2] = ["(lines before are left out)\n"]

    threads = [threading.Thread(target=f, daemon=True) for f in (feed, listen, watch)]
    for t in threads:
        t.start()
    try:
        yield from child.stdout
        for t in threads:
            t.join()
        status = child.wait()
        if failed:
            raise failed[0]
        if status:
            raise (Killed if status < 0 else Failed)(f"plumb {command[1]} failed on {os.uname().nodename} with exit status {status}: {shortly(said)}")
    finally:
        kill()
        child.wait()
        child.stdout.close()
