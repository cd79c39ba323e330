import math

import torch

from generate import integers, real, booleans, values

INF, NAN = math.inf, math.nan
AXES = [[], [0], [1], [-1], [0, 2], [0, 1, 2]]


def dims(axes):
    return axes if axes else None


def over_all_axes(function):
    return lambda x, axes, keep: function(x) if not axes else function(x, axes, keep)


def add(family):
    case = family.case
    for axes in AXES:
        for keep in [False, True] if axes else [False]:
            options = {"axes": axes, "keepdim": keep}
            d = list(range(3)) if not axes else axes
            case("sum", lambda x, d=d, k=keep: x.sum(d, keepdim=k), lambda: real(2, 3, 4), **options)
            case("mean", lambda x, d=d, k=keep: x.mean(d, keepdim=k), lambda: real(2, 3, 4), **options)
            case("max", lambda x, d=d, k=keep: x.amax(d, keepdim=k), lambda: real(2, 3, 4), **options)
            case("min", lambda x, d=d, k=keep: x.amin(d, keepdim=k), lambda: real(2, 3, 4), **options)
            case("logsumexp", lambda x, d=d, k=keep: torch.logsumexp(x, d, keepdim=k), lambda: real(2, 3, 4), **options)
            case("norm", lambda x, d=d, k=keep: torch.linalg.vector_norm(x, 2, d, keepdim=k), lambda: real(2, 3, 4), p=2.0, **options)
            for correction in [0, 1]:
                case("var", lambda x, d=d, k=keep, c=correction: torch.var(x, d, correction=c, keepdim=k), lambda: real(2, 3, 4), correction=float(correction), **options)
            case("stddev", lambda x, d=d, k=keep: torch.std(x, d, correction=1, keepdim=k), lambda: real(2, 3, 4), correction=1.0, **options)
    for axis in [0, 1, -1]:
        for keep in [False, True]:
            case("prod", lambda x, a=axis, k=keep: x.prod(a, keepdim=k), lambda: real(2, 3, 4), axes=[axis], keepdim=keep)
    for edges in [[1.0, 2.0, 3.0], [0.0, 2.0, 3.0], [0.0, 2.0, 0.0], [INF, 2.0], []]:
        # If no element is 0, PyTorch divides by the elements, which gives NaN for infinities.
        case("prod", lambda x: x.prod(), values(edges), gradient=INF not in edges, axes=[], keepdim=False)
    for op, function in [("sum", torch.sum), ("mean", torch.mean)]:
        case(op, function, values([]), axes=[], keepdim=False)
        case(op, function, values([1.0, NAN, INF]), axes=[], keepdim=False)
        case(op, lambda x, f=function: f(x, 1), lambda: real(3, 0), axes=[1], keepdim=False)
        case(op, lambda x, f=function: f(x, 0), lambda: real(3, 0), axes=[0], keepdim=False)
    case("sum", torch.sum, lambda: integers(3, 4, low=-9), gradient=False, axes=[], keepdim=False)
    case("prod", torch.prod, lambda: integers(5, low=-4, high=5), gradient=False, axes=[], keepdim=False)
    for op, function in [("max", torch.amax), ("min", torch.amin)]:
        # Ties share the gradient.
        case(op, lambda x, f=function: f(x, 0), values([3.0, 3.0, 1.0, 1.0]), axes=[0], keepdim=False)
        case(op, lambda x, f=function: f(x, 0), values([1.0, NAN, 2.0]), gradient=False, axes=[0], keepdim=False)
        case(op, lambda x, f=function: f(x, 0), values([INF, -INF, 2.0]), axes=[0], keepdim=False)
        case(op, lambda x, f=function: f(x, 1), lambda: real(0, 3), axes=[1], keepdim=False)
    for op, function in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
        for axis in [0, 1, -2]:
            case(op, lambda x, f=function, a=axis: f(x, a), lambda: real(3, 4), gradient=False, axis=axis)
        case(op, lambda x, f=function: f(x, 0), values([1.0, NAN, 2.0]), gradient=False, axis=0)
        case(op, lambda x, f=function: f(x, 0), values([[2.0, 1.0], [1.0, 1.0], [2.0, 2.0]]), gradient=False, axis=0)
    for op, function in [("any", torch.any), ("all", torch.all)]:
        for axis in [0, 1]:
            case(op, lambda x, f=function, a=axis: f(x, a), lambda: booleans(3, 4), axes=[axis], keepdim=False)
        case(op, lambda x, f=function: f(x != 0), values([0.0, NAN, 1.0]), gradient=False, axes=[], keepdim=False)
        case(op, lambda x, f=function: f(x), torch.zeros(0, dtype=torch.bool), axes=[], keepdim=False)
    for edges in [[-INF, -INF], [INF, 1.0], [-INF, 1.0, 2.0], [1000.0, 1000.0], [NAN, 1.0], []]:
        case("logsumexp", lambda x: torch.logsumexp(x, 0), values(edges), gradient=edges not in ([-INF, -INF], [INF, 1.0], [NAN, 1.0]), axes=[0], keepdim=False)
    for p in [0.0, 1.0, 3.0, 2.5, INF, -INF, -1.0]:
        case("norm", lambda x, p=p: torch.linalg.vector_norm(x, p, 1), lambda: real(3, 4, low=0.2), gradient=p != 0, p="inf" if p == INF else "-inf" if p == -INF else p, axes=[1], keepdim=False)
    case("norm", lambda x: torch.linalg.vector_norm(x, 2), values([0.0, 0.0]), p=2.0, axes=[], keepdim=False)
    case("var", lambda x: torch.var(x, 0), values([5.0]), gradient=False, correction=1.0, axes=[0], keepdim=False)
    case("stddev", lambda x: torch.std(x, 0), values([3.0, 3.0, 3.0]), gradient=False, correction=1.0, axes=[0], keepdim=False)
    for axis in [0, 1, -1]:
        case("cumsum", lambda x, a=axis: torch.cumsum(x, a), lambda: real(3, 4), axis=axis)
        case("cumprod", lambda x, a=axis: torch.cumprod(x, a), lambda: real(3, 4), axis=axis)
    case("cumsum", lambda x: torch.cumsum(x, 0), lambda: real(0), axis=0)
    case("cumsum", lambda x: torch.cumsum(x, 0), values([1.0, INF, 2.0, NAN, 1.0]), axis=0)
    case("cumsum", lambda x: torch.cumsum(x, 0), lambda: integers(5, low=-4), gradient=False, axis=0)
    for edges in [[2.0, 0.0, 3.0, 4.0], [0.0, 1.0, 0.0, 2.0], [1.0]]:
        case("cumprod", lambda x: torch.cumprod(x, 0), values(edges), axis=0)
    with_indices(case)
    without_nan(case)
    running_extrema(case)
    medians(case)
    quantiles(case)
    nans_and_extremes(case)


