#pragma once

#include <exception>

#include "core/random.h"

namespace tinytorch {

/// Returns the random numbers that an op drew to their generator if the op throws, so that a retry draws the
/// same ones. They are not returned if another thread has drawn from the generator since.
class DrawGuard {
 public:
  explicit DrawGuard(Generator& generator)
      : generator_(generator),
        before_(generator.state()),
        draws_{.generator = &generator, .blocks = 0, .outer = Generator::thread_draws} {
    Generator::thread_draws = &draws_;
  }
  ~DrawGuard() {
    Generator::thread_draws = draws_.outer;
    if (std::uncaught_exceptions() > exceptions_) generator_.give_back(before_, draws_.blocks);
  }
  DrawGuard(const DrawGuard&) = delete;
  DrawGuard& operator=(const DrawGuard&) = delete;

 private:
  Generator& generator_;
  RandomStream before_;
  Generator::Draws draws_;
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace tinytorch
