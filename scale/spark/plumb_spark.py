"""plumb check on Spark: the report is that of one machine, byte for byte. See docs/scale.md.

    spark-submit --files build/plumb plumb_spark.py report.json PATH... -- --strict
    python plumb_spark.py --plumb ./plumb report.json PATH...            (Spark in this process)

Map, shuffle by resource, reduce, shuffle by object, the second map, and merge in one task. Each
step is a process of plumb on standard streams (plumb_steps.py).
"""
import os
import threading
import time
import zlib

from pyspark import SparkConf, SparkContext, StorageLevel

import plumb_options
import plumb_steps

STAGES = "map", "reduce", "map --verdicts", "merge"  # with --bytes, the last two are of another job


def partition(key):
    return zlib.crc32(key[:10])  # plumb_steps: the rest of a key only decides the order


def listed(sc, paths):
    """The URIs of the objects below paths, as Spark's own file systems list them."""
    found = []
    for path in paths:
        at = sc._jvm.org.apache.hadoop.fs.Path(path)
        fs = at.getFileSystem(sc._jsc.hadoopConfiguration())
        roots = fs.globStatus(at)  # also for a path without a pattern
        if not roots:
            raise SystemExit(f"plumb: {path}: there is no such file or folder")
        for root in roots:
            files = fs.listFiles(root.getPath(), True)
            while files.hasNext():
                found.append(files.next().getPath())
    # What Hadoop's input formats hide, such as _SUCCESS, is hidden here, too.
    return [f.toString() for f in found if not f.getName().startswith(("_", "."))]


def with_bytes(sc, lines, uris, wanted, slices):
    """The bytes of the objects whose lines of the manifest are wanted, with these lines."""
    names = {plumb_options.local(uri) or uri: uri for uri in uris}
    of = {line.split(b"\t", 1)[1].decode(): line for _, line in lines}
    known = sc.broadcast({names[name]: line for name, line in of.items()})
    wanted = [uri for uri in uris if wanted is None or int(known.value[uri].split(b"\t")[0]) in wanted]
    escaped = ",".join("".join("\\" + c if c in "\\,{}[]*?" else c for c in name) for name in wanted)  # commas and patterns
    return sc.binaryFiles(escaped, slices).map(lambda pair: (known.value[pair[0]], pair[1]))


def verdicts_of(reduced):
    """The verdicts by the numbers of objects. Only with --bytes are they all on the driver."""
    found = {}
    for key, record in reduced.filter(lambda row: row[0][:1] != b"#").collect():
        found.setdefault(int(key[:10]), []).append(record)
    return found


class Progress(threading.Thread):
    """Says when a stage begins and how far it is, at most every 10 seconds."""

    def __init__(self, sc, stages):
        super().__init__(daemon=True)
        self.tracker, self.stages, self.ended = sc.statusTracker(), stages, threading.Event()

    def run(self):
        said, last = None, 0
        while not self.ended.wait(0.2):
            for stage in sorted(self.tracker.getActiveStageIds()):
                info = self.tracker.getStageInfo(stage)
                if info is None:
                    continue
                name = f"stage {stage} ({self.stages[stage]})" if stage < len(self.stages) else f"stage {stage}"
                if stage != said or time.time() - last > 10:
                    said, last = stage, time.time()
                    plumb_options.say(f"{name}: {info.numCompletedTasks} of {info.numTasks} tasks")


def report(sc, o, steps):
    """The rows that plumb merge gives."""
    uris = listed(sc, o.paths)
    manifest = plumb_steps.manifest([plumb_options.local(u) or u for u in uris] if o.bytes else plumb_options.openable(uris))
    if not manifest:
        raise SystemExit("plumb: there are no objects below " + ", ".join(o.paths))
    # How many cores a cluster has is not known before all executors have come.
    slices = plumb_options.tasks(o, len(manifest), 4 * sc.defaultParallelism if sc.master.startswith("local") else 1000)
    plumb_options.say(f"{len(manifest)} objects")
    lines = sc.parallelize(manifest, 1 + len(manifest) // 100000)

    if o.bytes:
        objects = with_bytes(sc, manifest, uris, None, slices)
    else:
        objects = sc.parallelize([tuple(line.split(b"\t", 1)) for _, line in manifest], slices)
    observed = objects.mapPartitions(steps.map)
    reduced = observed.repartitionAndSortWithinPartitions(o.partitions, partition).mapPartitions(steps.reduce)
    if o.bytes:
        reduced = reduced.persist(StorageLevel.DISK_ONLY)
        verdicts = verdicts_of(reduced)
        outcomes = reduced.filter(lambda row: row[0][:1] == b"#")
        if verdicts:
            shared = sc.broadcast(verdicts)
            again = with_bytes(sc, manifest, uris, verdicts, slices)
            outcomes = outcomes.union(again.mapPartitions(lambda rows: steps.again_bytes(shared.value, rows)))
        outcomes = outcomes.repartition(o.partitions).mapPartitions(steps.partial)
    else:
        later = reduced.union(lines).repartitionAndSortWithinPartitions(o.partitions, partition)
        outcomes = later.mapPartitions(steps.again)
    # With the shuffle: without it, all of the steps before would be run by the one task of merge.
    return outcomes.union(lines).coalesce(1, shuffle=True).mapPartitions(steps.merge).collect()


def main():
    o, steps = plumb_options.parse(__doc__.splitlines()[0])
    began = time.time()
    sc = SparkContext(conf=SparkConf().setAppName("plumb").set("spark.ui.showConsoleProgress", "false"))
    for module in (plumb_steps, plumb_options):
        sc.addPyFile(module.__file__)
    for path in ([o.plumb] if o.plumb else []) + o.file:
        sc.addFile(path, recursive=os.path.isdir(path))
    progress = Progress(sc, STAGES[:2] if o.bytes else STAGES)
    progress.start()
    try:
        plumb_options.finish(o, report(sc, o, steps), began)
    finally:
        progress.ended.set()
        sc.stop()


if __name__ == "__main__":
    main()
