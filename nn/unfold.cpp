#include "nn/unfold.h"

#include <fmt/format.h>

namespace tinytorch::nn {

std::string Unfold::description() const { return fmt::format("Unfold({})", to_string(window_)); }

std::string Fold::description() const {
  return fmt::format("Fold({}, {})", to_string(size_), to_string(window_));
}

}  // namespace tinytorch::nn
