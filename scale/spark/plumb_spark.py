"""plumb check on Spark: the report is that of one machine, byte for byte. See docs/scale.md.

    spark-submit --files ./plumb plumb_spark.py report.json PATH... -- --strict
    python plumb_spark.py --plumb ./plumb report.json PATH...            (Spark in this process)

Map, shuffle by resource, reduce, shuffle by object, the second map, and merge in one task. Each
step is a process of plumb on standard streams (plumb_steps.py).
"""
import os
import threading
import time
import zlib

from pyspark import SparkConf, SparkContext, StorageLevel
from pyspark.sql import SparkSession

import plumb_objects
import plumb_options
import plumb_steps

# The stages of the jobs of Spark, by the groups that the jobs are in.
STAGES = {
    "all": ("map", "reduce", "map --verdicts", "merge"),
    "first": ("map", "reduce"),  # with --bytes
    "second": ("map", "map --verdicts", "merge --partial", "merge"),
}


def partition(key):
    return zlib.crc32(key[:10])  # plumb_steps: the rest of a key only decides the order


def with_bytes(sc, lines, empty, slices):
    """The bytes of objects, with their lines of the manifest."""
    rows = sc.parallelize(empty, 1) if empty else sc.emptyRDD()
    if lines:
        known = sc.broadcast(lines)
        read = plumb_objects.read(SparkSession(sc), list(lines), slices)
        rows = rows.union(read.rdd.map(lambda row: (known.value[row.path], bytes(row.content))))
    return rows


def verdicts_of(reduced):
    """The verdicts by the numbers of objects. Only with --bytes are they all on the driver."""
    found = {}
    for key, record in reduced.filter(lambda row: row[0][:1] != b"#").collect():
        found.setdefault(int(key[:10]), []).append(record)
    return found


class Progress(threading.Thread):
    """Says when a stage begins and how far it is, at most every 10 seconds."""

    def __init__(self, sc):
        super().__init__(daemon=True)
        self.tracker, self.ended = sc.statusTracker(), threading.Event()

    def names(self):
        """The names of the stages by their numbers."""
        for group, names in STAGES.items():
            for job in self.tracker.getJobIdsForGroup(group):
                info = self.tracker.getJobInfo(job)
                yield from zip(sorted(info.stageIds) if info else (), names)

    def run(self):
        said, last = None, 0
        while not self.ended.wait(0.2):
            for stage in sorted(self.tracker.getActiveStageIds()):
                info = self.tracker.getStageInfo(stage)
                if info and (stage != said or time.time() - last > 10):
                    said, last = stage, time.time()
                    name = dict(self.names()).get(stage)
                    plumb_options.say(f"stage {stage}{f' ({name})' if name else ''}: {info.numCompletedTasks} of {info.numTasks} tasks")


def report(sc, o, steps):
    """The rows that plumb merge gives."""
    found = plumb_objects.find(o, plumb_objects.Hadoop(sc))
    manifest = plumb_steps.manifest([name for name, _, _ in found])
    plumb_options.of_trial(sc.parallelize([(b"", b"")], 1).mapPartitions(steps.trial).collect())
    # How many cores a cluster has is not known before all executors have come.
    slices = plumb_options.tasks(o, len(manifest), 4 * sc.defaultParallelism if sc.master.startswith("local") else 1000)
    plumb_options.say(f"{len(manifest)} objects")
    lines = sc.parallelize(manifest, 1 + len(manifest) // 100000)

    if o.bytes:
        objects = with_bytes(sc, *plumb_objects.to_read(manifest, found), slices)
    else:
        objects = sc.parallelize([tuple(line.split(b"\t", 1)) for _, line in manifest], slices)
    observed = objects.mapPartitions(steps.map)
    reduced = observed.repartitionAndSortWithinPartitions(o.partitions, partition).mapPartitions(steps.reduce)
    if o.bytes:
        reduced = reduced.persist(StorageLevel.DISK_ONLY)
        sc.setJobGroup("first", "plumb")
        verdicts = verdicts_of(reduced)
        sc.setLocalProperty("spark.jobGroup.id", None)  # Spark lists the objects by jobs of its own
        outcomes = reduced.filter(lambda row: row[0][:1] == b"#")
        if verdicts:
            shared = sc.broadcast(verdicts)
            again = with_bytes(sc, *plumb_objects.to_read(manifest, found, verdicts), slices)
            outcomes = outcomes.union(again.mapPartitions(lambda rows: steps.again_bytes(shared.value, rows)))
        outcomes = outcomes.repartition(o.partitions).mapPartitions(steps.partial)
        sc.setJobGroup("second", "plumb")
    else:
        later = reduced.union(lines).repartitionAndSortWithinPartitions(o.partitions, partition)
        outcomes = later.mapPartitions(steps.again)
        sc.setJobGroup("all", "plumb")
    # With the shuffle: without it, all of the steps before would be run by the one task of merge.
    return outcomes.union(lines).coalesce(1, shuffle=True).mapPartitions(steps.merge).collect()


def main():
    o, steps = plumb_options.parse(__doc__.splitlines()[0])
    sc = SparkContext(conf=SparkConf().setAppName("plumb").set("spark.ui.showConsoleProgress", "false"))
    progress = Progress(sc)
    progress.start()

    def job():
        for module in (plumb_steps, plumb_objects, plumb_options):
            sc.addPyFile(module.__file__)
        for path in ([o.plumb] if o.plumb else []) + o.file:
            sc.addFile(path, recursive=os.path.isdir(path))
        return report(sc, o, steps)

    def stop():
        progress.ended.set()
        sc.stop()

    plumb_options.run(o, job, stop)


if __name__ == "__main__":
    main()
