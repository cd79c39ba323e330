#include "kernels/cpu/choice.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "core/error.h"
#include "core/internal/format.h"

namespace tinytorch::cpu {

std::size_t choose(const char* variable, const std::vector<std::string>& choices, const char* what) {
  const char* const value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return 0;
  const auto found = std::find(choices.begin(), choices.end(), value);
  if (found == choices.end())
    fail<ValueError>(variable, "\"{}\" is none of {}: {}", value, what,
                     fmt::join(choices.begin(), choices.end(), ", "));
  return static_cast<std::size_t>(found - choices.begin());
}

}  // namespace tinytorch::cpu
