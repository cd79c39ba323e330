#include "nn/activation.h"

#include <fmt/format.h>

namespace tinytorch::nn {

std::string Softmax::description() const { return fmt::format("Softmax({})", axis_); }

}  // namespace tinytorch::nn
