#include "nn/flatten.h"

#include <fmt/format.h>

namespace tinytorch::nn {

std::string Flatten::description() const {
  if (end_ != -1) return fmt::format("Flatten({}, {})", start_, end_);
  return start_ == 1 ? "Flatten" : fmt::format("Flatten({})", start_);
}

}  // namespace tinytorch::nn
