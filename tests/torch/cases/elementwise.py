import math

import torch
import torch.nn.functional as F

from generate import real, booleans, integers, values

INF, NAN = math.inf, math.nan


def add_activation(case, op, function, bounds, **attributes):
    """Eight cases of an activation. `bounds` are where its pieces meet."""
    for shape in [(3, 4), (), (0, 2), (2, 1, 3)]:
        case(op, function, lambda shape=shape: real(*shape, low=-8, high=8), **attributes)
    case(op, function, values([0.0, -0.0, 0.5, -0.5, *bounds]), **attributes)
    case(op, function, values([40.0, -40.0, 800.0, -800.0]), **attributes)
    case(op, function, values([1e-10, -1e-10, 1e10, -1e10]), **attributes)
    case(op, function, values([NAN, INF, -INF, 1.0]), gradient=False, **attributes)


def add_bitwise(case):
    shapes = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (3,)), ((0, 4), (1, 4))]
    for op in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
        function = getattr(torch, op)
        for a, b in shapes:
            case(op, function, lambda a=a: integers(*a, low=-99, high=99), lambda b=b: integers(*b, low=-99, high=99))
        case(op, function, lambda: integers(3, 4, high=256).to(torch.uint8), lambda: integers(4, high=256).to(torch.uint8))
        case(op, function, lambda: integers(3, 4, low=-99, high=99).to(torch.int32), lambda: integers(4, high=256).to(torch.uint8))
        case(op, function, lambda: booleans(3, 4), lambda: booleans(4))
        case(op, function, lambda: booleans(3, 4), lambda: integers(4, low=-99, high=99))
    # Distances within the bits: PyTorch 1.13 does not define others.
    for op in ["bitwise_left_shift", "bitwise_right_shift"]:
        function = getattr(torch, op)
        for a, b in shapes:
            case(op, function, lambda a=a: integers(*a, low=-99, high=99), lambda b=b: integers(*b, high=40))
        case(op, function, lambda: integers(3, 4, high=256).to(torch.uint8), lambda: integers(4, high=8).to(torch.uint8))
        case(op, function, lambda: integers(3, 4, low=-99, high=99).to(torch.int32), lambda: integers(4, high=32).to(torch.int32))
        case(op, function, lambda: booleans(3, 4), lambda: integers(4, high=8))
    for shape in [(), (0, 2), (3, 4), (2, 1, 3)]:
        case("bitwise_not", torch.bitwise_not, lambda shape=shape: integers(*shape, low=-99, high=99))
    case("bitwise_not", torch.bitwise_not, lambda: integers(7, high=256).to(torch.uint8))
    case("bitwise_not", torch.bitwise_not, lambda: integers(7, low=-99, high=99).to(torch.int32))
    case("bitwise_not", torch.bitwise_not, torch.tensor([2**31 - 1, -2**31, 0, -1], dtype=torch.int32))
    case("bitwise_not", torch.bitwise_not, lambda: booleans(3, 4))


