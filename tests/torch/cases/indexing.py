import math

import torch
import torch.nn.functional as F

from generate import integers, real, booleans, values

INF, NAN = math.inf, math.nan


def add(family):
    case = family.case
    for axis in [0, 1, -1]:
        case("gather", lambda x, i, a=axis: torch.gather(x, a, i), lambda: real(3, 3), lambda: integers(3, 3, high=3), axis=axis)
        case("scatter_add", lambda x, i, s, a=axis: torch.scatter_add(x, a, i, s), lambda: real(3, 3), lambda: integers(2, 3, high=3), lambda: real(2, 3), axis=axis)
        case("index_select", lambda x, i, a=axis: torch.index_select(x, a, i), lambda: real(3, 4), lambda: integers(5, high=3), axis=axis)
        case("take_along_axis", lambda x, i, a=axis: torch.take_along_dim(x, i, a), lambda: real(3, 3), lambda: integers(3, 3, high=3), axis=axis)
        case("flip", lambda x, a=axis: torch.flip(x, [a]), lambda: real(3, 4), axes=[axis])
        case("sort", lambda x, a=axis: tuple(torch.sort(x, dim=a, stable=True)), lambda: real(4, 3), axis=axis, descending=False)
        case("sort", lambda x, a=axis: tuple(torch.sort(x, dim=a, descending=True, stable=True)), lambda: real(4, 3), axis=axis, descending=True)
    case("gather", lambda x, i: torch.gather(x, 1, i), lambda: real(3, 4), torch.zeros(3, 0, dtype=torch.int64), axis=1)
    case("scatter", lambda x, i, s: torch.scatter(x, 0, i, s), lambda: real(4, 3), torch.tensor([[0, 1, 2], [3, 0, 1]]), lambda: real(2, 3), axis=0)
    case("scatter", lambda x, i, s: torch.scatter(x, 1, i, s), lambda: real(2, 4), torch.tensor([[3, 1], [0, 2]]), lambda: real(2, 2), axis=1)
    case("scatter_add", lambda x, i, s: torch.scatter_add(x, 0, i, s), lambda: real(3), torch.tensor([1, 1, 1, 0]), lambda: real(4), axis=0)
    case("index_add", lambda x, i, s: torch.index_add(x, 0, i, s), lambda: real(3, 2), torch.tensor([2, 0, 2]), lambda: real(3, 2), axis=0)
    case("index_add", lambda x, i, s: torch.index_add(x, 1, i, s), lambda: real(2, 3), torch.tensor([1, 1]), lambda: real(2, 2), axis=1)
    for alpha in [2.0, -0.5, 0.0]:
        case("index_add_with_alpha", lambda x, i, s, a=alpha: torch.index_add(x, 0, i, s, alpha=a), lambda: real(3, 2), torch.tensor([2, 0, 2]), lambda: real(3, 2), axis=0, alpha=alpha)
        case("index_add_with_alpha", lambda x, i, s, a=alpha: torch.index_add(x, -1, i, s, alpha=a), lambda: real(2, 2, 3), torch.tensor([1, 1]), lambda: real(2, 2, 2), axis=-1, alpha=alpha)
    case("index_add_with_alpha", lambda x, i, s: torch.index_add(x, 0, i, s, alpha=3), lambda: real(3), torch.zeros(0, dtype=torch.int64), lambda: real(0), axis=0, alpha=3.0)
    case("index_add_with_alpha", lambda x, i, s: torch.index_add(x, 0, i, s, alpha=-3), lambda: integers(3), torch.tensor([1, 1]), lambda: integers(2), gradient=False, axis=0, alpha=-3.0)
    case("index_add_with_alpha", lambda x, i, s: torch.index_add(x, 0, i, s, alpha=-3), lambda: integers(3).to(torch.int32), torch.tensor([1, 1]), lambda: integers(2).to(torch.int32), gradient=False, axis=0, alpha=-3.0)
    for shape, start, end in [((2, 3, 4), 0, 1), ((2, 3, 4), 1, 2), ((2, 3, 4), 1, 1), ((2, 3, 4, 2), 1, -2), ((2, 3, 4), 0, -1), ((2, 0, 3), 0, 1), ((), 0, -1), ((3,), 0, 0)]:
        case("flatten", lambda x, s=start, e=end: torch.flatten(x, s, e), lambda s=shape: real(*s), start=start, end=end)
    case("index_select", lambda x, i: torch.index_select(x, 0, i), lambda: real(3, 2), torch.zeros(0, dtype=torch.int64), axis=0)
    case("embedding", lambda w, i: F.embedding(i, w), lambda: real(5, 3), lambda: integers(2, 4, high=5))
    case("masked_select", torch.masked_select, lambda: real(3, 4), lambda: booleans(3, 4))
    case("masked_select", torch.masked_select, lambda: real(3, 4), lambda: booleans(4))
    case("nonzero", torch.nonzero, lambda: booleans(3, 4), gradient=False)
    case("nonzero", torch.nonzero, values([0.0, NAN, 2.0, -0.0]), gradient=False)
    case("one_hot", lambda i: F.one_hot(i, 4), lambda: integers(2, 3, high=4), classes=4)
    case("bincount", lambda i: torch.bincount(i, minlength=6), lambda: integers(7, high=5), minlength=6)
    for edges in [[2.0, 1.0, 2.0, 1.0], [NAN, 1.0, INF, -INF, NAN], [], [0.0, -0.0]]:
        case("sort", lambda x: tuple(torch.sort(x, dim=0, stable=True)), values(edges), gradient=not any(map(math.isnan, edges)), axis=0, descending=False)
        case("sort", lambda x: tuple(torch.sort(x, dim=0, stable=True, descending=True)), values(edges), gradient=False, axis=0, descending=True)
    case("argsort", lambda x: torch.sort(x, dim=1, stable=True)[1], lambda: integers(2, 5, high=3), gradient=False, axis=1)
    for k in [1, 3]:
        for largest in [True, False]:
            case("topk", lambda x, k=k, l=largest: tuple(torch.topk(x, k, 1, largest=l)), lambda: (torch.randperm(15).reshape(3, 5).to(torch.float64) - 7) / 4, k=k, axis=1, largest=largest)
    case("flip", lambda x: torch.flip(x, [0, 1]), lambda: real(3, 4), axes=[0, 1])
    for shifts, axes in [([1], [0]), ([-2], [1]), ([1, 3], [0, 1])]:
        case("roll", lambda x, s=shifts, a=axes: torch.roll(x, s, a), lambda: real(3, 4), shifts=shifts, axes=axes)
    for counts in [[2, 3], [2, 1, 2], [1, 0]]:
        case("repeat", lambda x, c=counts: x.repeat(c), lambda: real(2, 3), counts=counts)
    case("tile", lambda x: torch.tile(x, [2]), lambda: real(2, 3), counts=[2])
    for paddings in [[1, 2], [1, 0, 2, 1], [-1, 1], [0, 0]]:
        case("pad", lambda x, p=paddings: F.pad(x, p, value=0.5), lambda: real(2, 3), paddings=paddings, mode="constant", value=0.5)
    for mode in ["reflect", "replicate", "circular"]:
        for paddings in [[1, 2], [2, 0]]:
            case("pad", lambda x, p=paddings, m=mode: F.pad(x, p, mode=m), lambda: real(2, 2, 4), paddings=paddings, mode=mode, value=0.0)
    case("split", lambda x: torch.split(x, 2, 1), lambda: real(2, 5), size=2, axis=1)
    case("chunk", lambda x: torch.chunk(x, 3, 1), lambda: real(2, 7), chunks=3, axis=1)
    for diagonal in [0, 1, -1, 5]:
        case("triu", lambda x, d=diagonal: torch.triu(x, d), lambda: real(3, 4), diagonal=diagonal)
        case("tril", lambda x, d=diagonal: torch.tril(x, d), lambda: real(3, 4), diagonal=diagonal)
    for offset in [0, 1, -1]:
        case("diagonal", lambda x, o=offset: torch.diagonal(x, o), lambda: real(3, 4), offset=offset)
    repeat_interleave(case)