def shuffled(*shape):
    """Distinct multiples of 1/4 in random order, so that no ties decide which index is chosen."""
    return lambda: (torch.randperm(math.prod(shape)).reshape(shape).to(torch.float64) - 5) / 4


def with_indices(case):
    for op, function in [("max_with_indices", torch.max), ("min_with_indices", torch.min)]:
        for axis in [0, 1, -1]:
            for keep in [False, True]:
                case(op, lambda x, f=function, a=axis, k=keep: tuple(f(x, a, keepdim=k)), lambda: real(2, 3, 4), axis=axis, keepdim=keep)
        for edges in [[3.0, 1.0, 3.0, 1.0], [1.0, NAN, 2.0, NAN], [INF, -INF, INF], [0.0, -0.0], [[2.0, 2.0], [2.0, 2.0]]]:
            case(op, lambda x, f=function: tuple(f(x, 0)), values(edges), axis=0, keepdim=False)
        case(op, lambda x, f=function: tuple(f(x, 1)), lambda: real(0, 3), axis=1, keepdim=False)
        case(op, lambda x, f=function: tuple(f(x, 0)), lambda: integers(4, 3, high=3), axis=0, keepdim=False)
        case(op, lambda x, f=function: tuple(f(x, 1)), lambda: booleans(3, 4), axis=1, keepdim=False)


