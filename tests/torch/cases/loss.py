import math

import torch
import torch.nn.functional as F

from generate import integers, real, values

REDUCTIONS = ["none", "mean", "sum"]


def probabilities(*shape):
    return torch.randint(4, 60, shape).to(torch.float64) / 64


def reduce(losses, reduction):
    return losses if reduction == "none" else losses.mean() if reduction == "mean" else losses.sum()


def add(family):
    case = family.case
    pair = [lambda: real(3, 4), lambda: real(3, 4)]
    for r in REDUCTIONS:
        case("mse", lambda p, t, r=r: F.mse_loss(p, t, reduction=r), *pair, reduction=r)
        case("l1", lambda p, t, r=r: F.l1_loss(p, t, reduction=r), *pair, reduction=r)
        for delta in [1.0, 0.5]:
            case("huber", lambda p, t, r=r, d=delta: F.huber_loss(p, t, reduction=r, delta=d), *pair, reduction=r, parameter=delta)
            case("smooth_l1", lambda p, t, r=r, d=delta: F.smooth_l1_loss(p, t, reduction=r, beta=d), *pair, reduction=r, parameter=delta)
        case("bce", lambda p, t, r=r: F.binary_cross_entropy(p, t, reduction=r), lambda: probabilities(3, 4), lambda: probabilities(3, 4), constant=(1,), reduction=r)
        case("bce_with_logits", lambda p, t, r=r: F.binary_cross_entropy_with_logits(p, t, reduction=r), lambda: real(3, 4), lambda: probabilities(3, 4), constant=(1,), reduction=r)
        case("bce_with_logits_weighted", lambda p, t, w, r=r: F.binary_cross_entropy_with_logits(p, t, reduction=r, pos_weight=w), lambda: real(3, 4), lambda: probabilities(3, 4), values([0.5, 1.0, 2.0, 3.0]), constant=(1, 2), reduction=r)
        case("nll", lambda p, t, r=r: F.nll_loss(p, t, reduction=r), lambda: real(5, 4), lambda: integers(5, high=4), reduction=r)
        for smoothing in [0.0, 0.1]:
            case("cross_entropy", lambda p, t, r=r, s=smoothing: F.cross_entropy(p, t, reduction=r, label_smoothing=s), lambda: real(5, 4), lambda: integers(5, high=4), reduction=r, smoothing=smoothing, ignore=-100)
            case("cross_entropy", lambda p, t, r=r, s=smoothing: F.cross_entropy(p, t, reduction=r, label_smoothing=s, ignore_index=2), lambda: real(5, 4), torch.tensor([0, 2, 1, 2, 3]), reduction=r, smoothing=smoothing, ignore=2)
            case("cross_entropy", lambda p, t, r=r, s=smoothing: F.cross_entropy(p, t, reduction=r, label_smoothing=s), lambda: real(5, 4), lambda: torch.softmax(real(5, 4), 1), constant=(1,), reduction=r, smoothing=smoothing, ignore=-100)
            case("cross_entropy_weighted", lambda p, t, w, r=r, s=smoothing: F.cross_entropy(p, t, w, reduction=r, label_smoothing=s), lambda: real(5, 4), lambda: integers(5, high=4), values([0.5, 1.0, 2.0, 3.0]), constant=(2,), reduction=r, smoothing=smoothing, ignore=-100)
        case("cross_entropy", lambda p, t, r=r: F.cross_entropy(p, t, reduction=r), lambda: real(2, 3, 4), lambda: integers(2, 4, high=3), reduction=r, smoothing=0.0, ignore=-100)
        case("kl_div", lambda p, t, r=r: F.kl_div(p, t, reduction=r), lambda: torch.log_softmax(real(3, 4), 1), lambda: torch.softmax(real(3, 4), 1), constant=(1,), reduction=r)
        case("hinge_embedding", lambda x, y, r=r: F.hinge_embedding_loss(x, y, reduction=r), lambda: real(6), values([1.0, -1.0, 1.0, -1.0, -1.0, 1.0]), constant=(1,), reduction=r)
        for margin in [0.5, 1.0, 2.5]:
            signs = values([1.0, -1.0, 1.0, -1.0, -1.0, 1.0])
            case("hinge_with_margin", lambda x, y, r=r, m=margin: reduce(torch.relu(m - y * x), r), lambda: real(6), signs, constant=(1,), reduction=r, margin=margin)
            case("hinge_embedding_with_margin", lambda x, y, r=r, m=margin: F.hinge_embedding_loss(x, y, margin=m, reduction=r), lambda: real(6), signs, constant=(1,), reduction=r, margin=margin)
        case("cosine_embedding", lambda a, b, y, r=r: F.cosine_embedding_loss(a, b, y, margin=0.2, reduction=r), lambda: real(4, 3), lambda: real(4, 3), values([1.0, -1.0, -1.0, 1.0]), constant=(2,), reduction=r, parameter=0.2)
    case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, dim=1), lambda: real(3, 4), lambda: real(3, 4), axis=1)
    case("cross_entropy", lambda p, t: F.cross_entropy(p, t, ignore_index=1), lambda: real(2, 3), torch.tensor([1, 1]), gradient=False, reduction="mean", smoothing=0.0, ignore=1)
    case("cross_entropy", lambda p, t: F.cross_entropy(p, t), values([[1000.0, 0.0], [-1000.0, 0.0]]), torch.tensor([1, 1]), reduction="mean", smoothing=0.0, ignore=-100)
    case("bce", lambda p, t: F.binary_cross_entropy(p, t), values([0.0, 1.0, 1.0]), values([1.0, 1.0, 0.0]), gradient=False, reduction="mean")
    case("bce_with_logits", lambda p, t: F.binary_cross_entropy_with_logits(p, t), values([800.0, -800.0]), values([0.0, 0.0]), constant=(1,), reduction="mean")
