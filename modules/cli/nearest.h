#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tito {

/// The number of characters to insert, remove or replace, and of neighbors to swap, to turn `a` into `b`
/// (optimal string alignment, Damerau 1964).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The hint after an unknown name: "did you mean 'NAME'?" if one is similar, else all names.
std::string suggestion(std::string_view unknown, const std::vector<std::string>& names);

/// Prints "unknown WHAT 'NAME'" with the suggestion.
/// @return the exit code for a usage error
int report_unknown(std::string_view what, std::string_view unknown, const std::vector<std::string>& names);

}  // namespace tito
