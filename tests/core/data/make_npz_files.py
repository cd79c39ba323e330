#!/usr/bin/env python3
"""Writes the small .npz files that tests/core/npz_test.cpp reads, into the folder npz beside this script.

With numpy 2.4. Each array holds 0, 1, 2, ... in its element type (bool: whether that is odd).
"""
import io
import zipfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "npz"


def counting(shape, descr, order="C"):
    numbers = np.arange(int(np.prod(shape)))
    if descr.endswith("b1"):
        numbers = numbers % 2
    return np.array(numbers.reshape(shape).astype(descr), order=order)


class Pipe(io.RawIOBase):
    """Writes that cannot go back, as those to a pipe."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


FOLDER.mkdir(exist_ok=True)
arrays = {kind: counting((2, 3), "<" + kind) for kind in ("b1", "f4", "f8", "i4", "i8", "u1")}
arrays |= {"empty": counting((0, 3), "<f4"), "scalar": counting((), "<f4")}
arrays = dict(sorted(arrays.items()))
np.savez(FOLDER / "stored.npz", **arrays)
np.savez_compressed(FOLDER / "compressed.npz", **arrays)
np.savez(
    FOLDER / "other.npz",
    counting((2, 3), ">f8"),
    counting((2, 3), "<f2"),
    counting((2, 3, 2), "<f4", order="F"),
    **{"é/漢": counting((2,), "<f4")},
)
np.savez(FOLDER / "nothing.npz")
with zipfile.ZipFile(FOLDER / "comment.npz", "w") as archive:
    archive.comment = b"written by a test"
    with archive.open("x.npy", "w") as file:
        np.lib.format.write_array(file, counting((2,), "<f4"))
# A stream, whose sizes are after the data.
with open(FOLDER / "streamed.npz", "wb") as file:
    np.savez_compressed(Pipe(file), x=counting((2, 3), "<f4"))
with zipfile.ZipFile(FOLDER / "bzip2.npz", "w", compression=zipfile.ZIP_BZIP2) as archive:
    archive.writestr("x.npy", b"x")
with zipfile.ZipFile(FOLDER / "text.npz", "w") as archive:
    archive.writestr("readme.txt", "This is not an array.")
