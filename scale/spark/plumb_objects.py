"""The objects of a run: which there are below the paths of the command line, and how Spark reads them.

What executors open themselves is listed with Python, by the rules of plumb check: Hadoop leaves
out names that Java's locale cannot express, without a word, and follows links to folders for ever. What
is in a store is listed by Spark's own file systems.
"""
import glob
import os
import re

from plumb_steps import Refused

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
SPECIAL = re.compile(r"[\\{}\[\]*?]")  # Spark takes all paths for patterns


def local(path):
    """The name by which executors open a path; None if only Spark can read it."""
    if path.startswith("file:/"):
        path = path[len("file:"):]
    elif path.startswith("dbfs:/Volumes/"):
        path = path[len("dbfs:"):]
    elif URI.match(path):
        return None
    return "/" + os.path.abspath(path).lstrip("/")


def hidden(part, as_bytes):
    """Reports whether nothing is read below a folder, or a file is not: as plumb check does it, and
    where Spark reads the objects as Spark does, which cannot read these at all."""
    return part.startswith(".") or as_bytes and part.startswith("_") and "=" not in part


def local_objects(paths, as_bytes, without=()):
    """The names, as bytes, and sizes of the files that local paths stand for, each once, sorted.
    Files that the run writes are left out."""
    found, named = set(), set()
    for shown in paths:
        path = os.fsencode(shown)
        roots = [path] if os.path.lexists(path) else [m for m in matches(shown) if not hidden(os.fsdecode(os.path.basename(m)), as_bytes)]
        if not roots:
            raise Refused(f"{shown}: there is no such file or folder")
        below = {name for root in roots for name in walk(root, as_bytes)}
        if not below:
            raise Refused(f"{shown}: there are no files in this folder" if os.path.isdir(path) else f"{shown} is not a file that can be read")
        found |= below
        named |= {root for root in roots if not os.path.isdir(root)}
    distinct = {}  # by the files that links lead to
    for name in sorted(found):
        distinct.setdefault(os.path.realpath(name), name)
    for written in map(os.fsencode, without):
        if distinct.get(written) in named:
            raise Refused(f"{os.fsdecode(written)} is one of the recordings, and would be overwritten; name another file")
        distinct.pop(written, None)
    for name in named if as_bytes else ():
        if hidden(os.fsdecode(os.path.basename(name)), True):
            raise Refused(unseen(os.fsdecode(name)))
    return [(name, os.stat(name).st_size) for name in sorted(distinct.values())]


def unseen(name):
    return f"{name}: Spark reads no file whose name begins with . or _; rename it, or leave out --bytes"


def matches(pattern):
    """The files and folders that a pattern matches."""
    return [match for p in choices(pattern) for match in glob.glob(os.fsencode(p), recursive=True)]


def choices(pattern):
    """The patterns without braces that one with {a,b} stands for."""
    braces = re.search(r"\{([^{}]*)\}", pattern)
    if not braces:
        return [pattern]
    return [p for choice in braces[1].split(",") for p in choices(pattern[:braces.start()] + choice + pattern[braces.end():])]


def walk(root, as_bytes):
    """The files in and below a folder, or the file itself. Links to files are followed and those to
    folders are not, so that it cannot loop. A folder that cannot be read stands for itself: to open
    it fails, and the report says so."""
    if not os.path.isdir(root):
        return [root] if os.path.isfile(root) else []
    unreadable, files = [], []
    for folder, folders, names in os.walk(root, onerror=lambda e: unreadable.append(e.filename)):
        folders[:] = [f for f in folders if not hidden(os.fsdecode(f), as_bytes)]
        files += [os.path.join(folder, n) for n in names if not hidden(os.fsdecode(n), as_bytes)]
    return [f for f in files if os.path.isfile(f)] + unreadable


