"""The safetensors format: read every tensor of a file, or write named tensors one after the other.

A file is an 8-byte little-endian header length, a JSON header, then the tensors' bytes without gaps.
"""
import json
import struct

import numpy as np

_PLAIN = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "U8": "u1", "BOOL": "?"}


def bf16_bits(a):
    """The upper halves (uint16) of finite float32 values, rounded to nearest, ties to even."""
    u = np.ascontiguousarray(a, np.float32).view(np.uint32)
    return ((u + 0x7FFF + ((u >> 16) & 1)) >> 16).astype("<u2")


def encode(a, dtype):
    """The little-endian bytes of array `a` as safetensors type `dtype`."""
    if dtype == "BF16":
        return bf16_bits(a).tobytes()
    return np.ascontiguousarray(a, _PLAIN[dtype]).tobytes()


def decode(raw, dtype):
    """The values in the uint8 array `raw` of safetensors type `dtype`; BF16 comes back as float32."""
    if dtype == "BF16":
        return (raw.view("<u2").astype(np.uint32) << 16).view(np.float32)
    return raw.view(_PLAIN[dtype])


def item_size(dtype):
    """Bytes per element of safetensors type `dtype`."""
    return 2 if dtype == "BF16" else np.dtype(_PLAIN[dtype]).itemsize


def read(path):
    """All tensors of a file: name -> array, float types exact (BF16 as float32)."""
    data = np.memmap(path, np.uint8, "r")
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    header = json.loads(data[8:8 + length].tobytes())
    header.pop("__metadata__", None)
    start, out = 8 + length, {}
    for name, info in header.items():
        begin, end = info["data_offsets"]
        raw = np.array(data[start + begin:start + end])  # a copy is aligned, whatever the header's length
        out[name] = decode(raw, info["dtype"]).reshape(info["shape"])
    return out


def write(path, tensors):
    """Writes `tensors`, a list of (name, dtype, shape, draw); `draw()` makes the values when their turn comes,
    so that a model larger than memory can be written. Returns the number of data bytes."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, dtype, shape, _ in tensors:
        end = offset + int(np.prod(shape, dtype=np.int64)) * item_size(dtype)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name, dtype, shape, draw in tensors:
            values = draw()
            assert values.shape == tuple(shape), f"{name}: declared {shape}, drawn {values.shape}"
            f.write(encode(values, dtype))
    return offset