def repeat_interleave(case):
    for n in [0, 1, 3]:
        case("repeat_interleave", lambda x, n=n: torch.repeat_interleave(x, n), lambda: real(2, 3), repeats=n)
        for axis in [0, 1, -1]:
            case("repeat_interleave", lambda x, n=n, a=axis: torch.repeat_interleave(x, n, dim=a), lambda: real(2, 3, 2), repeats=n, axis=axis)
    case("repeat_interleave", lambda x: torch.repeat_interleave(x, 2), lambda: integers(2, 2), repeats=2)
    case("repeat_interleave", lambda x: torch.repeat_interleave(x, 2, dim=0), lambda: real(0, 3), repeats=2, axis=0)
    for repeats in [[2, 1, 3], [0, 2, 0], [1, 0, 0], [0, 0, 0], [2]]:
        for axis in [0, 1]:
            case("repeat_interleave_each", lambda x, r, a=axis: torch.repeat_interleave(x, r, dim=a), lambda: real(3, 3), torch.tensor(repeats), axis=axis)
    case("repeat_interleave_each", torch.repeat_interleave, lambda: real(2, 2), torch.tensor([2, 0, 1, 3]))
    case("repeat_interleave_each", torch.repeat_interleave, lambda: real(2, 2), torch.tensor([2]))
    case("repeat_interleave_each", lambda x, r: torch.repeat_interleave(x, r, dim=-1), lambda: booleans(2, 3), torch.tensor([1, 2, 0]), axis=-1)
