#include "modules/cli/nearest.h"

#include "modules/cli/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace tito {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // row[j] is the distance from the prefix of `a` read so far to the first j characters of `b`.
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char c : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (c == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string suggestion(std::string_view unknown, const std::vector<std::string>& names) {
  if (names.empty()) return "none is available";
  const auto nearest = std::min_element(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return edit_distance(unknown, a) < edit_distance(unknown, b);
  });
  const bool is_near = edit_distance(unknown, *nearest) <= std::max<std::size_t>(2, nearest->size() / 2);
  const bool begins_it = unknown.size() > 1 && nearest->starts_with(unknown);
  if (is_near || begins_it) return fmt::format("did you mean '{}'?", *nearest);
  return fmt::format("available: {}", fmt::join(names, ", "));
}

int report_unknown(std::string_view what, std::string_view unknown, const std::vector<std::string>& names) {
  fmt::print(stderr, "tito: unknown {} '{}'; {}\n", what, unknown, suggestion(unknown, names));
  return kUsageError;
}

}  // namespace tito
