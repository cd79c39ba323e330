#!/usr/bin/env python3
"""Writes the small .npy files that tests/core/npy_test.cpp reads, into the folder npy beside this script.

With numpy 2.4. Each file holds 0, 1, 2, ... in its element type (bool: whether that is odd).
"""
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "npy"


def save(name, descr, shape, order="C", version=(1, 0)):
    numbers = np.arange(int(np.prod(shape)))
    if descr.endswith("b1"):
        numbers = numbers % 2
    array = np.array(numbers.reshape(shape).astype(descr), order=order)
    with open(FOLDER / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)


FOLDER.mkdir(exist_ok=True)
for kind in ("b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"):
    save(f"{kind}_little", "<" + kind, (2, 3))
    save(f"{kind}_big", ">" + kind, (2, 3))
    save(f"{kind}_fortran", "<" + kind, (2, 3, 2), order="F")
save("f4_scalar", "<f4", ())
save("f4_vector", "<f4", (5,))
save("f4_empty", "<f4", (0, 3))
save("f4_rank_8", "<f4", (1, 2, 1, 1, 2, 1, 1, 2))
save("f4_rank_9", "<f4", (1,) * 9)
save("f4_version_2", "<f4", (2, 3), version=(2, 0))
save("f8_version_3", "<f8", (2, 3), version=(3, 0))
extremes = {
    "u2": [0, 65535],
    "u4": [0, 4294967295],
    "u8": [0, 9223372036854775807],
    "i1": [-128, -1, 127],
    "i2": [-32768, -1, 32767],
    "f2": [-0.0, 2.0**-24, 2.0**-14, 65504, np.inf, -np.inf, np.nan],
}
for kind, values in extremes.items():
    for order, name in (("<", "little"), (">", "big")):
        np.save(FOLDER / f"{kind}_extremes_{name}.npy", np.array(values, dtype=order + kind))
np.save(FOLDER / "u8_too_large.npy", np.array([1, 9223372036854775808], dtype="<u8"))
save("c8", "<c8", (2,))
np.save(FOLDER / "object.npy", np.array([None, 1], dtype=object), allow_pickle=True)
np.save(FOLDER / "records.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))
np.save(FOLDER / "text.npy", np.array(["ab", "c"]))
