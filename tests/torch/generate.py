#!/usr/bin/env python3
"""Writes data/FAMILY.jsonl: PyTorch's results for the cases of cases/FAMILY.py, values and gradients.

Run with Debian's python3-torch: /usr/bin/python3 tests/torch/generate.py [FAMILY...]
Each line is a case: the name of an op, its attributes, inputs and outputs, and the gradients of the sum of the first
output's elements, weighted by weight(i), with respect to the inputs that require them. Everything is computed in f64.
Inputs are multiples of 1/64, so that they are exact in f32 too.
"""

import importlib
import json
import math
import pathlib
import sys
import zlib

import torch

FOLDER = pathlib.Path(__file__).resolve().parent


def weight(i):
    """The weight of element i of an output in the sum whose gradients are computed; torch_test.cpp has the same."""
    return 0.5 + (i % 7) / 8


def real(*shape, low=-3.0, high=3.0):
    """Multiples of 1/64 in [low, high)."""
    multiples = torch.randint(math.ceil(low * 64), math.floor(high * 64), shape)
    return multiples.to(torch.float64) / 64


def values(elements):
    """A floating input with the given elements, in nested lists."""
    return torch.tensor(elements, dtype=torch.float64)


def integers(*shape, low=0, high=10):
    return torch.randint(low, high, shape)


def booleans(*shape):
    return torch.randint(0, 2, shape).to(torch.bool)


def encode_element(x):
    if isinstance(x, bool) or isinstance(x, int):
        return int(x)
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return float(f"{x:.13g}")


def encode(tensor):
    names = {torch.float64: "f64", torch.int64: "i64", torch.bool: "bool", torch.uint8: "u8", torch.int32: "i32"}
    elements = [encode_element(x) for x in tensor.detach().contiguous().flatten().tolist()]
    return {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data": elements}


class Family:
    """Collects the cases of a family. The seed of a case is its op and number, so other cases do not change it."""

    def __init__(self, name):
        self.name = name
        self.lines = []
        self.counts = {}

    def case(self, op, function, *makers, gradient=True, constant=(), **attributes):
        """Adds a case. `function` maps the inputs to one or several tensors. `makers` are inputs, or functions that make
        one, which are called after seeding. `constant` lists the indices of inputs without a gradient."""
        number = self.counts[op] = self.counts.get(op, -1) + 1
        torch.manual_seed(zlib.crc32(f"{op} {number}".encode()))
        inputs = [make() if callable(make) else make for make in makers]
        leaves = []
        for i, x in enumerate(inputs):
            wanted = gradient and x.is_floating_point() and i not in constant
            leaves.append(x.clone().requires_grad_(True) if wanted else x)
        outputs = function(*leaves)
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        line = {
            "name": f"{op}_{number}",
            "op": op,
            "attributes": attributes,
            "inputs": [encode(x) for x in inputs],
            "outputs": [encode(x) for x in outputs],
        }
        if gradient and outputs[0].requires_grad:
            weights = torch.tensor([weight(i) for i in range(outputs[0].numel())], dtype=torch.float64)
            wanted = [x for x in leaves if x.requires_grad]
            total = (outputs[0] * weights.reshape(outputs[0].shape)).sum()
            found = iter(torch.autograd.grad(total, wanted, allow_unused=True))
            gradients = []
            for x in leaves:
                grad = next(found) if x.requires_grad else None
                unused = grad is None and x.requires_grad
                gradients.append(encode(torch.zeros_like(x) if unused else grad) if x.requires_grad else None)
            line["gradients"] = gradients
        self.lines.append(json.dumps(line, separators=(",", ":")))


def main(families):
    known = sorted(path.stem for path in (FOLDER / "cases").glob("*.py"))
    sys.path.insert(0, str(FOLDER))
    for name in families or known:
        if name not in known:
            sys.exit(f"generate.py: no family '{name}'; there are: {', '.join(known)}")
        family = Family(name)
        importlib.import_module(f"cases.{name}").add(family)
        (FOLDER / "data" / f"{name}.jsonl").write_text("\n".join(family.lines) + "\n")
        print(f"{name}: {len(family.lines)} cases")


if __name__ == "__main__":
    # The families import this file as a module; this makes it the same module.
    sys.modules["generate"] = sys.modules["__main__"]
    main(sys.argv[1:])
