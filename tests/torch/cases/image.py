import math

import torch
import torch.nn.functional as F

from generate import real, values

INF, NAN = math.inf, math.nan


def add(family):
    case = family.case
    convolve(case)
    pool(case)
    resize(case)


def convolve(case):
    shapes = [
        # x, weight, stride, padding, dilation, groups
        ((2, 3, 5, 4), (4, 3, 3, 3), 1, 0, 1, 1), ((1, 2, 6, 6), (3, 2, 3, 3), 2, 1, 1, 1), ((1, 2, 3, 3), (2, 2, 1, 1), 1, 0, 1, 1),
        ((2, 4, 5, 5), (4, 2, 3, 3), 1, 1, 1, 2), ((1, 3, 5, 5), (3, 1, 3, 3), 1, 1, 1, 3), ((1, 2, 7, 7), (2, 2, 3, 3), 1, 2, 2, 1),
        ((1, 1, 2, 2), (1, 1, 3, 3), 1, 4, 1, 1), ((1, 1, 7, 5), (1, 1, 2, 3), 3, 0, 1, 1), ((0, 2, 4, 4), (3, 2, 3, 3), 1, 0, 1, 1),
    ]
    for x, w, stride, padding, dilation, groups in shapes:
        options = {"stride": [stride] * 2, "padding": [padding] * 2, "dilation": [dilation] * 2, "groups": groups}
        call = lambda *a, s=stride, p=padding, d=dilation, g=groups: F.conv2d(*a, stride=s, padding=p, dilation=d, groups=g)
        case("conv2d", call, lambda s=x: real(*s, low=-2, high=2), lambda s=w: real(*s, low=-2, high=2), lambda s=w: real(s[0]), **options)
    case("conv2d", lambda x, w: F.conv2d(x, w, stride=(2, 1), padding=(0, 2), dilation=(1, 2)), lambda: real(1, 2, 5, 5), lambda: real(2, 2, 3, 2), stride=[2, 1], padding=[0, 2], dilation=[1, 2], groups=1)
    for stride, padding, output_padding, dilation, groups in [(1, 0, 0, 1, 1), (2, 1, 1, 1, 1), (2, 0, 0, 1, 2), (3, 1, 2, 2, 1)]:
        options = {"stride": [stride] * 2, "padding": [padding] * 2, "output_padding": [output_padding] * 2, "dilation": [dilation] * 2, "groups": groups}
        call = lambda x, w, b, s=stride, p=padding, o=output_padding, d=dilation, g=groups: F.conv_transpose2d(x, w, b, stride=s, padding=p, output_padding=o, dilation=d, groups=g)
        case("conv_transpose2d", call, lambda: real(1, 4, 3, 3), lambda: real(4, 2, 3, 3), lambda g=groups: real(2 * g), **options)
    for stride, padding, dilation, groups in [(1, 0, 1, 1), (2, 3, 1, 1), (1, 1, 2, 2)]:
        call = lambda x, w, b, s=stride, p=padding, d=dilation, g=groups: F.conv1d(x, w, b, stride=s, padding=p, dilation=d, groups=g)
        case("conv1d", call, lambda: real(2, 4, 7), lambda g=groups: real(4, 4 // g, 3), lambda: real(4), stride=stride, padding=padding, dilation=dilation, groups=groups)
    for kernel, stride, padding, dilation in [(2, 1, 0, 1), (3, 2, 1, 1), (2, 1, 1, 2)]:
        window = {"kernel": [kernel] * 2, "stride": [stride] * 2, "padding": [padding] * 2, "dilation": [dilation] * 2}
        case("unfold", lambda x, k=kernel, s=stride, p=padding, d=dilation: F.unfold(x, k, dilation=d, padding=p, stride=s), lambda: real(2, 2, 4, 5), **window)
        columns = F.unfold(torch.zeros(2, 2, 4, 5), kernel, dilation=dilation, padding=padding, stride=stride).shape
        case("fold", lambda x, k=kernel, s=stride, p=padding, d=dilation: F.fold(x, (4, 5), k, dilation=d, padding=p, stride=s), lambda c=columns: real(*c), size=[4, 5], **window)


def pool(case):
    for kernel, stride, padding, ceil in [(2, 2, 0, False), (3, 1, 1, False), (3, 2, 1, True), (2, 3, 0, True), (3, 3, 1, False)]:
        window = {"kernel": [kernel] * 2, "stride": [stride] * 2, "padding": [padding] * 2, "ceil": ceil}
        for dilation in [1, 2] if kernel == 2 else [1]:
            case("max_pool2d", lambda x, k=kernel, s=stride, p=padding, c=ceil, d=dilation: F.max_pool2d(x, k, s, p, d, ceil_mode=c), lambda: real(2, 2, 6, 5), dilation=[dilation] * 2, **window)
        for counted in [True, False]:
            case("avg_pool2d", lambda x, k=kernel, s=stride, p=padding, c=ceil, i=counted: F.avg_pool2d(x, k, s, p, c, i), lambda: real(2, 2, 6, 5), counted=counted, **window)
    ties = values([[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0], [0.0, -1.0, -1.0, -1.0], [0.0, 0.0, -1.0, -1.0]]]])
    case("max_pool2d", lambda x: F.max_pool2d(x, 2), ties, kernel=[2, 2], stride=[2, 2], padding=[0, 0], ceil=False, dilation=[1, 1])
    case("max_pool2d", lambda x: F.max_pool2d(x, 2), values([[[[1.0, NAN], [5.0, 2.0]]]]), gradient=False, kernel=[2, 2], stride=[2, 2], padding=[0, 0], ceil=False, dilation=[1, 1])
    for size in [[1, 1], [2, 3], [6, 5], [4, 4], [7, 8]]:
        case("adaptive_avg_pool2d", lambda x, s=size: F.adaptive_avg_pool2d(x, s), lambda: real(2, 2, 6, 5), size=size)
    adaptive_max(case)
    case("max_pool1d", lambda x: F.max_pool1d(x, 3, 2, 1), lambda: real(2, 3, 8), kernel=3, stride=2, padding=1)
    case("avg_pool1d", lambda x: F.avg_pool1d(x, 3, 2, 1), lambda: real(2, 3, 8), kernel=3, stride=2, padding=1)