def add(family):
    case = family.case
    everywhere = ["sin", "cos", "atan", "exp", "exp2", "expm1", "sinh", "cosh", "tanh", "erf", "floor", "ceil", "trunc", "round", "sign", "abs", "neg", "square"]
    for op in everywhere:
        case(op, getattr(torch, op), lambda: real(3, 4))
        case(op, getattr(torch, op), values([0.0, -0.0, 0.5, -0.5, 1.5, 2.5, INF, -INF]))
        if op != "sign":  # sign(NaN) is 0 in PyTorch, but NaN in NumPy and here
            case(op, getattr(torch, op), values([NAN, 1.0]), gradient=False)
    for op, low in [("log", 0.1), ("log2", 0.1), ("log10", 0.1), ("log1p", -0.9), ("sqrt", 0.1), ("rsqrt", 0.1), ("reciprocal", 0.1)]:
        case(op, getattr(torch, op), lambda low=low: real(3, 4, low=low))
        case(op, getattr(torch, op), values([0.0, 1.0, 64.0, INF, -2.0, NAN]))
    for op in ["asin", "acos", "tan"]:
        case(op, getattr(torch, op), lambda: real(3, 4, low=-0.9, high=0.9))

    for op, function in [
        ("relu", torch.relu), ("sigmoid", torch.sigmoid), ("silu", F.silu), ("hardswish", F.hardswish),
        ("gelu", F.gelu), ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")),
    ]:
        case(op, function, lambda: real(3, 4, low=-5, high=5))
        case(op, function, values([0.0, 3.5, -3.5, 40.0, -40.0]))
        case(op, function, values([NAN, INF, 1.0]), gradient=False)
    for slope in [0.01, 0.25]:
        case("leaky_relu", lambda x, s=slope: F.leaky_relu(x, s), lambda: real(3, 4), parameter=slope)
    for alpha in [1.0, 0.5]:
        case("elu", lambda x, a=alpha: F.elu(x, a), lambda: real(3, 4), parameter=alpha)
    for beta in [1.0, 2.0]:
        case("softplus", lambda x, b=beta: F.softplus(x, b, threshold=700), lambda: real(3, 4), parameter=beta)

    for op, function, bounds in [
        ("relu6", F.relu6, [0.0, 6.0]), ("logsigmoid", F.logsigmoid, []), ("softsign", F.softsign, []),
        ("selu", F.selu, [0.0]), ("mish", F.mish, []),
        # The gradient of PyTorch 1.13's hardsigmoid is 1/6 in f32, also where x is f64.
        ("hardsigmoid", lambda x: F.relu6(x + 3) / 6, [-3.0, 3.0]),
    ]:
        add_activation(case, op, function, bounds)
    for low, high in [(-1.0, 1.0), (0.0, 0.5), (-2.5, -0.5)]:
        add_activation(case, "hardtanh", lambda x, a=low, b=high: F.hardtanh(x, a, b), [low, high], low=low, high=high)

    pairs = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (3,)), ((0, 4), (1, 4)), ((2, 1, 3), (4, 1))]
    for a, b in pairs:
        for op in ["add", "sub", "mul", "atan2"]:
            case(op, getattr(torch, op), lambda a=a: real(*a), lambda b=b: real(*b, low=0.5))
        case("div", torch.div, lambda a=a: real(*a), lambda b=b: real(*b, low=0.5))
        case("pow", torch.pow, lambda a=a: real(*a, low=0.2), lambda b=b: real(*b))
        case("maximum", torch.maximum, lambda a=a: real(*a), lambda b=b: real(*b))
        case("minimum", torch.minimum, lambda a=a: real(*a), lambda b=b: real(*b))
    edges = values([0.0, 1.0, -1.0, INF, -INF, NAN, 2.0])
    for op in ["maximum", "minimum", "add", "mul"]:
        case(op, getattr(torch, op), edges, edges.flip(0))
    ties = values([1.0, 2.0, 2.0, -3.0])
    for op in ["maximum", "minimum"]:
        case(op, getattr(torch, op), ties, values([1.0, 2.0, 1.0, -3.0]))
    case("pow", torch.pow, values([0.0, 0.0, 2.0, -2.0, 1.0]), values([0.0, 2.0, 0.0, 3.0, INF]), constant=(1,))
    for divisor in [values([2.5]), values([-2.5])]:
        case("remainder", torch.remainder, lambda: real(3, 4, low=-9, high=9), divisor, constant=(1,))
        case("floor_divide", torch.floor_divide, lambda: real(3, 4, low=-9, high=9), divisor, gradient=False)
    case("floor_divide", torch.floor_divide, torch.arange(-7, 8), torch.tensor([3]), gradient=False)
    case("remainder", torch.remainder, torch.arange(-7, 8), torch.tensor([-3]), gradient=False)

    for low, high in [(-1.0, 1.0), (0.0, 0.5), (2.0, -2.0)]:
        case("clamp", lambda x, a=low, b=high: torch.clamp(x, a, b), lambda: real(3, 4), low=low, high=high)
    case("clamp", lambda x: torch.clamp(x, -1, 1), values([-1.0, 1.0, 0.0, INF, -INF]), low=-1.0, high=1.0)
    case("clamp", lambda x: torch.clamp(x, -1, 1), values([NAN, 2.0]), gradient=False, low=-1.0, high=1.0)
    case("where", torch.where, lambda: booleans(3, 4), lambda: real(3, 4), lambda: real(4))
    case("masked_fill", lambda x, m: x.masked_fill(m, 7.0), lambda: real(3, 4), lambda: booleans(3, 4), value=7.0)
    case("addcmul", lambda x, a, b: torch.addcmul(x, a, b, value=0.5), lambda: real(3, 4), lambda: real(3, 4), lambda: real(3, 4), value=0.5)
    case("lerp", torch.lerp, lambda: real(3, 4), lambda: real(3, 4), lambda: real(3, 4, low=0, high=1))
    add_bitwise(case)
    for op in ["isnan", "isinf", "isfinite"]:
        case(op, getattr(torch, op), edges, gradient=False)
    for op in ["eq", "ne", "lt", "le", "gt", "ge"]:
        case(op, getattr(torch, op), edges, ties[:1], gradient=False)
    for axis in [0, 1, -1]:
        case("softmax", lambda x, a=axis: torch.softmax(x, a), lambda: real(3, 4), axis=axis)
        case("log_softmax", lambda x, a=axis: torch.log_softmax(x, a), lambda: real(3, 4), axis=axis)
    case("softmax", lambda x: torch.softmax(x, 0), values([500.0, -500.0, -INF, 499.0]), axis=0)
    case("log_softmax", lambda x: torch.log_softmax(x, 0), values([500.0, -500.0, 499.0]), axis=0)
    # NaN, infinities, and numbers whose squares f32 does not have.
    for op, function in [("relu", torch.relu), ("hardswish", F.hardswish), ("abs", torch.abs), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid)]:
        case(op, function, values([NAN, 1.0, -1.0]))
    case("leaky_relu", lambda x: F.leaky_relu(x, 0.25), values([NAN, 1.0, -1.0]), parameter=0.25)
    case("elu", lambda x: F.elu(x, 0.5), values([NAN, 1.0, -1.0]), parameter=0.5)
    for op in ["maximum", "minimum"]:
        case(op, getattr(torch, op), values([1.0, NAN, NAN, 2.0]), values([NAN, 1.0, NAN, 2.0]))
    dividends = values([-1.0, 1.0, 0.0, -0.0, 5.0, -5.0, INF, -INF, NAN])
    for divisor in [INF, -INF, 2.0, -2.0, NAN]:
        case("floor_divide", torch.floor_divide, dividends, values([divisor]), gradient=False)
        case("remainder", torch.remainder, dividends, values([divisor]), gradient=False)
    case("remainder", torch.remainder, values([-1.0, 2.0]), values([INF, -INF]))
    case("pow", torch.pow, values([NAN, 0.0, INF, -INF, -2.0]), values([0.0, 0.0, 0.0, 0.0, 0.0]), constant=(1,))
    case("atan", torch.atan, values([1e20, -1e30]))
    case("atan2", torch.atan2, values([1e-30, 3e20]), values([2e-30, 1e20]))
    case("expm1", torch.expm1, values([-20.0]))