def without_nan(case):
    for op, function in [("nansum", torch.nansum), ("nanmean", torch.nanmean)]:
        # If all elements are NaN, PyTorch's gradient of the mean is inf * 0.
        finite = op == "nansum"
        for axes in [[0], [1], [0, 1]]:
            for keep in [False, True]:
                x = values([[1.0, NAN, 2.5], [NAN, NAN, -3.0]])
                case(op, lambda x, f=function, a=axes, k=keep: f(x, a, keepdim=k), x, gradient=finite or axes != [0], axes=axes, keepdim=keep)
        for edges in [[NAN, NAN], [INF, NAN, 1.0], [INF, -INF, NAN], [], [1.0, 2.0]]:
            case(op, function, values(edges), gradient=finite or edges != [NAN, NAN], axes=[], keepdim=False)
        case(op, lambda x, f=function: f(x, 1), lambda: real(3, 0), axes=[1], keepdim=False)
    case("nansum", torch.nansum, lambda: integers(3, 4, low=-9), axes=[], keepdim=False)


def running_extrema(case):
    for op, function in [("cummax", torch.cummax), ("cummin", torch.cummin)]:
        for axis in [0, 1, -1]:
            case(op, lambda x, f=function, a=axis: tuple(f(x, a)), lambda: real(3, 4), axis=axis)
        for edges in [[1.0, 1.0, 0.0, 2.0, 2.0, 1.0, 0.0, 0.0], [1.0, NAN, 3.0, NAN, 0.0], [-INF, -INF, INF, INF, 1.0], [INF, -INF, -INF], [], [5.0], [0.0, -0.0, 0.0]]:
            case(op, lambda x, f=function: tuple(f(x, 0)), values(edges), axis=0)
        case(op, lambda x, f=function: tuple(f(x, 1)), lambda: integers(3, 5, high=4), axis=1)
        case(op, lambda x, f=function: tuple(f(x, 0)), lambda: booleans(5, 2), axis=0)


def medians(case):
    for op, function in [("median", torch.median), ("nanmedian", torch.nanmedian)]:
        for shape in [(5,), (6,), (3, 4)]:
            case(op, function, shuffled(*shape))
        for edges in [[1.0, 3.0, 2.0, 2.0, 0.0], [4.0, 1.0, 1.0, 4.0], [INF, -INF, 1.0], [7.0]]:
            case(op, function, values(edges))
        for edges in [[NAN, NAN], []]:
            case(op, function, values(edges), gradient=False)
        case(op, function, lambda: integers(4, 3))
        case(op, function, values([3.0, NAN, 1.0, 2.0, NAN]), gradient=op == "nanmedian")
        along = op + "_along"
        for axis in [0, 1, -1]:
            for keep in [False, True]:
                case(along, lambda x, f=function, a=axis, k=keep: tuple(f(x, a, keepdim=k)), shuffled(3, 4), axis=axis, keepdim=keep)
        case(along, lambda x, f=function: tuple(f(x, 1)), values([[1.0, NAN, 3.0, NAN], [4.0, 2.0, 3.0, 1.0], [NAN, 2.0, 1.0, 3.0]]), axis=1, keepdim=False)
        case(along, lambda x, f=function: tuple(f(x, 0)), values([INF, 2.0, -INF, 1.0]), axis=0, keepdim=False)


