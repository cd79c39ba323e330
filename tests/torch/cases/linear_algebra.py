import math

import torch

from generate import integers, real, values


def add(family):
    case = family.case
    products = [
        ((2, 3), (3, 4)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (3,)), ((2, 2, 3), (3, 2)), ((2, 1, 2, 3), (3, 3, 2)),
        ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((1, 1), (1, 1)), ((5, 2, 3), (1, 3, 2)),
    ]
    for a, b in products:
        case("matmul", torch.matmul, lambda a=a: real(*a), lambda b=b: real(*b))
    case("matmul", torch.matmul, lambda: integers(2, 3, low=-5, high=5), lambda: integers(3, 2, low=-5, high=5), gradient=False)
    for rows in [(4,), (2, 4), (2, 3, 4)]:
        case("linear", torch.nn.functional.linear, lambda r=rows: real(*r), lambda: real(3, 4), lambda: real(3))
    case("linear_relu", lambda x, w, b: torch.relu(torch.nn.functional.linear(x, w, b)), lambda: real(5, 4), lambda: real(3, 4), lambda: real(3))
    case("outer", torch.outer, lambda: real(3), lambda: real(4))
    case("outer", torch.outer, lambda: real(0), lambda: real(4))
    case("dot", torch.dot, lambda: real(5), lambda: real(5))
    case("dot", torch.dot, lambda: real(0), lambda: real(0))
    case("bmm", torch.bmm, lambda: real(2, 3, 4), lambda: real(2, 4, 2))
    case("bmm", torch.bmm, lambda: real(0, 3, 4), lambda: real(0, 4, 2))
    for shape in [(2, 3, 5), (5,), (3, 1)]:
        case("baddbmm", lambda x, a, b: torch.baddbmm(x, a, b, beta=0.5, alpha=2), lambda s=shape: real(*s), lambda: real(2, 3, 4), lambda: real(2, 4, 5), beta=0.5, alpha=2.0)
    matrices = [lambda: real(2, 4), lambda: real(4, 5)]
    for shape in [(2, 5), (5,), (2, 1), ()]:
        case("addmm", torch.addmm, lambda s=shape: real(*s), *matrices, beta=1.0, alpha=1.0)
        case("addmm", lambda x, a, b: torch.addmm(x, a, b, beta=0.5, alpha=-2), lambda s=shape: real(*s), *matrices, beta=0.5, alpha=-2.0)
    case("addmm", lambda x, a, b: torch.addmm(x, a, b, beta=0, alpha=3), values([[math.nan], [math.inf]]), *matrices, constant=(0,), beta=0.0, alpha=3.0)
    case("addmm", torch.addmm, lambda: real(2, 3), lambda: real(2, 0), lambda: real(0, 3), beta=1.0, alpha=1.0)
    case("addmm", lambda x, a, b: torch.addmm(x, a, b, beta=2, alpha=-3), lambda: integers(2, 3), lambda: integers(2, 4), lambda: integers(4, 3), gradient=False, beta=2.0, alpha=-3.0)
    equations = [
        ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ij,ij->", (2, 3), (2, 3)), ("i,j->ij", (2,), (3,)),
        ("ij->ji", (2, 3)), ("ij->j", (2, 3)), ("ij->", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)), ("bii->b", (2, 3, 3)),
        ("bhqd,bhkd->bhqk", (1, 2, 3, 2), (1, 2, 4, 2)), ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
        ("...ij,...jk->...ik", (2, 1, 2, 3), (3, 3, 2)), ("i...,i...->...", (3, 2), (3, 2)), ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)),
        ("abc,cd,b->ad", (2, 3, 2), (2, 3), (3,)), ("ij,kl->jl", (2, 3), (2, 2)), ("ijk->kji", (2, 1, 3)), ("ij,j->ij", (2, 3), (3,)),
    ]
    for equation, *shapes in equations:
        case("einsum", lambda *x, e=equation: torch.einsum(e, *x), *[lambda s=s: real(*s) for s in shapes], equation=equation)
    # A beta of 0 does not read x.
    nans = values([[[float("nan")]]])
    case("baddbmm", lambda x, a, b: torch.baddbmm(x, a, b, beta=0, alpha=2), nans, lambda: real(2, 3, 4), lambda: real(2, 4, 5), beta=0.0, alpha=2.0)
