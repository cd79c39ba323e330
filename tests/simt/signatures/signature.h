#pragma once

#include <type_traits>

// A list of what the stand-in headers declare. It is compiled with them and, if there is a toolkit, with its
// headers, so that a signature or a value that differs from CUDA's does not compile. signatures_test.cpp
// finds declarations that the list lacks.

/// The function, or one of its overloads, has exactly this type.
#define SIGNATURE(function, ...)                                                                      \
  static_assert(std::is_pointer_v<decltype(static_cast<std::add_pointer_t<__VA_ARGS__>>(&function))>, \
                #function)

#define VALUE(name, value) static_assert(static_cast<long long>(name) == (value), #name)
