#pragma once

namespace simt {

/// Marsaglia's xorshift. Not <random>: it runs on device threads, and the linker may choose an instrumented
/// copy of a library's inline function.
class Random {
 public:
  explicit Random(unsigned seed = 1) : state_((seed * 2654435761U) | 1U) {}
  unsigned next() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 17U;
    state_ ^= state_ << 5U;
    return state_;
  }
  unsigned below(unsigned n) { return next() % n; }

 private:
  unsigned state_;
};

}  // namespace simt
