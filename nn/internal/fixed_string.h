#pragma once

#include <algorithm>
#include <cstddef>

// Internal: a string as a template argument.
namespace tinytorch::nn::internal {

/// `template <FixedString name> class X` is written X<"name">; the characters are at name.text.
template <std::size_t size>
struct FixedString {
  char text[size];

  // Implicit, so that a literal can be the template argument.
  constexpr FixedString(const char (&literal)[size]) { std::copy_n(literal, size, text); }
};

}  // namespace tinytorch::nn::internal
