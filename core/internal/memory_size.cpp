#include "core/internal/memory_size.h"

#include <charconv>
#include <limits>

#include "core/internal/format.h"
#include "core/internal/text.h"

namespace tinytorch {

std::string human_bytes(std::size_t bytes) {
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes) / 1024;
  const char* unit = "KiB";
  for (const char* larger : {"MiB", "GiB", "TiB", "PiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::size_t parse_bytes(const char* variable, std::string_view text) {
  std::string_view digits = text;
  int shift = 0;
  constexpr std::string_view kSuffixes = "KMG";
  if (const std::size_t suffix = text.empty() ? text.npos : kSuffixes.find(text.back());
      suffix != text.npos) {
    shift = 10 * (static_cast<int>(suffix) + 1);
    digits.remove_suffix(1);
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_valid = error == std::errc() && end == digits.data() + digits.size();
  if (!is_valid || number > std::numeric_limits<std::size_t>::max() >> shift) {
    fail<ValueError>(variable, "\"{}\" is no number of bytes; write one as 500000000, 64K, 500M or 2G",
                     printable(text));
  }
  return number << shift;
}

}  // namespace tinytorch
