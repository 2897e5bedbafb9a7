"""Tests of what the jobs for Spark do beside Spark, and without it: python3 -m unittest discover -s scale/test -p '*_test.py'"""
import contextlib
import io
import os
import sys
import tempfile
import threading
import types
import unittest
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scale", "spark"))

import plumb_objects
import plumb_options
import plumb_steps
from plumb_steps import Failed, Refused


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="plumb-steps-")
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text="x"):
        name = os.path.join(os.fsencode(self.folder), os.fsencode(name))
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w") as f:
            f.write(text)
        return name


class Objects(WithFolder):
    def names(self, *paths, as_bytes=False, without=()):
        found = plumb_objects.local_objects([self.path(p) if p else self.folder for p in paths], as_bytes, without)
        return [os.path.relpath(name, os.fsencode(self.folder)) for name, _ in found]

    def test_what_is_in_a_folder(self):
        for name in ("a.har", "ü.har", b"\xfc.har", "_x.har", ".x.har", "_temporary/b.har", ".git/c.har", "x=1/d.har", "empty"):
            self.write(name, "" if name == "empty" else "x")
        os.symlink("a.har", self.path("link.har"))
        os.symlink("nowhere", self.path("dangling.har"))
        os.symlink(".", self.path("loop"))
        want = ["_temporary/b.har", "_x.har", "a.har", "empty", "x=1/d.har", "ü.har"]
        self.assertEqual(self.names(""), sorted(map(os.fsencode, want + [b"\xfc.har"]), key=os.fsencode))
        self.assertEqual(self.names("", as_bytes=True), [b"a.har", b"empty", b"x=1/d.har", "ü.har".encode(), b"\xfc.har"])

    def test_what_is_named(self):
        for name in ("a.har", ".x.har", ".git/c.har", "a{b}.har", "b.txt", "s/c.har"):
            self.write(name)
        os.makedirs(self.path("none"))
        for paths, want in (
            ([".x.har"], [b".x.har"]),
            ([".git"], [b".git/c.har"]),
            (["a{b}.har"], [b"a{b}.har"]),
            (["a.har", "", "a.har"], [b"a.har", b"a{b}.har", b"b.txt", b"s/c.har"]),
            (["?.{har,txt}"], [b"a.har", b"b.txt"]),
            (["**/c.*"], [b"s/c.har"]),
            (["s*"], [b"s/c.har"]),
        ):
            self.assertEqual(self.names(*paths), want, paths)
        for paths in (["nope"], ["n*.har"], ["none"], ["a.har", "none"]):
            with self.assertRaises(Refused, msg=paths):
                self.names(*paths)
        with self.assertRaises(Refused):
            self.names(".x.har", as_bytes=True)
        self.write("_SUCCESS")
        self.assertEqual(self.names("_*"), [b"_SUCCESS"])
        self.assertEqual(self.names("[_a]*", as_bytes=True), [b"a.har", b"a{b}.har"])

    def test_what_is_written_is_not_read(self):
        self.write("a.har")
        report = os.fsdecode(self.write("report.json"))
        self.assertEqual(self.names("", without=[report]), [b"a.har"])
        with self.assertRaises(Refused):
            self.names("report.json", without=[report])

    def find(self, *paths, as_bytes=False, expresses=True):
        at = types.SimpleNamespace(qualified=lambda path: path, opened=plumb_objects.local_objects, expresses=lambda _: expresses)
        return plumb_objects.find(types.SimpleNamespace(paths=paths, bytes=as_bytes, out=self.path("out"), summary=None), at)

    def test_names_that_cannot_be_read(self):
        for name, as_bytes in ((b"a\tb.har", False), (b"a\nb.har", True), (b"a\rb.har", False), (b"\xfc.har", True), (b"a:b[.har", True)):
            path = os.fsdecode(self.write(name))
            with self.assertRaises(Refused, msg=name):
                self.find(path, as_bytes=as_bytes)
        with self.assertRaisesRegex(Refused, "LC_ALL=C.UTF-8"):
            self.find(os.fsdecode(self.write("ü.har")), as_bytes=True, expresses=False)
        with self.assertRaisesRegex(Refused, "give --bytes"):
            self.find("s3a://bucket/a")

    def test_uris(self):
        name = self.write("a b%20,{.har")
        for path in (os.fsdecode(name), "file:" + os.fsdecode(name), "file://" + os.fsdecode(name)):
            self.assertEqual(self.find(path, self.folder, as_bytes=True), [(name, "file:" + os.fsdecode(name), 1)])
        self.assertEqual(plumb_objects.local("dbfs:/Volumes/a/b"), "/Volumes/a/b")
        self.assertIsNone(plumb_objects.local("hdfs://n:1/a"))


