#pragma once

#include <array>
#include <atomic>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include "core/device.h"
#include "core/tensor.h"

namespace tinytorch {

/// Calls register_all_kernels() the first time.
void ensure_registered();

/// The slot that this thread called last, for messages of errors that come from below.
inline constinit thread_local const char* current_op = "";

/// A slot that kernels are put into, one for each type of device. This base is what all slots have in common.
class KernelSlot {
 public:
  KernelSlot(const KernelSlot&) = delete;
  KernelSlot& operator=(const KernelSlot&) = delete;

  const char* name() const { return name_; }
  /// True where this type of device has the kernel.
  bool has(DeviceType type) const;

 protected:
  using Function = void (*)();

  // Constant-initialised, so that a tensor made before main finds all slots in being.
  constexpr explicit KernelSlot(const char* name) : name_(name) {}
  Function get(DeviceType type) const { return functions_[index(type)].load(std::memory_order_acquire); }
  /// Puts a function in, and the slot into all_kernel_slots(); returns the function that was there.
  Function exchange(DeviceType type, Function function);

  /// The function for `type` when get() had none: fills the slots on first use.
  /// @throws DeviceError  still none; says which devices have one
  Function find(DeviceType type) const;

 private:
  static std::size_t index(DeviceType type) { return static_cast<std::size_t>(type); }

  const char* name_;
  std::array<std::atomic<Function>, kDeviceTypes> functions_{};
  std::atomic<bool> listed_{false};
};

/// Every slot of the program that a kernel was ever put into, in no particular order.
std::vector<const KernelSlot*> all_kernel_slots();

template <class Signature>
class Kernel;

/// A typed slot, declared beside the function that calls it:
///     inline Kernel<void(const Tensor& x, Tensor& y)> relu{"relu"};
/// The last argument decides the device: the output, or a span of things that have one.
/// Kernels get arguments that were checked and outputs that were allocated; they do neither.
template <class... Args>
class Kernel<void(Args...)> : public KernelSlot {
 public:
  using Function = void (*)(Args...);

  constexpr explicit Kernel(const char* name) : KernelSlot(name) {}

  /// Puts a kernel in; for the register_... functions of kernels/.
  void set(DeviceType type, Function function) { exchange(type, erased(function)); }

  /// Puts another kernel in at run time, a student's or a plug-in's, and returns the one that was there (or
  /// null).
  Function replace(DeviceType type, Function function) {
    ensure_registered();
    return reinterpret_cast<Function>(exchange(type, erased(function)));
  }

  void operator()(Args... args) const;

 private:
  static KernelSlot::Function erased(Function function) {
    return reinterpret_cast<KernelSlot::Function>(function);
  }

  Function function_for(DeviceType type) const {
    KernelSlot::Function function = get(type);
    return reinterpret_cast<Function>(function ? function : find(type));
  }
};

namespace detail {
inline DeviceType device_type_of(const Tensor& x) { return x.device().type; }
template <class T>
DeviceType device_type_of(std::span<T> items) {
  return items.front().device().type;
}
}  // namespace detail

template <class... Args>
void Kernel<void(Args...)>::operator()(Args... args) const {
  const auto& last = std::get<sizeof...(Args) - 1>(std::forward_as_tuple(args...));
  current_op = name();
  function_for(detail::device_type_of(last))(args...);
}

/// Fills every slot with the kernels that this build has and registers its backends. Defined by kernels/;
/// called once, before a slot or a device other than the CPU is first used.
void register_all_kernels();

}  // namespace tinytorch
