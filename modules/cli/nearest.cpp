#include "modules/cli/nearest.h"

#include "modules/cli/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace tito {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // row[j] is the distance from the prefix of `a` read so far to the first j characters of `b`; the rows
  // before are of shorter prefixes.
  std::vector<std::size_t> row(b.size() + 1), before(row.size()), two_before(row.size());
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    two_before.swap(before);
    before = row;
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({before[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, before[j + 1] + 1});
      const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], two_before[j - 1] + 1);
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