def adaptive_max(case):
    pool = lambda s: lambda x: tuple(F.adaptive_max_pool2d(x, s, return_indices=True))
    for size in [[1, 1], [2, 3], [6, 5], [4, 4], [7, 8], [3, 5], [5, 2]]:
        case("adaptive_max_pool2d", pool(size), lambda: real(2, 2, 6, 5), size=size)
    case("adaptive_max_pool2d", pool([2, 2]), lambda: real(1, 3, 7, 9), size=[2, 2])
    ties = values([[[[1.0, 2.0, 2.0], [2.0, 1.0, 0.0], [2.0, 0.0, 2.0]]]])
    for size in [[2, 2], [1, 1], [3, 1]]:
        case("adaptive_max_pool2d", pool(size), ties, size=size)
    case("adaptive_max_pool2d", pool([2, 2]), values([[[[1.0, INF, -INF], [-INF, NAN, 0.0], [-INF, -INF, -INF]]]]), gradient=False, size=[2, 2])
    case("adaptive_max_pool2d", pool([2, 2]), lambda: real(0, 2, 5, 5), size=[2, 2])
    for length in [1, 2, 3, 5, 7, 8, 9, 20]:
        case("adaptive_max_pool1d", lambda x, n=length: F.adaptive_max_pool1d(x, n), lambda: real(2, 3, 8), length=length)


def resize(case):
    for size in [[6, 8], [2, 2], [3, 4], [1, 1], [5, 3]]:
        case("nearest", lambda x, s=size: F.interpolate(x, s, mode="nearest"), lambda: real(1, 2, 3, 4), size=size)
        for align in [False, True]:
            case("bilinear", lambda x, s=size, a=align: F.interpolate(x, s, mode="bilinear", align_corners=a), lambda: real(1, 2, 3, 4), size=size, align=align)
