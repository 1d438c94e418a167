"""The bundled model's checkpoint without the repetitions: 45,677 of the 50,257 embedding rows are one and the same.

    python3 tools/python/demo/packed.py unpack DIR    writes the bundled model as config.json and model.safetensors
    python3 tools/python/demo/packed.py pack DIR      makes the model in DIR the bundled one (`bundle.py` does more)

The packed form is a safetensors file of four tensors: `before`, the checkpoint's bytes up to its embedding; `rows`,
`[rows kept, bytes of a row]`, the commonest row and after it every other in its order; `places`, as many numbers: how many
rows the embedding has, and where the second row kept, the third, … stand in it; `after`, the bytes behind it.
Unpacking gives the same bytes again. Standard library only.
"""

import argparse
import array
import collections
import hashlib
import json
import shutil
import struct
import sys
from pathlib import Path

BUNDLED = Path(__file__).resolve().parents[3] / "lens-weights/src/main/resources/io/github/logitlens/weights/demo"
PACKED, PLAIN = "model.packed.safetensors", "model.safetensors"
BESIDE = ("config.json", "tuned_lens.safetensors")


def parse(data):
    """The header of a safetensors file as name -> entry, and where its data begins."""
    (size,) = struct.unpack_from("<Q", data)
    return json.loads(data[8 : 8 + size]), 8 + size


def little_endian(values):
    """An `array` in the file's byte order, or from it."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


def pack(checkpoint):
    """The packed form of a checkpoint's bytes."""
    header, start = parse(checkpoint)
    entry = header["wte.weight"]
    begin, end = (start + offset for offset in entry["data_offsets"])
    width = (end - begin) // entry["shape"][0]
    rows = [checkpoint[at : at + width] for at in range(begin, end, width)]
    common, _ = collections.Counter(rows).most_common(1)[0]
    places = [place for place, row in enumerate(rows) if row != common]
    parts = {
        "places": ("I32", [1 + len(places)], little_endian(array.array("i", [len(rows), *places])).tobytes()),
        "rows": ("U8", [1 + len(places), width], common + b"".join(rows[place] for place in places)),
        "before": ("U8", [begin], checkpoint[:begin]),
        "after": ("U8", [len(checkpoint) - end], checkpoint[end:]),
    }
    entries, at = {}, 0
    for name, (dtype, shape, data) in parts.items():
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in parts.values())


def unpack(packed):
    """The checkpoint's bytes."""
    header, start = parse(packed)
    before, rows, places, after = (
        packed[start + header[name]["data_offsets"][0] : start + header[name]["data_offsets"][1]]
        for name in ("before", "rows", "places", "after")
    )
    width = header["rows"]["shape"][1]
    count, *places = little_endian(array.array("i", places))
    whole = [rows[:width]] * count
    for kept, place in enumerate(places, 1):
        whole[place] = rows[kept * width : (kept + 1) * width]
    return before + b"".join(whole) + after


def checkpoint(directory):
    """The bytes of a directory's checkpoint, plain or packed."""
    plain = Path(directory) / PLAIN
    return plain.read_bytes() if plain.exists() else unpack((Path(directory) / PACKED).read_bytes())


def unpack_to(directory):
    """Writes the bundled model as other tools read it; returns the checkpoint's sha256."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    data = checkpoint(BUNDLED)
    (directory / PLAIN).write_bytes(data)
    for name in BESIDE:
        shutil.copyfile(BUNDLED / name, directory / name)
    return hashlib.sha256(data).hexdigest()


def bundle(directory):
    """Makes a directory's model the bundled one; returns the checkpoint's sha256."""
    data = (Path(directory) / PLAIN).read_bytes()
    packed = pack(data)
    if unpack(packed) != data:
        raise AssertionError("unpacking does not give the same bytes")
    (BUNDLED / PACKED).write_bytes(packed)
    for name in BESIDE:
        if Path(directory).resolve() != BUNDLED:
            shutil.copyfile(Path(directory) / name, BUNDLED / name)
    return hashlib.sha256(data).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["unpack", "pack"])
    parser.add_argument("directory", type=Path)
    args = parser.parse_args()
    digest = unpack_to(args.directory) if args.action == "unpack" else bundle(args.directory)
    print(f"{digest}  {PLAIN}")


if __name__ == "__main__":
    main()
