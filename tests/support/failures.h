#pragma once

#include <cstdint>

#include "core/error.h"

// Failures on purpose: the n-th allocation, or the n-th call of a kernel, throws.
namespace tinytorch::testing {

/// Makes the n-th allocation from now on, on the backend under test, fail for lack of memory; 0: none.
void fail_allocation(std::uint64_t n);
/// The number of allocations so far.
std::uint64_t allocations();

/// What a kernel throws that is made to fail.
class KernelFailure : public Error {
 public:
  using Error::Error;
};

/// Counts the calls of all kernels of the backend under test during its lifetime, and can make one throw.
class FailingKernels {
 public:
  FailingKernels();
  ~FailingKernels();
  FailingKernels(const FailingKernels&) = delete;
  FailingKernels& operator=(const FailingKernels&) = delete;

  /// Makes the n-th call from now on throw a KernelFailure before the kernel runs; 0: none.
  void fail_call(std::uint64_t n);
  /// The number of calls so far.
  std::uint64_t calls() const;
};

}  // namespace tinytorch::testing
