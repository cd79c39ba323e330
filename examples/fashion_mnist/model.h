#pragma once

#include <tinytorch/tinytorch.h>

#include <string>

/// The network of a name, "mlp" or "cnn": images [N, 1, 28, 28] give logits [N, 10].
/// @param width  the number of channels of the CNN's first convolutions; the MLP has 8 times as many hidden
/// units
tinytorch::nn::Sequential make_model(const std::string& name, std::int64_t width);
