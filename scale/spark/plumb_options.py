"""The command line of the jobs beside this file, and what both do on the driver."""
import argparse
import os
import re
import secrets
import shlex
import sys
import time

from plumb_objects import URI
from plumb_steps import Refused, Steps

# Flags that are not for all steps, and where they go.
TO_MAP = "give it to plumb map alone: --map=--%s"
TO_MERGE = "give it to plumb merge alone: --merge=--%s"
TO_REPORT = "give it to plumb report, with the report that this job writes"
TO_JOB = "give --%s before --, to this job"
SET = "this job sets it"
ELSEWHERE = {
    **dict.fromkeys(["jobs", "strict-input"], TO_MAP),
    **dict.fromkeys(["baseline", "max-findings", "quiet", "verbose", "full", "color"], TO_MERGE),
    **dict.fromkeys(["fail-on", "allow-empty", "format", "report"], TO_REPORT),
    **dict.fromkeys(["summary", "run-key"], TO_JOB),
    **dict.fromkeys(["names", "name", "index", "verdicts", "out", "in", "of", "observe", "partial", "manifest"], SET),
}
SHORT = {"q": "quiet", "v": "verbose"}


def refuse_flags(p, where, flags, allowed=""):
    """Ends if some flags of plumb do not belong where they are."""
    for flag in flags:
        name = re.match(r"--?([^=]*)", flag)
        name = name and SHORT.get(name[1], name[1])
        advice = ELSEWHERE.get(name)
        if advice and advice != allowed and not (name == "verbose" and allowed == TO_MAP):
            p.error(f"{flag} {where}: {advice % name if '%' in advice else advice}")


def split(p, option, text):
    try:
        return shlex.split(text)
    except ValueError as e:
        p.error(f"{option} {text}: this is not as in a shell: {e}")


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return int(text)


def parse(description):
    """Returns the options, and the steps of the run. What cannot work ends here, before Spark starts."""
    argv, flags = sys.argv[1:], []
    if "--" in argv:
        i = argv.index("--")
        argv, flags = argv[:i], argv[i + 1:]
    p = argparse.ArgumentParser(description=description, epilog="""Flags for all steps come after --: --spec, --ref-root, --overlay, --schema,
        --server, --strict, --rule, --no-history, --history-scope, --max-occurrences, --max-body, --max-entry, --max-ratio and --max-depth.""")
    p.add_argument("out", metavar="OUT", help="the report to write, JSON: a file of the driver")
    p.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, a prefix or a pattern of recordings")
    p.add_argument("--bytes", action="store_true", help="Spark reads the objects and gives plumb their bytes; without it, each executor must be able to open PATH")
    p.add_argument("--plumb", metavar="FILE", help="ship this binary; without it, spark-submit --files must have shipped one that is named plumb")
    p.add_argument("--file", metavar="FILE", action="append", default=[], help="ship this description or overlay, too, which --spec and --overlay find by its base name")
    p.add_argument("--tasks", type=positive, metavar="N", help="tasks of map, with --bytes at least; by default one for each object, at most 1,000, and without a cluster 4 for each core")
    p.add_argument("--partitions", type=positive, default=8, metavar="N", help="tasks of reduce and of the second map (8)")
    p.add_argument("--summary", metavar="FILE", help="write a summary for plumb drift, too")
    p.add_argument("--run-key", default="", help="secret of the run; without it the driver makes one")
    p.add_argument("--map", default="", metavar="FLAGS", help="flags for plumb map alone, in one text: --jobs, --strict-input, --verbose")
    p.add_argument("--merge", default="", metavar="FLAGS", help="flags for plumb merge alone, such as '--baseline accepted.yaml': --max-findings, --quiet, --verbose, too")
    o = p.parse_args(argv)
    map_flags, merge_flags = split(p, "--map", o.map), split(p, "--merge", o.merge)
    refuse_flags(p, "is not for all steps", flags)
    refuse_flags(p, "is not for --map", map_flags, TO_MAP)
    refuse_flags(p, "is not for --merge", merge_flags, TO_MERGE)
    if "" in o.paths:
        p.error("one PATH is empty")
    if o.plumb and (os.path.basename(o.plumb) != "plumb" or not os.path.isfile(o.plumb) or not os.access(o.plumb, os.X_OK)):
        p.error(f"--plumb {o.plumb}: this must be an executable file that is named plumb")
    for name in o.file:
        if not os.path.exists(name):
            p.error(f"--file {name}: there is no such file or folder")
    try:
        o.out, o.summary = target("OUT", o.out), o.summary and target("--summary", o.summary)
    except Refused as e:
        p.error(str(e))
    if o.out == o.summary:
        p.error(f"--summary {o.summary}: this is also OUT; name two files")
    return o, Steps(o.run_key or secrets.token_hex(16), flags, map_flags, merge_flags, o.bytes, bool(o.summary))


