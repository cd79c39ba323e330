// Stands in for kernels/cuda where TinyTorch is built without CUDA.
#include "core/backend.h"
#include "core/error.h"
#include "kernels/register.h"

namespace tinytorch {
namespace {

class NoCuda final : public Backend {
 public:
  int count() const override { return 0; }
  std::string unavailable_reason() const override {
    return "TinyTorch was built without CUDA; use the CPU: --backend cpu on the command line, Device::cpu() "
           "in code";
  }
  std::string describe(int) const override { throw DeviceError(unavailable_reason()); }
  Allocator& allocator(int) override { throw DeviceError(unavailable_reason()); }
};

}  // namespace

void register_cuda() {
  static NoCuda backend;
  register_backend(DeviceType::cuda, backend);
}

}  // namespace tinytorch
