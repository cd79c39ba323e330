#include <cmath>
#include <cstdint>

#include "examples/custom_kernel/snake.h"

using namespace tinytorch;

namespace {

void snake_on_cpu(const Tensor& x, const double& a, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const T factor = static_cast<T>(a);
    const T* const from = x.data<T>();
    T* const to = y.data<T>();
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const T sine = std::sin(factor * from[i]);
      to[i] = from[i] + sine * sine / factor;
    }
  });
}

// Before main() begins.
[[maybe_unused]] const bool registered = (snake_kernel.set(DeviceType::cpu, snake_on_cpu), true);

}  // namespace
