"""Writes src/fixtures: twelve small images as TFRecord, WebDataset and Parquet shards, by those formats' own Python
libraries, and in pixels.json what Pillow decodes of them.

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

for shard in range(2):
    part = range(shard * 6, shard * 6 + 6)
    writer = TFRecordWriter(str(out / f"train-{shard:05d}-of-00002.tfrecord"))
    for i in part:
        writer.write(
            {
                "image/encoded": (images[i], "byte"),
                # ImageNet's own records count from 1.
                "image/class/label": (labels[i] + 1, "int"),
                "image/class/text": (NAMES[labels[i]].encode(), "byte"),
                "image/filename": (f"{i}.png".encode(), "byte"),
            }
        )
    writer.close()

    with webdataset.TarWriter(str(out / f"train-{shard:03d}.tar"), mtime=0) as tar:
        for i in part:
            ending = "png" if i % 2 == 0 else "jpg"
            label = {"cls": str(labels[i]).encode()} if i % 3 else {"json": json.dumps({"label": labels[i]}).encode()}
            # A name of more than 100 letters needs a header of its own in a tar file.
            key = f"{'long/' + 'x' * 120 + '/' if i == 3 else ''}sample{i:04d}"
            tar.write({"__key__": key, ending: images[i], **label})

    table = pa.table(
        {
            "image": pa.array(
                [{"bytes": images[i], "path": f"{i}.png"} for i in part],
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
    pq.write_table(
        table, out / f"train-{shard:05d}-of-00002.parquet", row_group_size=4, compression=["snappy", "zstd"][shard]
    )
