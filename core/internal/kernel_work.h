#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.h"

// Internal: what a Profiler records of a call of a kernel.
namespace tinytorch {

/// The bytes that a kernel reads or writes at least of an argument. Overloads for other types of arguments
/// that hold tensors are beside these types.
template <class T>
std::uint64_t argument_bytes(const T&) {
  return 0;
}

inline std::uint64_t argument_bytes(const Tensor& x) {
  if (x.numel() == 0) return 0;
  std::uint64_t bytes = size_of(x.dtype());
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (x.strides()[axis] != 0) bytes *= static_cast<std::uint64_t>(x.shape()[axis]);
  }
  return bytes;
}

template <class T>
std::uint64_t argument_bytes(std::span<T> items) {
  std::uint64_t bytes = 0;
  for (const auto& item : items) bytes += argument_bytes(item);
  return bytes;
}

/// The operations of a product whose result has n elements, each the sum of so many terms.
inline double product_operations(std::int64_t n, std::int64_t terms) {
  return 2 * static_cast<double>(n) * static_cast<double>(terms);
}

/// Adds to the work of the innermost scope of this thread.
void record_work(std::uint64_t bytes, double operations);
/// The same of a block of memory.
void record_allocation(std::size_t bytes);
/// Waits for the work of a kernel on the device, if the Profiler was asked to.
void wait_for_recorded_kernel(Device device);

}  // namespace tinytorch
