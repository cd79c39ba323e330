#pragma once

namespace tinytorch {

/// While one exists, the backward passes of this thread look for NaN in each gradient that an op's rule
/// computes. The first NaN is a ValueError that names the op. A look reads the gradient and waits for the
/// device, so it is for finding an error.
/// ```cpp
/// const Variable x = variable(Tensor{4.0, 0.0});
/// const DetectAnomaly guard;
/// try {
///   sum(sqrt(x) * 0).backward();  // the derivative of sqrt is infinite at 0
/// } catch (const ValueError& error) {
///   std::cout << error.what();    // [backward] sqrt's gradient for input 0 is NaN ...
/// }
/// ```
class DetectAnomaly {
 public:
  explicit DetectAnomaly(bool on = true) : previous_(current) { current = on; }
  ~DetectAnomaly() { current = previous_; }
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;

  /// Whether this thread's backward passes look for NaN.
  static bool enabled() { return current; }

 private:
  static inline constinit thread_local bool current = false;
  bool previous_;
};

}  // namespace tinytorch