def quantiles(case):
    modes = ["linear", "lower", "higher", "midpoint", "nearest"]
    for op, function in [("quantile", torch.quantile), ("nanquantile", torch.nanquantile)]:
        for mode in modes:
            for q in [0.25, 0.6, 1.0]:
                case(op, lambda x, f=function, q=q, m=mode: f(x, q, dim=1, interpolation=m), shuffled(3, 6), q=q, axis=1, keepdim=False, mode=mode)
        for keep in [False, True]:
            case(op, lambda x, f=function, k=keep: f(x, 0.3, keepdim=k), shuffled(2, 5), q=0.3, keepdim=keep, mode="linear")
            case(op, lambda x, f=function, k=keep: f(x, 0.3, dim=0, keepdim=k), shuffled(4, 3), q=0.3, axis=0, keepdim=keep, mode="linear")
        for edges in [[2.0, 1.0, 2.0, 3.0], [1.0, NAN, 3.0, 2.0], [NAN, NAN], [5.0]]:
            case(op, lambda x, f=function: f(x, 0.5, dim=0), values(edges), gradient=not any(map(math.isnan, edges)), q=0.5, axis=0, keepdim=False, mode="linear")
        # Half-way between two ranks the even one is the nearest.
        for q in [0.25, 0.75]:
            case(op, lambda x, f=function, q=q: f(x, q, dim=0, interpolation="nearest"), values([0.0, 1.0, 2.0]), q=q, axis=0, keepdim=False, mode="nearest")
        several = op + "_several"
        for axis, keep in [(0, False), (1, True), (-1, False)]:
            case(several, lambda x, q, f=function, a=axis, k=keep: f(x, q, dim=a, keepdim=k), shuffled(3, 4), values([0.0, 0.25, 0.625, 1.0]), constant=[1], axis=axis, keepdim=keep, mode="linear")
        for mode in modes:
            case(several, lambda x, q, f=function, m=mode: f(x, q, dim=0, interpolation=m), values([[1.0, NAN], [2.0, 3.0], [5.0, 4.0], [0.5, NAN]]), values([0.375, 0.5]), gradient=False, axis=0, keepdim=False, mode=mode)
        case(several, lambda x, q, f=function: f(x, q, keepdim=True), shuffled(3, 4), values([0.5]), constant=[1], keepdim=True, mode="linear")
        case(several, lambda x, q, f=function: f(x, q), shuffled(3, 4), values(0.125), constant=[1], keepdim=False, mode="linear")


def nans_and_extremes(case):
    # NaN, and numbers whose squares or products f32 does not have.
    row = values([[1.0, NAN, 3.0], [4.0, 2.0, 4.5]])
    for op in ["max", "min"]:
        case(op, getattr(torch, op), values([1.0, NAN, 3.0, NAN]), axes=[], keepdim=False)
        case(op, lambda x, op=op: getattr(torch, op)(x, 1)[0], row, axes=[1], keepdim=False)
    for p in [1.0, INF]:
        case("norm", lambda x, p=p: torch.linalg.vector_norm(x, p, 1), row, p="inf" if p == INF else p, axes=[1], keepdim=False)
    for elements in [[3e20, 4e20], [-3e-20, 4e-20], [1e30, 0.0]]:
        case("norm", lambda x: torch.linalg.vector_norm(x, 2, 0), values(elements), p=2.0, axes=[0], keepdim=False)
        case("norm", lambda x: torch.linalg.vector_norm(x, 3, 0), values(elements), p=3.0, axes=[0], keepdim=False)
    case("mean", torch.mean, values([3e38, 3e38, 2e38]), axes=[], keepdim=False)
    for elements in [[16777216.0, 16777218.0], [1000000.25, 999999.5, 1000000.75, 1000001.5]]:
        case("var", lambda x: torch.var(x, 0), values(elements), correction=1.0, axes=[0], keepdim=False)
    for elements in [[1e20, 2e20, 3e20], [1000000.25, 999999.5, 1000000.75]]:
        case("stddev", lambda x: torch.std(x, 0), values(elements), correction=1.0, axes=[0], keepdim=False)
    case("prod", torch.prod, values([1e30, 1e30, 1e-30, 1e-30]), axes=[], keepdim=False)
    case("logsumexp", lambda x: torch.logsumexp(x, 0), values([0.0, -20.0]), axes=[0], keepdim=False)
