"""Reads the document that a page holds."""

import base64
import json
import math
import pathlib
import re
import struct

DATA = re.compile(r'<script type="application/json" id="tacet-data">(.*?)</script>', re.DOTALL)


def data_of(file):
    """The `tacet.page/1` document of a page."""
    found = DATA.findall(pathlib.Path(file).read_text(encoding="utf-8"))
    assert len(found) == 1, len(found)
    return json.loads(found[0])


def floats(column):
    """A column's numbers; None where there is none."""
    data = base64.b64decode(column, validate=True)
    return [None if math.isnan(x) else x for x in struct.unpack(f"<{len(data) // 4}f", data)]


def codes(column):
    """A column of bytes."""
    return list(base64.b64decode(column, validate=True))


def as_float32(value):
    """What a number is once it went through a column."""
    return None if value is None else struct.unpack("<f", struct.pack("<f", float(value)))[0]
