#pragma once

#include <cstddef>

#include "kernels/simt/executor/sanitizers.h"

namespace simt {

/// A stack of its own and a place on it to continue at.
class Fiber {
 public:
  /// The fiber that an OS thread came with.
  Fiber() = default;
  /// A fiber that, at the first switch to it, calls entry(argument), which must not return. The number
  /// spreads the tops of the stacks, which are used most, over the cache.
  Fiber(void (*entry)(void*), void* argument, unsigned number);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Leaves this fiber, which must be the running one, and continues the other. Returns when switched back
  /// to.
  void switch_to(Fiber& other);

  /// Forgets what runs on the fiber; the next switch to it starts anew.
  void restart();

  /// Whether an address is in the page below the stack, where an overflow ends.
  bool guards(const void* address) const;

 private:
  struct Switch;
  struct Start;

  void* context_ = nullptr;
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
  char* mapping_ = nullptr;
  std::size_t skew_ = 0;
  const void* stack_ = nullptr;  // of an OS thread known only under AddressSanitizer, once it has been left
  std::size_t bytes_ = 0;
  void* fake_stack_ = nullptr;
};

}  // namespace simt
