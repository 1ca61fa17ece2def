"""Writes src/fixtures/*.arrow: the images of the Parquet fixtures, which scripts/shards.py writes first, as Arrow's IPC stream
and file by pyarrow, and in special/on-disk as `datasets` saves them; in special/, what is corrupt, missing or unusual.

    python scripts/arrow.py

Versions when last run: pyarrow 26.0.1, datasets 5.2.0.
"""

import json
import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import ClassLabel, Dataset, DatasetDict, Features, Image

out = Path(__file__).parent.parent / "src" / "fixtures"
tables = [pq.read_table(out / f"train-{shard:05d}-of-00002.parquet") for shard in range(2)]


def write(name: str, table: pa.Table, kind: str = "stream", rows: int = 4, **options) -> None:
    make = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
    with make(str(out / name), table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=rows)


# In batches of four, as the row groups; the second a part of a table, whose first offset is not 0.
write("train-00000-of-00002.arrow", tables[0])
write("train-00001-of-00002.arrow", pa.concat_tables(tables).combine_chunks().slice(6), kind="file")
for name in ("corrupt", "missing", "secret-labels", "plain-bytes", "paths-alone"):
    write(f"special/{name}.arrow", pq.read_table(out / f"special/{name}.parquet"))

whole = pa.concat_tables(tables).combine_chunks()
image, label = whole["image"], whole["label"]
write("special/compressed.arrow", tables[0], compression="lz4")
write("special/empty.arrow", whole.slice(0, 0))
write("special/large.arrow", pa.table({"img": pa.chunked_array([image.chunk(0).field("bytes").cast(pa.large_binary())]), "label": label.cast(pa.uint8())}))

# Columns of every layout before those that are read.
n = len(whole)
numbers = pa.array(range(n), pa.int32())
columns = {
    "null": pa.nulls(n),
    "bool": pa.array([i % 2 == 0 for i in range(n)]),
    "text": pa.array([str(i) for i in range(n)]),
    "large text": pa.array([str(i) for i in range(n)], pa.large_string()),
    "view": pa.array([f"{i} and longer than twelve letters" for i in range(n)], pa.string_view()),
    "bytes view": pa.array([b"short" for _ in range(n)], pa.binary_view()),
    "list": pa.array([list(range(i % 3)) for i in range(n)], pa.list_(pa.int16())),
    "large list": pa.array([["a"] for _ in range(n)], pa.large_list(pa.string())),
    "fixed list": pa.array([[1.0, 2.0] for _ in range(n)], pa.list_(pa.float32(), 2)),
    "fixed bytes": pa.array([b"abc" for _ in range(n)], pa.binary(3)),
    "map": pa.array([[("key", i)] for i in range(n)], pa.map_(pa.string(), pa.int8())),
    "struct": pa.array([{"a": i, "b": {"c": "text"}} for i in range(n)]),
    "dictionary": pa.array(["cat", "dog", "emu"] * (n // 3)).dictionary_encode(),
    "dense": pa.UnionArray.from_dense(pa.array([0] * n, pa.int8()), numbers, [numbers, pa.array(["x"])]),
    "sparse": pa.UnionArray.from_sparse(pa.array([0] * n, pa.int8()), [numbers, pa.array(["x"] * n)]),
    "decimal": pa.array([1] * n, pa.decimal128(5, 2)),
    "time": pa.array([0] * n, pa.timestamp("us")),
    "image": image.chunk(0),
    # In the other order, so that it is no one else's.
    "label": pa.array([None if i == 1 else 2 - value.as_py() for i, value in enumerate(label)], pa.int16()),
    "last": numbers,
}
write("special/columns.arrow", pa.table(columns), kind="file", rows=5)
columns["label"] = pa.array([2 - value.as_py() for value in label], pa.int16())
write("special/columns-labelled.arrow", pa.table(columns), rows=5)

names = json.loads(tables[0].schema.metadata[b"huggingface"])["info"]["features"]["label"]["names"]
features = Features({"image": Image(), "label": ClassLabel(names=names)})
rows = whole.to_pylist()
saved = out / "special" / "on-disk"
shutil.rmtree(saved, ignore_errors=True)
parts = {
    "train": Dataset.from_list(rows[:9], features=features),
    # A selection, which saving carries out.
    "test": Dataset.from_list(rows, features=features).select([9, 11, 10]),
}
DatasetDict(parts).save_to_disk(saved, num_shards={"train": 2, "test": 1})
