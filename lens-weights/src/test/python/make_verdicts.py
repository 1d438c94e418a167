#!/usr/bin/env python3
"""Writes safetensors-verdicts.tsv: small files, most of them damaged, and what the reference says of each.

    make_verdicts.py OUT      (pip install safetensors==0.8.0)

One line a file: its bytes in base64, the reason (a constant of SafeTensorsException.Reason, or OK), and for OK the tensors as
`dtype [shape] name`, sorted. The files are valid ones, changed at random in their JSON, their length field or their bytes.
Those on which the reader differs by choice (a name twice, a tensor as an array, a dtype as a map) are left out; the
tests have them by hand.
"""
import base64
import json
import random
import re
import struct
import sys

import safetensors
from safetensors import SafetensorError, deserialize

BITS = {"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
        "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
        "C64": 64, "F64": 64, "I64": 64, "U64": 64}
NAMES = ["t", "wte.weight", "é", "", "__metadata", "😀", 'a"b']
METADATA = ['{"format":"pt"}', "{}", "null", '{"a":"b","c":"\\u00e9\\ud83d\\ude00"}']
EXTRAS = ["null", "true", '[1,2,{"a":[]}]', '"x\\n"', "-1.5e3", "1e400", "1E308", "0.1", "-0", "1" * 30, '{"a":{"b":null}}',
          "1e-999", "0e999999999999", "1.7976931348623157e308", "17976931348623159" + "0" * 292, '"\\ud800"']
TOKENS = ["{", "}", "[", "]", ",", ":", '"', "null", "true", "false", "0", "1", "-", "-0", "1.0", "1e2", "18446744073709551615",
          "18446744073709551616", "9223372036854775808", "4294967296", "\\", "\\u0041", "\\ud800", "\\udc00", " ", "\n", "\t",
          "\r", "\x00", "\x0b", "\x7f", '"dtype"', '"shape"', '"data_offsets"', '"__metadata__"', "F32", '"F32"', '"F4"', "00",
          "1e999", "1e308", "//", "\ufeff", "nan", "NaN", "{}", "[]", '""']
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^{}\[\],:"]+')
REASONS = [("header too small", "HEADER_TOO_SMALL"), ("header too large", "HEADER_TOO_LARGE"),
           ("invalid header length", "INVALID_HEADER_LENGTH"), ("invalid UTF-8", "HEADER_NOT_UTF8"),
           ("recursion limit", "HEADER_TOO_DEEP"), ("invalid offset for tensor", "INVALID_OFFSETS"),
           ("overflow computing", "SIZE_OVERFLOW"), ("subbytes", "PARTIAL_BYTE"),
           ("invalid shape, data type", "SIZE_MISMATCH"), ("file not fully covered", "FILE_SIZE_MISMATCH"),
           ("expected struct HashMetadata", "HEADER_NOT_JSON"), ("unknown variant", "UNKNOWN_DTYPE"),
           ("duplicate field `__metadata__`", "INVALID_METADATA"), ("duplicate field", "INVALID_TENSOR_ENTRY"),
           ("missing field", "INVALID_TENSOR_ENTRY"), ("invalid length", "INVALID_TENSOR_ENTRY"),
           ("invalid value", "INVALID_TENSOR_ENTRY"), ("invalid type", "INVALID_TYPE"), ("invalid JSON", "HEADER_NOT_JSON")]


def valid(rng):
    tensors, end = [], 0
    for i in range(rng.randint(0, 4)):
        dtype = rng.choice(list(BITS))
        shape = [rng.choice([0, 1, 1, 2, 2, 3, 4, 8]) for _ in range(rng.randint(0, 3))]
        elements = 1
        for dim in shape:
            elements *= dim
        if elements * BITS[dtype] % 8:
            shape.append(4)
            elements *= 4
        size = elements * BITS[dtype] // 8
        tensors.append((rng.choice(NAMES) + str(i), dtype, shape, end, end + size))
        end += size
    if rng.random() < 0.5:
        rng.shuffle(tensors)
    parts = ['"__metadata__":' + rng.choice(METADATA)] if rng.random() < 0.4 else []
    for name, dtype, shape, begin, to in tensors:
        fields = [f'"dtype":"{dtype}"', f'"shape":{json.dumps(shape, separators=(",", ":"))}', f'"data_offsets":[{begin},{to}]']
        if rng.random() < 0.2:
            fields.append('"extra":' + rng.choice(EXTRAS))
        if rng.random() < 0.3:
            rng.shuffle(fields)
        parts.append(f'{json.dumps(name, ensure_ascii=rng.random() < 0.5)}:{{{",".join(fields)}}}')
    return "{" + ",".join(parts) + "}", end


