import math

import torch

from generate import real, booleans, values


def attend(q, k, v, mask=None, causal=False, offset=0, scale=None, weights=False):
    """As in torch 2.5: rows that may not attend to anything are zeros."""
    groups = q.shape[-3] // k.shape[-3]
    k, v = k.repeat_interleave(groups, -3), v.repeat_interleave(groups, -3)
    scores = q @ k.transpose(-1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    allowed = torch.ones(scores.shape, dtype=torch.bool)
    if causal:
        rows, columns = torch.arange(q.shape[-2])[:, None], torch.arange(k.shape[-2])[None]
        allowed = allowed & (columns <= rows + offset)
    if mask is not None and mask.dtype == torch.bool:
        allowed = allowed & mask
    elif mask is not None:
        scores = scores + mask
    lowest = torch.finfo(torch.float64).min
    p = torch.where(allowed, torch.softmax(torch.where(allowed, scores, torch.tensor(lowest, dtype=torch.float64)), -1), torch.tensor(0.0, dtype=torch.float64))
    return (p @ v, p) if weights else p @ v


def rotary(x, offset, base, interleaved):
    """RoFormer, eq. 34; PyTorch has no such function."""
    pairs = x.shape[-1] // 2
    angles = torch.outer(torch.arange(x.shape[-2], dtype=torch.float64) + offset, base ** (-torch.arange(pairs, dtype=torch.float64) / pairs))
    split = x.unflatten(-1, (pairs, 2)) if interleaved else x.unflatten(-1, (2, pairs)).transpose(-1, -2)
    first, second = split[..., 0], split[..., 1]
    turned = torch.stack([first * angles.cos() - second * angles.sin(), second * angles.cos() + first * angles.sin()], -1)
    return (turned if interleaved else turned.transpose(-1, -2)).flatten(-2)


def add(family):
    case = family.case
    for shape, offset, base in [((3, 4), 0, 10000.0), ((1, 2), 5, 10000.0), ((2, 3, 6), 0, 10000.0), ((2, 2, 5, 8), 2, 500.0)]:
        for interleaved in [True, False]:
            case("rotary", lambda x, o=offset, b=base, i=interleaved: rotary(x, o, b, i), lambda s=shape: real(*s), offset=offset, base=base, interleaved=interleaved)
    for length in [1, 7, 64, 300]:
        case("rotary", lambda x: rotary(x, 1, 10000.0, True), lambda n=length: real(n, 4), offset=1, base=10000.0, interleaved=True)
    shapes = [((1, 1, 3, 2), (1, 1, 3, 2)), ((2, 2, 3, 4), (2, 2, 5, 4)), ((1, 4, 2, 3), (1, 2, 3, 3)), ((1, 4, 2, 2), (1, 1, 4, 2)), ((0, 2, 3, 2), (0, 2, 3, 2)), ((2, 1, 3), (2, 3, 3))]
    for q, k in shapes:
        tensors = [lambda s=q: real(*s), lambda s=k: real(*s), lambda s=k: real(*s)]
        for causal in [False, True]:
            case("attention", lambda a, b, c, z=causal: attend(a, b, c, causal=z), *tensors, causal=causal, offset=0)
        case("attention_with_weights", lambda a, b, c: attend(a, b, c, weights=True), *tensors, causal=False, offset=0)
        mask = (q[-2], k[-2])
        case("attention", lambda a, b, c, m: attend(a, b, c, m), *tensors, lambda m=mask: booleans(*m), causal=False, offset=0)
        case("attention", lambda a, b, c, m: attend(a, b, c, m), *tensors, lambda m=mask: real(*m), constant=(3,), causal=False, offset=0)
    tensors = [lambda: real(1, 2, 3, 2), lambda: real(1, 2, 4, 2), lambda: real(1, 2, 4, 2)]
    for offset in [1, 2, -1, -3]:
        case("attention", lambda a, b, c, o=offset: attend(a, b, c, causal=True, offset=o), *tensors, causal=True, offset=offset)
    case("attention", lambda a, b, c, m: attend(a, b, c, m), *tensors, torch.tensor([[True, False, True, True], [False] * 4, [True] * 4]), causal=False, offset=0)
    case("attention", lambda a, b, c, m: attend(a, b, c, m, causal=True), *tensors, lambda: booleans(1, 1, 3, 4), causal=True, offset=0)
    case("attention", lambda a, b, c: attend(a, b, c, scale=0.25), *tensors, causal=False, offset=0, scale=0.25)
    case("attention", lambda a, b, c: attend(a, b, c), lambda: 30 * real(1, 1, 2, 2), lambda: real(1, 1, 3, 2), lambda: real(1, 1, 3, 4), causal=False, offset=0)
