#!/usr/bin/env python3
"""Writes what `lens verify` expects of the bundled model, from the float64 oracle's goldens.

    python3 tools/src/main/scripts/demo_references.py     # after the bundled model and its goldens changed
"""
import json
import pathlib
import struct

ROOT = pathlib.Path(__file__).resolve().parents[4]
GOLDENS = ROOT / "lens-core/src/test/resources/goldens/demo"
TARGET = ROOT / "tools/src/main/resources/io/github/logitlens/tools/verify/demo.json"
TOLERANCE = 2e-4


def tensor(path, name):
    """A float64 tensor as a flat list, and its shape."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    entry = json.loads(data[8:8 + length])[name]
    begin, end = entry["data_offsets"]
    return struct.unpack(f"<{(end - begin) // 8}d", data[8 + length + begin:8 + length + end]), entry["shape"]


def check(folder):
    golden = json.loads((folder / "golden.json").read_text())
    logits, (points, seq_len, k) = tensor(folder / "golden.safetensors", "top_logits")
    entropy, _ = tensor(folder / "golden.safetensors", "entropy")
    last = seq_len - 1
    rows = [[golden["top_ids"][p][last][0], round(logits[(p * seq_len + last) * k], 6),
             round(entropy[p * seq_len + last], 6)] for p in range(points)]
    return {"kind": "rows", "quantity": json.dumps(golden["prompt"], ensure_ascii=False), "source": "float64 oracle",
            "ids": golden["ids"], "tolerance": TOLERANCE, "expected": rows}


folders = sorted(folder for folder in GOLDENS.iterdir() if folder.is_dir())
document = {"sha256": json.loads((folders[0] / "golden.json").read_text())["model_sha256"],
            "sha256Source": "float64 oracle", "checks": [check(folder) for folder in folders]}
lines = ",\n  ".join(json.dumps(c, ensure_ascii=False) for c in document["checks"])
TARGET.write_text('{"sha256": "%s", "sha256Source": "%s",\n "checks": [\n  %s]}\n'
                  % (document["sha256"], document["sha256Source"], lines), encoding="utf-8")
print(TARGET.relative_to(ROOT), len(folders), "prompts")
