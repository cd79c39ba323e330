#pragma once

#include <array>
#include <atomic>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "core/device.h"
#include "core/internal/kernel_work.h"
#include "core/profile_scope.h"
#include "core/tensor.h"

namespace tinytorch {

/// Calls register_all_kernels() on the first call, and loads the plug-ins of TINYTORCH_PLUGINS: see
/// core/plugin.h.
void ensure_registered();

/// The name of the slot that this thread called last, for error messages of kernels.
inline constinit thread_local const char* current_op = "";

/// The base of all kernel slots: a name and one kernel for each device type.
class KernelSlot {
 public:
  KernelSlot(const KernelSlot&) = delete;
  KernelSlot& operator=(const KernelSlot&) = delete;

  const char* name() const { return name_; }
  /// True if the slot has a kernel for this device type.
  bool has(DeviceType type) const;
  /// The name of the plug-in that put the kernel into the slot; empty if none did.
  std::string provider(DeviceType type) const;

 protected:
  using Function = void (*)();

  // Constant-initialized, so that slots exist before any static tensor is initialized.
  constexpr explicit KernelSlot(const char* name) : name_(name) {}
  Function get(DeviceType type) const { return functions_[index(type)].load(std::memory_order_acquire); }
  /// Stores a kernel, lists the slot in all_kernel_slots() and returns the previous kernel.
  Function exchange(DeviceType type, Function function);

  /// The kernel for `type`, after get() returned null: registers all kernels on first use.
  /// @throws DeviceError  there is none; the message lists the devices that have one
  Function find(DeviceType type) const;
  [[noreturn]] void fail_without_output() const;

  /// @throws ValueError  the output that selects the kernel is undefined
  Device device_of(const Tensor& output) const {
    if (!output.defined()) [[unlikely]]
      fail_without_output();
    return output.device();
  }
  template <class T>
  Device device_of(std::span<T> items) const {
    return items.front().device();
  }

 private:
  static std::size_t index(DeviceType type) { return static_cast<std::size_t>(type); }

  const char* name_;
  std::array<std::atomic<Function>, kDeviceTypes> functions_{};
  std::array<std::atomic<const char*>, kDeviceTypes> providers_{};  // null: TinyTorch, or the program itself
  std::atomic<bool> listed_{false};
};

/// All slots of the program that have or had a kernel, in no particular order.
std::vector<const KernelSlot*> all_kernel_slots();

template <class Signature>
class Kernel;

/// A slot for the kernels of one op: a function for each device type. It is declared `inline` in the op's
/// NAME_kernels.h. The device of the last argument selects the kernel; that argument is the output, or a span
/// of items that have a device(). The op checks the arguments and allocates the output; kernels do neither.
/// ```cpp
/// static Kernel<void(const Tensor& x, Tensor& y)> increment{"increment"};
/// increment.set(DeviceType::cpu, [](const Tensor& x, Tensor& y) {
///   for (std::int64_t i = 0; i < x.numel(); ++i) y.data<float>()[i] = x.data<float>()[i] + 1;
/// });
/// Tensor y = empty({2});
/// increment(Tensor{2.0, 3.0}, y);
/// std::cout << y;  // [3. 4.]
/// ```
template <class... Args>
class Kernel<void(Args...)> : public KernelSlot {
 public:
  using Function = void (*)(Args...);
  /// The number of operations of a call, for a Profiler: see ProfileWork.
  using Operations = double (*)(const std::remove_reference_t<Args>&... args);

  /// @param operations  null: not counted
  constexpr explicit Kernel(const char* name, Operations operations = nullptr)
      : KernelSlot(name), operations_(operations) {}

  /// Sets the kernel for a device type; called by the register_...() functions of kernels/.
  void set(DeviceType type, Function function) { exchange(type, erased(function)); }

  /// Replaces the kernel for a device type at run time, for example with one of your own.
  /// @return  the previous kernel, or null
  Function replace(DeviceType type, Function function) {
    ensure_registered();
    return reinterpret_cast<Function>(exchange(type, erased(function)));
  }

  /// Calls the kernel for the last argument's device type.
  /// @throws DeviceError  there is none
  /// @throws ValueError   the last argument is undefined
  void operator()(Args... args) const {
    const Device device = device_of(std::get<sizeof...(Args) - 1>(std::forward_as_tuple(args...)));
    current_op = name();
    const Function function = function_for(device.type);
    if (ProfileScope::is_recorded()) [[unlikely]]
      return call_recorded(device, function, args...);
    function(args...);
  }

 private:
  // Apart, because it is called seldom and from many ops.
  [[gnu::noinline]] void call_recorded(Device device, Function function, Args... args) const {
    const ProfileScope scope(name(), ScopeKind::kernel);
    record_work((argument_bytes(args) + ... + 0), operations_ == nullptr ? 0 : operations_(args...));
    function(args...);
    wait_for_recorded_kernel(device);
  }

  static KernelSlot::Function erased(Function function) {
    return reinterpret_cast<KernelSlot::Function>(function);
  }

  Function function_for(DeviceType type) const {
    KernelSlot::Function function = get(type);
    return reinterpret_cast<Function>(function ? function : find(type));
  }

  Operations operations_;
};

/// Registers the backends and kernels of this build. It is defined in kernels/ and called once, before the
/// first use of a slot or of a device other than the CPU.
void register_all_kernels();

}  // namespace tinytorch
