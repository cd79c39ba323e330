// Replaces kernels/cuda in builds without CUDA.
#include "core/error.h"
#include "core/internal/backend.h"
#include "kernels/register.h"

namespace tinytorch {
namespace {

class NoCuda final : public Backend {
 public:
  int count() const override { return 0; }
  std::string unavailable_reason() const override {
    return "TinyTorch was built without CUDA; use the CPU (--backend cpu on the command line, Device::cpu() "
           "in "
           "code), or build with CUDA (name cuda in the arguments of ./tito run, or TITO_PRESET=emulated)";
  }
  std::string describe(int) const override { refuse(); }
  Allocator& allocator(int) override { refuse(); }
  std::shared_ptr<StreamState> make_stream(int) override { refuse(); }
  std::unique_ptr<EventState> make_event(int) override { refuse(); }
  std::shared_ptr<StreamState> current_stream(int) override { refuse(); }
  void set_current_stream(StreamState&) override { refuse(); }
  void synchronize(int) override { refuse(); }
  void copy(const void*, Device, void*, Device, std::size_t) override { refuse(); }

 private:
  [[noreturn]] void refuse() const { throw DeviceError(unavailable_reason()); }
};

}  // namespace

void register_cuda() {
  static NoCuda backend;
  register_backend(DeviceType::cuda, backend);
}

}  // namespace tinytorch
