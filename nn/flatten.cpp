#include "nn/flatten.h"

#include <fmt/format.h>

namespace tinytorch::nn {

std::string Flatten::description() const {
  return start_ == 1 ? "Flatten" : fmt::format("Flatten({})", start_);
}

}  // namespace tinytorch::nn