def tasks(o, objects, most=1000):
    return min(o.tasks or most, objects)


def say(text):
    print("plumb: " + text, file=sys.stderr, flush=True)


def target(option, name):
    """The file that is written under a name: where links lead to. As for plumb check --report, it is an
    error, at the start and not after hours, if nothing can be written there."""
    folder = os.path.dirname(os.path.realpath(name))
    wrong = (
        "this is not the name of a file" if name in ("", "-") else
        "this is a URI; name a file of the driver, and copy it afterwards" if URI.match(name) else
        "this is a folder; name a file in it" if os.path.isdir(name) else
        "this is a device or a pipe, which cannot be written whole; name a file" if os.path.exists(name) and not os.path.isfile(name) else
        "this is a link that leads nowhere; remove it, or name another file" if os.path.islink(name) and not os.path.exists(name) else
        f"there is no folder {folder}; create it first" if not os.path.isdir(folder) else
        f"the folder {folder} cannot be written" if not os.access(folder, os.W_OK | os.X_OK) else "")
    if wrong:
        raise Refused(f"{option} {name}: {wrong}")
    return os.path.realpath(name)


def write(files):
    """Writes files beside their places, and when all are written renames them: nobody sees a part, and
    a report without its summary. They keep the permissions of those that they replace."""
    beside = {path: os.path.join(os.path.dirname(path), f".plumb-{secrets.token_hex(8)}") for path in files}
    try:
        for path, data in files.items():
            with open(beside[path], "xb") as f:
                f.write(data)
                f.flush()
                os.fsync(f.fileno())
            if os.path.exists(path):
                os.chmod(beside[path], os.stat(path).st_mode & 0o777)
        for path in files:
            os.replace(beside[path], path)
    except OSError as e:
        raise Refused(f"{path} cannot be written: {e.strerror}") from e
    finally:
        for name in beside.values():
            if os.path.exists(name):
                os.remove(name)


def finish(o, rows, began):
    """Writes what plumb merge has written, and says what it has said."""
    results = {bytes(key): bytes(data) for key, data in rows}
    write({**({o.summary: results[b"summary"]} if o.summary else {}), o.out: results[b"report"]})
    say(f"{o.out} is written, after {time.time() - began:.0f} s; plumb report --fail-on error {o.out} gives the verdict")
    sys.stderr.write(results[b"said"].decode(errors="replace"))


def of_trial(rows):
    """Ends if the trial of the steps has failed."""
    for _, why in rows:
        raise Refused(bytes(why).decode())


def run(o, job, stop):
    """Runs a job, writes what it returns, and says how it ended in the last lines of standard error. A
    run that fails ends with 2 and one line: what Spark says of a failed task is hundreds, most of them about
    itself."""
    began = time.time()
    try:
        try:
            rows = job()
        finally:
            stop()
        finish(o, rows, began)
        return
    except Refused as e:
        say(str(e))
    except Exception as e:
        if not type(e).__module__.startswith(("py4j", "pyspark")):
            raise
        failed = re.search(r"\bplumb_steps\.(?:Failed|Killed): (.*)", str(e))
        if not failed:  # it is Spark's own, and its text is all that is known
            sys.stderr.write(str(e) + "\n")
        say(failed[1] if failed else "Spark has failed, see above; no report is written")
    sys.exit(2)
