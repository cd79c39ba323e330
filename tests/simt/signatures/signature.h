#pragma once

#include <type_traits>

// One list of what the stand-in headers declare, compiled against them and, where there is a toolkit, against
// its headers: so a signature or a value that is not CUDA's does not compile. signatures_test.cpp finds what
// is declared and not listed.

/// The function, or one of its overloads, has exactly this type.
#define SIGNATURE(function, ...)                                                                      \
  static_assert(std::is_pointer_v<decltype(static_cast<std::add_pointer_t<__VA_ARGS__>>(&function))>, \
                #function)

#define VALUE(name, value) static_assert(static_cast<long long>(name) == (value), #name)
