import torch

from generate import real, values


def cell(function, gates, bias):
    """The makers of the weights of a cell with 2 input features and 3 hidden ones."""
    weights = [lambda: real(3 * gates, 2), lambda: real(3 * gates, 3)]
    return weights + ([lambda: real(3 * gates), lambda: real(3 * gates)] if bias else [])


def weighted(function):
    """A cell of torch with the weights as arguments; absent biases are zeros, which torch requires."""
    def call(x, h, *rest, states=1):
        more, weights = rest[: states - 1], list(rest[states - 1 :])
        state = h if states == 1 else (h, *more)
        if len(weights) == 2:
            weights += [torch.zeros(weights[0].shape[0], dtype=torch.float64)] * 2
        return function(x, state, *weights)
    return call


def add(family):
    case = family.case
    for batch in [1, 2, 4]:
        for bias in [True, False]:
            x, h, c = (lambda b=batch: real(b, 2)), (lambda b=batch: real(b, 3)), (lambda b=batch: real(b, 3))
            case("rnn_tanh", weighted(torch.rnn_tanh_cell), x, h, *cell("rnn", 1, bias))
            case("rnn_relu", weighted(torch.rnn_relu_cell), x, h, *cell("rnn", 1, bias))
            case("gru", weighted(torch.gru_cell), x, h, *cell("gru", 3, bias))
            case("lstm", lambda *a: weighted(torch.lstm_cell)(*a, states=2), x, h, c, *cell("lstm", 4, bias))
    saturated = values([[30.0, -30.0], [0.0, 0.0]])
    case("gru", weighted(torch.gru_cell), saturated, lambda: real(2, 3), *cell("gru", 3, True))
    case("lstm", lambda *a: weighted(torch.lstm_cell)(*a, states=2), saturated, lambda: real(2, 3), lambda: real(2, 3), *cell("lstm", 4, True))
