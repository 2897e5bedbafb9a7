"""The command line of the jobs beside this file, and what both do on the driver."""
import argparse
import os
import secrets
import shlex
import sys
import time

from plumb_steps import Steps


def parse(description):
    """Returns the options, and the steps of the run."""
    argv, flags = sys.argv[1:], []
    if "--" in argv:
        i = argv.index("--")
        argv, flags = argv[:i], argv[i + 1:]
    p = argparse.ArgumentParser(description=description, epilog="Flags of plumb for all steps, such as --spec openapi.yaml, come after --")
    p.add_argument("out", metavar="OUT", help="the report to write, JSON")
    p.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder or a prefix with recordings, as a URI that Spark can list")
    p.add_argument("--bytes", action="store_true", help="Spark reads the objects and gives plumb their bytes; without it, each executor must be able to open PATH")
    p.add_argument("--plumb", metavar="FILE", help="ship this binary; without it, spark-submit --files must have shipped one that is named plumb")
    p.add_argument("--file", metavar="FILE", action="append", default=[], help="ship this description or overlay, too, which --spec and --overlay find by its base name")
    p.add_argument("--tasks", type=int, default=0, metavar="N", help="tasks of map; without it, one for each object, at most 1,000, and without a cluster 4 for each core")
    p.add_argument("--partitions", type=int, default=8, metavar="N", help="tasks of reduce and of the second map (8)")
    p.add_argument("--summary", metavar="FILE", help="write a summary for plumb drift, too")
    p.add_argument("--run-key", default="", help="secret of the run; without it the driver makes one")
    p.add_argument("--map", default="", metavar="FLAGS", help="flags for plumb map alone, in one text")
    p.add_argument("--merge", default="", metavar="FLAGS", help="flags for plumb merge alone, such as '--baseline accepted.yaml'")
    o = p.parse_args(argv)
    if o.plumb and os.path.basename(o.plumb) != "plumb":
        p.error(f"--plumb {o.plumb}: the file must be named plumb")
    if o.plumb and not os.access(o.plumb, os.X_OK):
        p.error(f"--plumb {o.plumb}: there is no such file, or it is not executable")
    key = o.run_key or secrets.token_hex(16)
    return o, Steps(key, flags, shlex.split(o.map), shlex.split(o.merge), o.bytes, bool(o.summary))


def tasks(o, objects, most=1000):
    return max(1, min(o.tasks or most, objects))


def local(uri):
    """The name by which an executor opens what Spark lists as a URI; None if it cannot."""
    if uri.startswith("file:/"):
        return "/" + uri[len("file:"):].lstrip("/")
    return uri[len("dbfs:"):] if uri.startswith("dbfs:/Volumes/") else None


def openable(uris):
    """The names of objects that executors open themselves."""
    names = [local(uri) for uri in uris]
    if None in names:
        sys.exit(f"plumb: {uris[names.index(None)]} is not a file that executors can open; give --bytes, with which Spark reads it")
    return names


def say(text):
    print("plumb: " + text, file=sys.stderr, flush=True)


def write(path, data):
    """Writes a file beside its place, and renames it: nobody sees a part of it."""
    beside = f"{path}.{secrets.token_hex(4)}.tmp"
    try:
        with open(beside, "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        os.replace(beside, path)
    finally:
        if os.path.exists(beside):
            os.remove(beside)


def finish(o, rows, began):
    """Writes what plumb merge has written."""
    results = {bytes(key): bytes(data) for key, data in rows}
    if o.summary:
        write(o.summary, results[b"summary"])
    write(o.out, results[b"report"])
    say(f"{o.out} is written, after {time.time() - began:.0f} s; plumb report --fail-on error {o.out} gives the verdict")
