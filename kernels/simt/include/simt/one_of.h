#pragma once

#include <concepts>

namespace simt {

/// T is one of the types. A function with this constraint has exactly CUDA's overloads.
template <class T, class... Types>
concept OneOf = (std::same_as<T, Types> || ...);

}  // namespace simt
