#include "nn/activation.h"

#include <fmt/format.h>

namespace tinytorch::nn {

std::string GELU::description() const { return form_ == GeluForm::tanh ? "GELU(tanh)" : "GELU"; }
std::string Hardtanh::description() const { return fmt::format("Hardtanh({}, {})", low_, high_); }
std::string LeakyReLU::description() const { return fmt::format("LeakyReLU({})", slope_); }
std::string ELU::description() const { return fmt::format("ELU({})", alpha_); }
std::string Softplus::description() const { return fmt::format("Softplus({})", beta_); }
std::string Softmax::description() const { return fmt::format("Softmax({})", axis_); }
std::string LogSoftmax::description() const { return fmt::format("LogSoftmax({})", axis_); }

}  // namespace tinytorch::nn
