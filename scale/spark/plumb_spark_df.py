"""plumb check on Spark by DataFrames (mapInArrow), for Spark Connect and clusters without RDDs.

    spark-submit --files ./plumb plumb_spark_df.py report.json PATH... -- --strict
    python plumb_spark_df.py --plumb ./plumb report.json PATH...      (SPARK_REMOTE=sc://... for Connect)

The same steps and the same report as plumb_spark.py. PySpark needs pyarrow and pandas for it. Over Spark Connect
the reports are written where this runs.
"""
import os

import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession, functions as F

import plumb_objects
import plumb_options
import plumb_steps
from plumb_steps import Refused

ROWS = "key binary, record binary"
BATCH = 4 << 20  # bytes of records in an Arrow batch


def step(function):
    """A function from rows to rows as one from Arrow batches to Arrow batches."""

    def rows_of(batches):
        for b in batches:
            yield from zip(b.column(0).to_pylist(), b.column(1).to_pylist())

    def batch(rows):
        return pa.RecordBatch.from_arrays([pa.array(column, pa.binary()) for column in zip(*rows)], names=["key", "record"])

    def run(batches):
        rows, size = [], 0
        for row in function(rows_of(batches)):
            rows.append(row)
            size += len(row[1])
            if size > BATCH:
                yield batch(rows)
                rows, size = [], 0
        if rows:
            yield batch(rows)

    return run


def shuffled(rows, partitions):
    return rows.repartition(partitions, F.substring("key", 1, plumb_steps.PARTITIONED)).sortWithinPartitions("key")


class Connect:
    """What a driver can see over Spark Connect, which has no file systems for Python. Objects of 0 bytes in
    a store are not seen: Spark's readers leave them out."""

    def __init__(self, spark):
        self.spark = spark

    def qualified(self, path):
        raise Refused(f"{path}: with --bytes, and over Spark Connect, give a PATH with its scheme, such as s3a:// or file:/")

    def stored(self, path):
        files = self.spark.read.format("binaryFile").option("recursiveFileLookup", "true")
        try:
            return {row.path: row.length for row in files.load(path).select("path", "length").collect()}  # reads no content
        except AnalysisException as e:
            if "PATH_NOT_FOUND" in str(e):
                return {}
            raise

    def opened(self, *args):
        """What executors open, as one of them lists it: this machine may be another."""

        def listed(_):
            try:
                for name, size in plumb_objects.local_objects(*args):
                    yield name, b"%d" % size
            except Refused as e:
                yield b"", str(e).encode()

        rows = [(bytes(row.key), bytes(row.record)) for row in one(self.spark).mapInArrow(step(listed), ROWS).collect()]
        for name, why in rows:
            if not name:
                raise Refused(why.decode())
        return [(name, int(size)) for name, size in rows]

    def expresses(self, name):
        return True  # a name that Java cannot express is not found when it is read


def is_connect(spark):
    return type(spark).__module__.startswith("pyspark.sql.connect")


def one(spark):
    """One row, in one task."""
    return spark.createDataFrame([(b"", b"")], ROWS).repartition(1)


def with_bytes(spark, lines, empty, slices):
    """The bytes of objects, with their lines of the manifest."""
    rows = spark.createDataFrame(empty, ROWS)
    if lines:
        known = F.broadcast(spark.createDataFrame(list(lines.items()), "path string, line binary"))
        read = plumb_objects.read(spark, list(lines), slices).join(known, "path")
        rows = rows.union(read.select(F.col("line").alias("key"), F.col("content").alias("record")))
    return rows


def report(spark, o, steps):
    """The rows that plumb merge gives."""
    found = plumb_objects.find(o, Connect(spark) if is_connect(spark) else plumb_objects.Hadoop(spark.sparkContext))
    manifest = plumb_steps.manifest([name for name, _, _ in found])
    plumb_options.of_trial(one(spark).mapInArrow(step(steps.trial), ROWS).collect())
    plumb_options.say(f"{len(manifest)} objects")
    lines = spark.createDataFrame(manifest, ROWS)
    slices = plumb_options.tasks(o, len(manifest))

    if o.bytes:
        objects = with_bytes(spark, *plumb_objects.to_read(manifest, found), slices)
    else:
        pairs = [(i, *line.split(b"\t", 1)) for i, (_, line) in enumerate(manifest)]
        # By ranges, since a hash would bring the objects of some tasks together.
        spread = spark.createDataFrame(pairs, "number int, key binary, record binary").repartitionByRange(slices, "number")
        objects = spread.sortWithinPartitions("number").select("key", "record")
    observed = objects.mapInArrow(step(steps.map), ROWS)
    reduced = shuffled(observed, o.partitions).mapInArrow(step(steps.reduce), ROWS)
    if o.bytes:
        reduced = reduced.persist()
        verdicts = {}
        for row in reduced.where(F.substring("key", 1, 1) != F.lit(b"#")).collect():
            verdicts.setdefault(int(row.key[:10]), []).append(bytes(row.record))
        outcomes = reduced.where(F.substring("key", 1, 1) == F.lit(b"#"))
        if verdicts:
            again = with_bytes(spark, *plumb_objects.to_read(manifest, found, verdicts), slices)
            outcomes = outcomes.union(again.mapInArrow(step(lambda rows: steps.again_bytes(verdicts, rows)), ROWS))
        outcomes = outcomes.repartition(o.partitions).mapInArrow(step(steps.partial), ROWS)
    else:
        outcomes = shuffled(reduced.union(lines), o.partitions).mapInArrow(step(steps.again), ROWS)
    return outcomes.union(lines).repartition(1).mapInArrow(step(steps.merge), ROWS).collect()


def ship(spark, o):
    """Ships the modules, the binary and further files."""
    modules = [module.__file__ for module in (plumb_steps, plumb_objects, plumb_options)]
    more = ([o.plumb] if o.plumb else []) + o.file
    if is_connect(spark):
        for path in more:
            if os.path.isdir(path):
                raise Refused(f"--file {path}: over Spark Connect no folder can be shipped; put it where executors can open it, and name it there: --spec /Volumes/...")
        spark.addArtifacts(*modules, pyfile=True)
        if more:
            spark.addArtifacts(*more, file=True)
        return
    for module in modules:
        spark.sparkContext.addPyFile(module)
    for path in more:
        spark.sparkContext.addFile(path, recursive=os.path.isdir(path))


def main():
    o, steps = plumb_options.parse(__doc__.splitlines()[0])
    spark = SparkSession.builder.appName("plumb").getOrCreate()

    def job():
        ship(spark, o)
        return report(spark, o, steps)

    plumb_options.run(o, job, spark.stop)


if __name__ == "__main__":
    main()
