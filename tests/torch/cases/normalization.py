import torch
import torch.nn.functional as F

from generate import real, values


def rms(x, weight=None):
    y = x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-5)
    return y if weight is None else y * weight


def add(family):
    case = family.case
    for shape in [(3, 4), (2, 3, 4), (1, 4), (0, 4), (5, 1)]:
        n = shape[-1]
        case("layer_norm", lambda x, w, b, n=n: F.layer_norm(x, [n], w, b), lambda s=shape: real(*s), lambda n=n: real(n), lambda n=n: real(n), axes=1)
        case("rms_norm", rms, lambda s=shape: real(*s), lambda n=n: real(n), axes=1)
    case("layer_norm", lambda x, w, b: F.layer_norm(x, [3, 4], w, b), lambda: real(2, 3, 4), lambda: real(3, 4), lambda: real(3, 4), axes=2)
    case("layer_norm", lambda x: F.layer_norm(x, [4]), lambda: real(3, 4), axes=1)
    case("layer_norm", lambda x: F.layer_norm(x, [3]), values([[1000.5, 1000.25, 1000.0], [2.0, 2.0, 2.0]]), axes=1)
    case("rms_norm", rms, lambda: real(2, 3), axes=1)
    for shape in [(4, 3), (2, 3, 4), (2, 3, 2, 2)]:
        args = [lambda s=shape: real(*s), lambda: real(3), lambda: real(3, low=0.5), lambda: real(3), lambda: real(3)]
        for training in [True, False]:
            case("batch_norm", lambda x, m, v, w, b, t=training: F.batch_norm(x, m, v, w, b, training=t), *args, constant=(1, 2), training=training)
        case("batch_norm_running", running, *args[:3], gradient=False)
    case("batch_norm_plain", lambda x, m, v: F.batch_norm(x, m, v, training=True), lambda: real(4, 3), lambda: real(3), lambda: real(3, low=0.5), constant=(1, 2), training=True)
    for groups in [1, 2, 4]:
        case("group_norm", lambda x, w, b, g=groups: F.group_norm(x, g, w, b), lambda: real(2, 4, 3), lambda: real(4), lambda: real(4), groups=groups)
    case("group_norm", lambda x: F.group_norm(x, 2), lambda: real(2, 4, 2, 2), groups=2)
    for shape in [(2, 3, 4), (2, 3, 2, 2)]:
        case("instance_norm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b), lambda s=shape: real(*s), lambda: real(3), lambda: real(3))
        case("instance_norm", F.instance_norm, lambda s=shape: real(*s))


def running(x, mean, variance):
    """The running statistics after a training step."""
    mean, variance = mean.clone(), variance.clone()
    F.batch_norm(x, mean, variance, training=True, momentum=0.25)
    return mean, variance
