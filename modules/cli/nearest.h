#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tito {

/// How many characters have to be inserted, removed or replaced to make `a` into `b` (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The sentence that follows an unknown name: the nearest one where one is near, or else all that there are.
std::string suggestion(std::string_view unknown, const std::vector<std::string>& names);

/// Prints "unknown WHAT 'NAME'" with the suggestion.
/// @return the exit code for a usage error
int report_unknown(std::string_view what, std::string_view unknown, const std::vector<std::string>& names);

}  // namespace tito