class Options(WithFolder):
    def parse(self, *argv):
        said = io.StringIO()
        with mock.patch.object(sys, "argv", ["job", *argv]), contextlib.redirect_stderr(said):
            try:
                return plumb_options.parse("")
            except SystemExit as e:
                self.assertEqual(e.code, 2)
        return said.getvalue()

    def test_what_is_refused(self):
        report = self.path("report.json")
        os.mkfifo(self.path("fifo"))
        os.symlink("nowhere", self.path("dangling"))
        os.makedirs(self.path("plumb"))
        for argv, want in (
            ([report, "p", "--", "--jobs", "3"], "--map=--jobs"),
            ([report, "p", "--", "-v"], "--merge=--verbose"),
            ([report, "p", "--", "--baseline=x"], "--merge=--baseline"),
            ([report, "p", "--", "--fail-on", "error"], "plumb report"),
            ([report, "p", "--", "--summary", "x"], "before --"),
            ([report, "p", "--map=--baseline x"], "--merge=--baseline"),
            ([report, "p", "--merge=--report html=x"], "plumb report"),
            ([report, "p", "--merge=--partial"], "this job sets it"),
            ([report, "p", "--map", "'"], "--map ': "),
            ([report, "p", "--partitions", "0"], "whole number from 1"),
            ([report, "p", "--tasks", "-1"], "--tasks"),
            ([report, ""], "empty"),
            ([report, "p", "--file", self.path("nope")], "no such file"),
            ([report, "p", "--plumb", self.path("plumb")], "executable file"),
            ([report, "p", "--summary", report], "name two files"),
            (["-", "p"], "not the name of a file"),
            (["s3a://bucket/report.json", "p"], "URI"),
            ([self.folder, "p"], "is a folder"),
            ([self.path("fifo"), "p"], "a pipe"),
            (["/dev/null", "p"], "a device"),
            ([self.path("dangling"), "p"], "leads nowhere"),
            ([self.path("nope", "report.json"), "p"], "no folder"),
        ):
            self.assertIn(want, self.parse(*argv), argv)
        o, steps = self.parse(report, "p", "--map=--jobs 2 --verbose", "--merge=--quiet --baseline x", "--", "--spec", "jobs.yaml", "--strict")
        self.assertEqual((o.out, steps.map_flags, steps.common[2:]), (report, ["--jobs", "2", "--verbose"], ["--spec", "jobs.yaml", "--strict"]))

    def test_what_is_written(self):
        self.write("real/old.json")
        os.chmod(self.path("real/old.json"), 0o640)
        os.symlink("real/old.json", self.path("report.json"))
        o, _ = self.parse(self.path("report.json"), "p", "--summary", self.path("summary.json"))
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            plumb_options.finish(o, [(b"report", b"{}"), (b"summary", b"[]"), (b"said", b"plumb: x cannot be read\n")], 0)
        self.assertTrue(os.path.islink(self.path("report.json")))
        with open(self.path("real/old.json")) as report, open(self.path("summary.json")) as summary:
            self.assertEqual((report.read(), summary.read()), ("{}", "[]"))
        self.assertEqual(os.stat(self.path("real/old.json")).st_mode & 0o777, 0o640)
        self.assertTrue(said.getvalue().endswith("plumb: x cannot be read\n"))
        self.assertEqual(sorted(os.listdir(self.folder)), ["real", "report.json", "summary.json"])

    def test_what_is_said_of_a_failure(self):
        error = type("PythonException", (Exception,), {"__module__": "pyspark.errors"})("Traceback\n  x\nplumb_steps.Failed: plumb map failed: no\n\tat java")

        def job():
            raise error

        o, _ = self.parse(self.path("report.json"), "p")
        said, stopped = io.StringIO(), []
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as ended:
            plumb_options.run(o, job, lambda: stopped.append(1))
        self.assertEqual((ended.exception.code, said.getvalue(), stopped), (2, "plumb: plumb map failed: no\n", [1]))


