#!/usr/bin/env python3
"""Writes the small files that tests/core/safetensors_test.cpp reads, into the folder safetensors beside this script.

With PyTorch 1.13 and its safetensors package 0.4.5; NumPy's side of the package writes the types that PyTorch lacks.
"""
from pathlib import Path

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

FOLDER = Path(__file__).parent / "safetensors"
INF, NAN = float("inf"), float("nan")

TYPES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F32": torch.float32,
    "F64": torch.float64,
}


def counting(shape, dtype):
    """0, 1, 2, ...; bool: whether that is odd."""
    numbers = torch.arange(int(np.prod(shape)))
    if dtype == torch.bool:
        numbers = numbers % 2
    return numbers.reshape(shape).to(dtype)


FOLDER.mkdir(exist_ok=True)
# Each type; two tensors of the same one, whose order their names give; names that JSON escapes.
safetensors.torch.save_file(
    {name: counting((2, 3), dtype) for name, dtype in TYPES.items()}, FOLDER / "torch_types.safetensors"
)
safetensors.numpy.save_file(
    {name: np.arange(6).reshape(2, 3).astype(name.lower().replace("u", "uint")) for name in ("U16", "U32", "U64")},
    FOLDER / "numpy_types.safetensors",
)
safetensors.torch.save_file(
    {
        "I8": torch.tensor([-128, -1, 127], dtype=torch.int8),
        "I16": torch.tensor([-32768, -1, 32767], dtype=torch.int16),
        "F16": torch.tensor([-0.0, 2.0**-24, 2.0**-14, 65504, INF, -INF, NAN], dtype=torch.float16),
        "BF16": torch.tensor([-0.0, 2.0**-133, 2.0**-126, 1 + 2.0**-7, INF, -INF, NAN], dtype=torch.bfloat16),
    },
    FOLDER / "torch_extremes.safetensors",
)
safetensors.numpy.save_file(
    {
        "U16": np.array([0, 65535], dtype="<u2"),
        "U32": np.array([0, 4294967295], dtype="<u4"),
        "U64": np.array([0, 9223372036854775807], dtype="<u8"),
        "U64 too large": np.array([1, 9223372036854775808], dtype="<u8"),
    },
    FOLDER / "numpy_extremes.safetensors",
)
# What TinyTorch writes, too, with the same bytes.
written = {f"{name}.{i}": counting(shape, TYPES[name]) for i, shape in enumerate([(3,), (2, 3)])
           for name in ("F32", "BOOL", "I64", "U8", "F64", "I32")}
written |= {
    "scalar": torch.tensor(7.0),
    "empty": torch.zeros((0, 3)),
    "rank 8": counting((1, 2, 1, 1, 2, 1, 1, 2), torch.float32),
    "": torch.tensor([1.0]),
    'quote" backslash\\ newline\n tab\t control\x01 delete\x7f é 漢 😀': torch.tensor([2.0]),
}
safetensors.torch.save_file(written, FOLDER / "written.safetensors", metadata={"format": "pt"})
safetensors.torch.save_file({}, FOLDER / "nothing.safetensors")