class Hadoop:
    """The file systems of the JVM in whose process the driver is."""

    def __init__(self, sc):
        self.jvm, self.conf = sc._jvm, sc._jsc.hadoopConfiguration()

    def qualified(self, path):
        """A path without a scheme with that of the cluster's own file system, if this is not the local one."""
        fs = self.jvm.org.apache.hadoop.fs.FileSystem.get(self.conf)
        if fs.getUri().getScheme() == "file":
            return path
        return fs.makeQualified(self.jvm.org.apache.hadoop.fs.Path(path)).toString()

    def stored(self, path):
        """The URIs and sizes of the objects that a path stands for."""
        at = self.jvm.org.apache.hadoop.fs.Path(path)
        fs = at.getFileSystem(self.conf)
        found = {}
        named = fs.exists(at)  # or it is a pattern, and what it matches can be hidden
        for root in [fs.getFileStatus(at)] if named else fs.globStatus(at) or []:
            if hidden(root.getPath().getName(), True):
                if named and root.isFile():
                    raise Refused(unseen(path))
                if not named:
                    continue
            files = fs.listFiles(root.getPath(), True)
            while files.hasNext():
                file = files.next()
                uri = file.getPath().toString()
                below = uri[len(root.getPath().toString()):].split("/")
                if not any(hidden(part, True) for part in below):
                    found[uri] = file.getLen()
        return found

    def opened(self, *args):
        """What executors open is what this machine does; they have it under the same path."""
        return local_objects(*args)

    def expresses(self, name):
        """Reports whether the JVM can open a file with a name."""
        return name.isascii() or self.jvm.java.lang.System.getProperty("sun.jnu.encoding") == "UTF-8"


def find(o, at):
    """The objects of the run, sorted by the bytes of their names: name, URI by which Spark reads it, and
    size. at is what lists them, such as Hadoop."""
    own, found = [], []
    for path in o.paths:
        if o.bytes and not URI.match(path):
            path = at.qualified(path)
        name = local(path)
        if name is not None:
            own.append(name)
        elif not o.bytes:
            raise Refused(f"{path} is not a file that executors can open; give --bytes, with which Spark reads it")
        else:
            objects = at.stored(path)
            if not objects:
                raise Refused(f"{path}: there is no such file or folder, or there are no objects in it")
            found += [(uri.encode(), uri, size) for uri, size in objects.items()]
    if own:
        for name, size in at.opened(own, o.bytes, [w for w in (o.out, o.summary) if w]):
            if o.bytes:
                readable(name, at)
            found.append((name, "file:" + os.fsdecode(name), size))
    found = sorted(set(found))
    if not found:
        raise Refused("there are no objects below " + ", ".join(o.paths))
    for name, uri, _ in found:
        if o.bytes and SPECIAL.search(uri) and ":" in re.sub(r"^[^:/]*:(//[^/]*)?", "", uri):
            raise Refused(f"{uri}: Spark cannot read a name with a colon and one of \\{{}}[]*?; rename it, or leave out --bytes")
        if any(c in name for c in b"\t\n\r"):
            raise Refused(f"{name.decode(errors='replace')!r}: the name of an object must have no tab and no line end; rename it")
    return found


def readable(name, at):
    """Refuses a local file that Java cannot open."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        raise Refused(f"{name!r}: the name is not UTF-8, and Spark cannot read the file; rename it, or leave out --bytes") from None
    if not at.expresses(text):
        raise Refused(f"{text!r}: Java cannot open a file with this name in this locale; set LC_ALL=C.UTF-8 for the driver and the executors, or leave out --bytes")


def to_read(manifest, objects, numbers=None):
    """The lines of the manifest of all objects, or of those with some numbers, by the URIs that Spark
    reads; and rows for those of 0 bytes, which Spark leaves out."""
    lines, empty = {}, []
    for i, ((_, line), (_, uri, size)) in enumerate(zip(manifest, objects)):
        if numbers is not None and i not in numbers:
            continue
        if size:
            lines[uri] = line
        else:
            empty.append((line, b""))
    return lines, empty


def read(spark, uris, tasks):
    """The paths and contents of objects, in at least some tasks, if there are as many objects."""
    spark.conf.set("spark.sql.files.minPartitionNum", max(1, min(tasks, len(uris))))
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")  # or x=1/ is taken for a column
    if any(uri.startswith("file:") for uri in uris):
        # Without checksums, whose files cannot be named where a name has a colon.
        reader = reader.option("fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem").option("fs.file.impl.disable.cache", "true")
    return reader.load([SPECIAL.sub(r"\\\g<0>", uri) for uri in uris]).select("path", "content")