def mutated(rng, header):
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        tokens = TOKEN.findall(header)
        if not tokens:
            break
        i = rng.randrange(len(tokens))
        match rng.randrange(6):
            case 0:
                tokens.insert(i, rng.choice(TOKENS))
            case 1:
                tokens[i] = rng.choice(TOKENS)
            case 2:
                del tokens[i]
            case 3:
                j = rng.randrange(len(tokens))
                tokens[i], tokens[j] = tokens[j], tokens[i]
            case 4:
                tokens[i:i] = tokens[i:i + rng.randint(1, 12)]
            case 5 if tokens[i].isdigit():
                tokens[i] = str(max(0, int(tokens[i]) + rng.choice([-1, 1, 8, -8, 2**32, 2**62, 2**63, 2**64 - 1])))
            case 5 if len(tokens[i]) > 2:
                at = rng.randrange(len(tokens[i]))
                tokens[i] = tokens[i][:at] + rng.choice(TOKENS) + tokens[i][at + 1:]
        header = "".join(tokens)
    return header


def case(rng):
    header, size = valid(rng)
    text = mutated(rng, header).encode("utf-8", "surrogatepass")
    if rng.random() < 0.3:
        text += rng.choice([b" ", b"\n\t\r ", b"\0", b"x"])
    if rng.random() < 0.05:
        text = rng.choice([b" ", b"\n", b"\xef\xbb\xbf"]) + text
    if rng.random() < 0.02:
        depth = rng.randint(120, 135)
        text = b'{"__metadata__":{},"x":{"e":' + b"[" * depth + b"]" * depth + b',"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'
        size = 0
    length = len(text)
    if rng.random() < 0.05:
        length = max(0, length + rng.choice([-1, 1, -8, 8, 2**31, 2**32, 2**63])) % 2**64
    data = bytes(size if rng.random() < 0.95 else max(0, size + rng.choice([-1, 1, 8])))
    content = bytearray(struct.pack("<Q", length) + text + data)
    if rng.random() < 0.3:
        for _ in range(rng.randint(1, 2)):
            content[rng.randrange(len(content))] = rng.choice([0, 1, 0x20, 0x22, 0x7B, 0x7D, 0x80, 0xC0, 0xED, 0xFF,
                                                               rng.randrange(256)])
    if rng.random() < 0.05:
        content = content[:rng.randrange(len(content) + 1)]
    return bytes(content)


def verdict(content):
    try:
        tensors = deserialize(content)
    except SafetensorError as e:
        message = str(e)
        reason = next(reason for part, reason in REASONS if part in message)
        if reason == "INVALID_TYPE":  # the message does not say whose type it is
            reason = "INVALID_METADATA|INVALID_TENSOR_ENTRY"
        try:
            json.loads(content[8:8 + struct.unpack("<Q", content[:8])[0]])
        except (ValueError, struct.error):
            if "INVALID_" in reason or reason == "UNKNOWN_DTYPE":
                reason += "|HEADER_NOT_JSON"  # the reference finds some faults before it has seen all of the JSON
        return reason, ""
    lines = sorted(f'{t["dtype"]} {t["shape"]} {name}' for name, t in tensors)
    return "OK", json.dumps(lines, ensure_ascii=True)


def main(out):
    rng = random.Random(20260512)
    per_reason, seen, total = {}, set(), 0
    with open(out, "w", encoding="utf-8") as f:
        f.write(f"# safetensors {safetensors.__version__}, written by make_verdicts.py\n")
        for _ in range(150_000):
            content = case(rng)
            reason, tensors = verdict(content)
            limit = 60 if reason in ("OK", "HEADER_NOT_JSON") else 25
            if per_reason.get(reason, 0) >= limit or content in seen or len(content) > 700:
                continue
            if content[:1] in (b"{", b"[", b"<"):
                continue  # the reader may recognise another format there
            per_reason[reason] = per_reason.get(reason, 0) + 1
            seen.add(content)
            total += 1
            f.write(f"{base64.b64encode(content).decode()}\t{reason}\t{tensors}\n")
    print(total, per_reason)


if __name__ == "__main__":
    main(sys.argv[1])
