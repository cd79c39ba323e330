#pragma once

#include <cstdint>
#include <type_traits>

#include "core/dtype.h"

// dispatch() for kernels that treat several dtypes alike, so that each is compiled once for all of them.
namespace tinytorch {

/// dispatch() with bools as the bytes 0 and 1, which unlike bool can be elements of vectors.
template <class F>
void dispatch_bytes(DType dtype, const F& f) {
  if (dtype == DType::boolean) return f.template operator()<std::uint8_t>();
  dispatch<NumericTypes>(dtype, f);
}

/// Calls f with the unsigned type of the elements' size, for kernels that only move elements.
template <class F>
void dispatch_words(DType dtype, const F& f) {
  dispatch(dtype, [&]<class T>() {
    using Word = std::conditional_t<sizeof(T) == 1, std::uint8_t,
                                    std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
    static_assert(sizeof(Word) == sizeof(T));
    f.template operator()<Word>();
  });
}

}  // namespace tinytorch
