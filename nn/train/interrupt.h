#pragma once

namespace tinytorch::nn {

/// While one exists, the first SIGINT (Ctrl-C) or SIGTERM only sets a flag, so that the program can end in
/// order; a second one ends it at once, unless it comes within half a second of the first, as the two do that
/// `timeout` sends. After an interrupt exit with code 130, as a shell expects.
/// ```cpp
/// const nn::InterruptGuard guard;
/// while (!guard.interrupted()) break;  // a long computation
/// ```
class InterruptGuard {
 public:
  InterruptGuard();
  /// The last guard restores the handlers from before the first.
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// Whether a signal has come since the first of the guards that exist was made.
  bool interrupted() const;
};

}  // namespace tinytorch::nn