SH = "#!/bin/sh\n"


class OneStep(WithFolder):
    """Steps of binaries that are not as plumb is."""

    def step(self, script, name="map", rows=((b"0", b"/x"),), limit=20):
        binary = os.fsdecode(self.write("plumb", script))
        os.chmod(binary, 0o755)
        files = types.SimpleNamespace(SparkFiles=types.SimpleNamespace(get=self.path))
        ended = []

        def run():
            try:
                ended.append(list(getattr(plumb_steps.Steps("k"), name)(iter(rows))))
            except Exception as e:
                ended.append(e)

        with mock.patch.dict(sys.modules, pyspark=files), contextlib.redirect_stderr(io.StringIO()):
            thread = threading.Thread(target=run, daemon=True)
            thread.start()
            thread.join(limit)
        self.assertTrue(ended, "it hangs")
        return ended[0]

    def test_streams(self):
        for script, want in (
            ("", "no last line"),
            ("printf 'k\\tr\\n'", "no last line"),
            ("printf 'k\\tr\\n.\\t2\\n'", "says 2"),
            ("printf '.\\t0\\nk\\tr\\n'", "after the last one"),
            ("printf 'k\\tr\\n.\\t1'", "not a line"),
            ("echo hello; echo why >&2", "hello"),
            ("printf '.\\tx\\n'", "not a line"),
            ("printf '.\\t0\\n'; echo plumb: why >&2; exit 2", "exit status 2: why"),
            ("kill -9 $$", "exit status -9"),
        ):
            e = self.step(SH + "cat >/dev/null\n" + script)
            self.assertIsInstance(e, Failed, script)
            self.assertIn(want, str(e))
            self.assertIn("plumb map", str(e))
            self.assertNotIn("\n", str(e))
        self.assertEqual(self.step(SH + "cat >/dev/null; printf 'k\\tr\\n.\\t1\\n'"), [(b"k", b"r")])

    def test_reports(self):
        rows = [(b"#1", b"x"), (b"00000000000", b"0\t/x")]
        for script in ("", "echo '{\"a\":'"):
            self.assertIsInstance(self.step(SH + "cat >/dev/null\n" + script, "merge", rows), Failed, script)
        rows = dict(self.step(SH + "cat >/dev/null; echo plumb: /x cannot be read >&2; echo '{}'", "merge", rows))
        self.assertEqual(rows, {b"report": b"{}\n", b"said": b"plumb: /x cannot be read\n"})

    def test_children(self):
        def broken():
            yield b"0", b"/x"
            raise ValueError("upstream")

        self.assertEqual(str(self.step(SH + "sleep 100; cat >/dev/null", rows=broken())), "upstream")
        self.assertEqual(self.step(SH + "cat >/dev/null; sleep 100 & printf '.\\t0\\n'"), [])

    def test_start(self):
        self.assertIn("cannot be started", str(self.step("hello\n")))
        self.assertIn("cannot be started", str(self.step("#!/nope/x\n")))

    def test_trial(self):
        [(key, why)] = self.step(SH + "cat >/dev/null; echo 'plumb: unknown flag --x' >&2; exit 2", "trial")
        self.assertEqual(key, b"failed")
        self.assertIn(b"unknown flag --x", why)
        self.assertIsInstance(self.step(SH + "kill -9 $$", "trial"), plumb_steps.Killed)


if __name__ == "__main__":
    unittest.main()
