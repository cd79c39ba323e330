#include "nn/dropout.h"

#include <fmt/format.h>

#include "core/internal/format.h"

namespace tinytorch::nn {

Dropout::Dropout(double p, std::optional<std::uint64_t> seed)
    : p_(p), own_(seed ? std::make_unique<Generator>(*seed) : nullptr) {
  if (!(p >= 0 && p <= 1)) fail<ValueError>("Dropout", "p is {}; it must be in [0, 1]", p);
}

std::string Dropout::description() const { return fmt::format("Dropout({})", p_); }

}  // namespace tinytorch::nn
