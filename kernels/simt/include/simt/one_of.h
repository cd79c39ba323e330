#pragma once

#include <concepts>

namespace simt {

/// T is one of the types: a function with this constraint has CUDA's overloads and no others.
template <class T, class... Types>
concept OneOf = (std::same_as<T, Types> || ...);

}  // namespace simt
