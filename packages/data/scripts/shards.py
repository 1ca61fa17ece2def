"""Writes src/fixtures: twelve small images as TFRecord, WebDataset and Parquet shards, by those formats' own Python
libraries, and in pixels.json what Pillow decodes of them; in special/, shards whose images are corrupt or missing. The
features of a TFRecord's example come in another order each time.

    python scripts/shards.py

Versions when last run: tfrecord 1.14.6, webdataset 1.0.2, pyarrow 26.0.1, pillow 13.0.0.
"""

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import webdataset
from PIL import Image
from tfrecord import TFRecordWriter

SEED = 5
COUNT = 12
SIZE = 4
NAMES = ["cat", "dog", "emu"]

out = Path(__file__).parent.parent / "src" / "fixtures"
out.mkdir(exist_ok=True)
rng = np.random.default_rng(SEED)
images, labels = [], [i * 2 % 3 for i in range(COUNT)]
for i in range(COUNT):
    file = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)).save(file, "PNG" if i % 2 == 0 else "JPEG")
    images.append(file.getvalue())

pixels = [np.asarray(Image.open(io.BytesIO(f)).convert("RGB")).ravel().tolist() for f in images]
(out / "pixels.json").write_text(
    json.dumps({"script": "scripts/shards.py", "seed": SEED, "labels": labels, "names": NAMES, "pixels": pixels}) + "\n"
)


def write_shard(names: list[str], files: list[bytes], part: range, compression: str) -> None:
    """The same images three times, as TFRecord, WebDataset and Parquet."""
    writer = TFRecordWriter(str(out / names[0]))
    for i in part:
        writer.write(
            {
                "image/encoded": (files[i], "byte"),
                # ImageNet's own records count from 1.
                "image/class/label": (labels[i] + 1, "int"),
                "image/class/text": (NAMES[labels[i]].encode(), "byte"),
                "image/filename": (f"{i}.png".encode(), "byte"),
            }
        )
    writer.close()

    with webdataset.TarWriter(str(out / names[1]), mtime=0) as tar:
        for i in part:
            ending = "png" if i % 2 == 0 else "jpg"
            label = {"cls": str(labels[i]).encode()} if i % 3 else {"json": json.dumps({"label": labels[i]}).encode()}
            # A name of more than 100 letters needs a header of its own in a tar file.
            key = f"{'long/' + 'x' * 120 + '/' if i == 3 else ''}sample{i:04d}"
            tar.write({"__key__": key, ending: files[i], **label})

    table = pa.table(
        {
            "image": pa.array(
                [{"bytes": files[i], "path": f"{i}.png"} for i in part],
                pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
            ),
            "label": pa.array([labels[i] for i in part], pa.int64()),
        }
    )
    features = {
        "image": {"_type": "Image"},
        "label": {"names": NAMES, "_type": "ClassLabel"},
    }
    table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    pq.write_table(table, out / names[2], row_group_size=4, compression=compression)


for shard in range(2):
    names = [f"train-{shard:05d}-of-00002.tfrecord", f"train-{shard:03d}.tar", f"train-{shard:05d}-of-00002.parquet"]
    write_shard(names, images, range(shard * 6, shard * 6 + 6), ["snappy", "zstd"][shard])

(out / "special").mkdir(exist_ok=True)
# The first three again, in whole shards; of the second image the first half alone.
cut = [images[0], images[1][: len(images[1]) // 2], images[2]]
write_shard([f"special/corrupt.{end}" for end in ["tfrecord", "tar", "parquet"]], cut, range(3), "snappy")

image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
for name, columns in {
    "missing": {"image": pa.array([{"bytes": images[0], "path": "0.png"}, None, {"bytes": images[2], "path": "2.png"}], image)},
    "paths-alone": {"image": pa.array([{"bytes": None, "path": "0.png"}], image)},
    "secret-labels": {"img": pa.array(images[:1], pa.binary()), "label": pa.array([-1], pa.int64())},
    "plain-bytes": {"id": pa.array([7, 8]), "img": pa.array(images[:2], pa.binary()), "label": pa.array([3, 1], pa.int32())},
}.items():
    pq.write_table(pa.table(columns), out / f"special/{name}.parquet")
