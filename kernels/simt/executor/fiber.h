#pragma once

#include <cstddef>

#include "kernels/simt/executor/sanitizers.h"

namespace simt {

/// A stack and the point of execution on it: a thread that is scheduled cooperatively.
class Fiber {
 public:
  /// The fiber of an OS thread.
  Fiber() = default;
  /// A fiber that calls entry(argument) at the first switch to it; entry must not return. The number offsets
  /// the top of the stack, so that the tops, which are used most, spread over the cache.
  Fiber(void (*entry)(void*), void* argument, unsigned number);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Leaves this fiber, which must be the running one, and continues the other. Returns when another fiber
  /// switches back.
  void switch_to(Fiber& other);

  /// Discards what runs on the fiber; the next switch to it calls entry again.
  void restart();

  /// Whether an address is in the guard page below the stack: an overflow.
  bool guards(const void* address) const;

 private:
  struct Switch;
  struct Start;

  void* context_ = nullptr;
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
  char* mapping_ = nullptr;
  std::size_t skew_ = 0;
  const void* stack_ = nullptr;  // for an OS thread known only under AddressSanitizer, once it was left
  std::size_t bytes_ = 0;
  void* fake_stack_ = nullptr;
};

}  // namespace simt
