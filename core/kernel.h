#pragma once

#include <array>
#include <atomic>
#include <span>
#include <tuple>
#include <vector>

#include "core/device.h"
#include "core/tensor.h"

namespace tinytorch {

/// Calls register_all_kernels() the first time.
void ensure_registered();

/// The name of the slot that this thread called last, for the messages of errors in kernels.
inline constinit thread_local const char* current_op = "";

/// The base of all kernel slots: a name and one kernel for each device type.
class KernelSlot {
 public:
  KernelSlot(const KernelSlot&) = delete;
  KernelSlot& operator=(const KernelSlot&) = delete;

  const char* name() const { return name_; }
  /// True where this device type has the kernel.
  bool has(DeviceType type) const;

 protected:
  using Function = void (*)();

  // Constant-initialised, so that the slots exist before any tensor that is made before main().
  constexpr explicit KernelSlot(const char* name) : name_(name) {}
  Function get(DeviceType type) const { return functions_[index(type)].load(std::memory_order_acquire); }
  /// Stores a kernel, lists the slot in all_kernel_slots() and returns the kernel that was there.
  Function exchange(DeviceType type, Function function);

  /// The kernel for `type` where get() returned none: registers all kernels on first use.
  /// @throws DeviceError  there is still none; the message lists the devices that have one
  Function find(DeviceType type) const;

  static DeviceType device_type_of(const Tensor& x) { return x.device().type; }
  template <class T>
  static DeviceType device_type_of(std::span<T> items) {
    return items.front().device().type;
  }

 private:
  static std::size_t index(DeviceType type) { return static_cast<std::size_t>(type); }

  const char* name_;
  std::array<std::atomic<Function>, kDeviceTypes> functions_{};
  std::atomic<bool> listed_{false};
};

/// All slots of the program that ever had a kernel, in no particular order.
std::vector<const KernelSlot*> all_kernel_slots();

template <class Signature>
class Kernel;

/// A typed slot for the kernels of one op, declared `inline` in the op's NAME_kernels.h. The last argument
/// selects the device: the output, or a span of items that have a device(). The op checks the arguments and
/// allocates the output; kernels do neither.
/// ```cpp
/// static Kernel<void(const Tensor& x, Tensor& y)> plus_one{"plus_one"};
/// plus_one.set(DeviceType::cpu, [](const Tensor& x, Tensor& y) {
///   *y.data<float>() = *x.data<float>() + 1;
/// });
/// Tensor y = empty({1});
/// plus_one(Tensor{2.0}, y);
/// std::cout << y;  // [3.]
/// ```
template <class... Args>
class Kernel<void(Args...)> : public KernelSlot {
 public:
  using Function = void (*)(Args...);

  constexpr explicit Kernel(const char* name) : KernelSlot(name) {}

  /// Sets the kernel of a device type; called by the register_...() functions of kernels/.
  void set(DeviceType type, Function function) { exchange(type, erased(function)); }

  /// Replaces the kernel of a device type at run time, by a user's own, say.
  /// @return  the kernel that was there, or null
  Function replace(DeviceType type, Function function) {
    ensure_registered();
    return reinterpret_cast<Function>(exchange(type, erased(function)));
  }

  /// Calls the kernel of the last argument's device type.
  /// @throws DeviceError  there is none
  void operator()(Args... args) const {
    const auto& last = std::get<sizeof...(Args) - 1>(std::forward_as_tuple(args...));
    current_op = name();
    function_for(device_type_of(last))(args...);
  }

 private:
  static KernelSlot::Function erased(Function function) {
    return reinterpret_cast<KernelSlot::Function>(function);
  }

  Function function_for(DeviceType type) const {
    KernelSlot::Function function = get(type);
    return reinterpret_cast<Function>(function ? function : find(type));
  }
};

/// Registers the backends and kernels of this build. Defined in kernels/; called once, before a slot or a
/// device other than the CPU is first used.
void register_all_kernels();

}  // namespace tinytorch
