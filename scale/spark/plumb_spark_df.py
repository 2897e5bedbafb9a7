"""plumb check on Spark by DataFrames (mapInArrow), for Spark Connect and clusters without RDDs.

    spark-submit --files build/plumb plumb_spark_df.py report.json PATH... -- --strict
    python plumb_spark_df.py --plumb ./plumb report.json PATH...      (SPARK_REMOTE=sc://... for Connect)

The same steps and the same report as plumb_spark.py. PySpark needs pyarrow and pandas for it. Over Spark Connect
the reports are written where this runs.
"""
import os
import time

import pyarrow as pa
from pyspark.sql import SparkSession, functions as F

import plumb_options
import plumb_steps

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


def files(spark, paths):
    return spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(paths)


def with_bytes(spark, manifest, names, paths, numbers=None):
    """The bytes of objects, or of those with some numbers, with their lines of the manifest."""
    wanted = [(names[i], line) for i, (_, line) in enumerate(manifest) if numbers is None or i in numbers]
    known = spark.createDataFrame(wanted, "path string, line binary")
    paths = paths if numbers is None else ["".join("\\" + c if c in "\\{}[]*?" else c for c in path) for path, _ in wanted]
    return files(spark, paths).join(F.broadcast(known), "path").select(F.col("line").alias("key"), F.col("content").alias("record"))


def report(spark, o, steps):
    """The rows that plumb merge gives."""
    uris = sorted(row.path for row in files(spark, o.paths).select("path").collect())  # reads no content
    if not uris:
        raise SystemExit("plumb: there are no objects below " + ", ".join(o.paths))
    shown = [plumb_options.local(u) or u for u in uris] if o.bytes else plumb_options.openable(uris)
    manifest, uri_of = plumb_steps.manifest(shown), dict(zip(shown, uris))
    names = [uri_of[line.split(b"\t", 1)[1].decode()] for _, line in manifest]
    plumb_options.say(f"{len(manifest)} objects")
    lines = spark.createDataFrame(manifest, ROWS)
    slices = plumb_options.tasks(o, len(manifest))

    if o.bytes:
        objects = with_bytes(spark, manifest, names, o.paths)
    else:
        pairs = [tuple(line.split(b"\t", 1)) for _, line in manifest]
        spread = spark.createDataFrame([(i * slices // len(pairs), *pair) for i, pair in enumerate(pairs)], "task int, key binary, record binary")
        objects = spread.repartition(slices, "task").sortWithinPartitions(F.col("key").cast("string").cast("int")).select("key", "record")
    observed = objects.mapInArrow(step(steps.map), ROWS)
    reduced = shuffled(observed, o.partitions).mapInArrow(step(steps.reduce), ROWS)
    if o.bytes:
        reduced = reduced.persist()
        verdicts = {}
        for row in reduced.where(F.substring("key", 1, 1) != F.lit(b"#")).collect():
            verdicts.setdefault(int(row.key[:10]), []).append(bytes(row.record))
        outcomes = reduced.where(F.substring("key", 1, 1) == F.lit(b"#"))
        if verdicts:
            again = with_bytes(spark, manifest, names, o.paths, verdicts)
            outcomes = outcomes.union(again.mapInArrow(step(lambda rows: steps.again_bytes(verdicts, rows)), ROWS))
        outcomes = outcomes.repartition(o.partitions).mapInArrow(step(steps.partial), ROWS)
    else:
        outcomes = shuffled(reduced.union(lines), o.partitions).mapInArrow(step(steps.again), ROWS)
    return outcomes.union(lines).repartition(1).mapInArrow(step(steps.merge), ROWS).collect()


def ship(spark, o):
    """Ships the modules, the binary and further files."""
    modules = [plumb_steps.__file__, plumb_options.__file__]
    more = ([o.plumb] if o.plumb else []) + o.file
    if os.environ.get("SPARK_REMOTE"):  # Spark Connect
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
    began = time.time()
    spark = SparkSession.builder.appName("plumb").getOrCreate()
    try:
        ship(spark, o)
        plumb_options.finish(o, report(spark, o, steps), began)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
