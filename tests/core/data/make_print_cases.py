#!/usr/bin/env python3
"""Writes arrays and how NumPy prints them, for tests/core/print_test.cpp.

    ./make_print_cases.py > print_cases.txt        # with numpy 2.4

A case is a line `> TYPE SHAPE VALUES`, the values' bits in hexadecimal and repeated until the shape is full, then
str(array) up to the next case. An argument asks for another number of random cases.
"""
import sys

import numpy as np

TYPES = {"bool": np.bool_, "u8": np.uint8, "i32": np.int32, "i64": np.int64, "f32": np.float32, "f64": np.float64}


def write(kind, shape, values):
    values = np.asarray(values, dtype=TYPES[kind]).ravel()
    array = np.resize(values, shape) if values.size else np.zeros(shape, TYPES[kind])
    bits = " ".join(f"{int(b):x}" for b in values.view(f"u{values.itemsize}"))
    print(f"> {kind} {','.join(map(str, shape)) or '-'} {bits}")
    print(array[()] if shape == () else array)


def random_shape(rng):
    rank = int(rng.choice([0, 1, 1, 1, 2, 2, 3, 4]))
    return tuple(int(n) for n in rng.integers(1, [40, 40, 9, 5, 4][rank], size=rank))


def random_values(rng, kind, count):
    if kind == "bool":
        return rng.integers(0, 2, count)
    if not kind.startswith("f"):
        info = np.iinfo(TYPES[kind])
        top = int(rng.choice([9, 100, 255, info.max]))
        return rng.integers(max(info.min, -top), min(info.max, top), count, endpoint=True)
    x = rng.standard_normal(count)
    style = rng.integers(0, 8)
    if style == 0:
        x = np.round(x * 100)
    elif style == 1:
        x = np.round(x, int(rng.integers(0, 9)))
    elif style == 2:
        x = x * 10.0 ** rng.integers(-6, 9)
    elif style == 3:
        x = x * 10.0 ** rng.integers(-30, 30, count)
    elif style == 4:
        x = 2.0 ** rng.integers(-30, 30, count)
    elif style == 5:
        x[rng.random(count) < 0.3] = rng.choice([np.nan, np.inf, -np.inf, -0.0, 0.0])
    return x


def main():
    inf, nan = np.inf, np.nan
    for kind in ("f32", "f64"):
        for x in (0, -0.0, 1, -1.5, 1 / 3, 1e-4, 9.9999e-5, 1e15, 9.9e15, 1e16, 123456789, 1e22, 1.5e-5, 1e-30, nan, inf, -inf):
            write(kind, (), [x])
        for values in ([], [nan], [inf, -inf, nan], [nan, 1], [-inf, 0.5], [0, -0.0], [1, 1000], [1, 1000.5, 1e-3],
                       [1e-3, 1], [0.9e-3, 1], [1e-4, 0.01], [0.99e-4], [999999, 1], [1e6], [9.9e7, 5e7], [1e8], [1e-300, 1],
                       [1.999999999, 1], [1e30, nan, -inf], [-1e30, 1e-30], [1 / 3, 2 / 3], [16777216, 2, 3.5]):
            write(kind, (len(values),), values)
        write(kind, (3, 0, 2), [])
        write(kind, (2, 0), [])
        write(kind, (1000,), [1, 2.5, -3])
        write(kind, (1001,), [1, 2.5, -3, 1e-9])
        write(kind, (40, 40), np.linspace(-1, 1, 13))
        write(kind, (7, 6, 30), np.linspace(0, 5, 11))
        write(kind, (2,) * 8, [1, -2.25])
        write(kind, (1001, 1), [3, 4.5])
    for kind in ("i64", "u8", "bool"):
        write(kind, (), [1])
        write(kind, (0,), [])
        write(kind, (2, 1, 2, 1, 2, 1, 2), [1, 0, 1])
        write(kind, (11, 100), [1, 0, 1, 1, 0])
        write(kind, (8, 9, 10, 11), [1, 0, 1, 1, 0])
        write(kind, (80,), [1, 0, 1])
    write("i64", (2,), [-(2**63), 2**63 - 1])
    write("i32", (3,), [-(2**31), 2**31 - 1, 0])

    rng = np.random.default_rng(20240)
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 120):
        kind = str(rng.choice(["f32", "f32", "f32", "f64", "f64", "f64", "i64", "i32", "u8", "bool"]))
        shape = random_shape(rng)
        write(kind, shape, random_values(rng, kind, int(np.prod(shape))))


with np.errstate(all="ignore"):
    main()
