#pragma once

#include <atomic>
#include <string>
#include <vector>

namespace tinytorch {

/// The base of all hooks: a name, and the plug-in that replaced the function.
class HookSlot {
 public:
  HookSlot(const HookSlot&) = delete;
  HookSlot& operator=(const HookSlot&) = delete;

  const char* name() const { return name_; }
  /// The name of the plug-in that replaced the function; empty if none did.
  std::string provider() const;

 protected:
  constexpr explicit HookSlot(const char* name) : name_(name) {}
  /// Lists the hook as replaced, by the plug-in that this thread is loading.
  void note_replaced();

 private:
  const char* name_;
  std::atomic<const char*> provider_ = nullptr;
  std::atomic<bool> listed_ = false;
};

/// Loads the plug-ins of TINYTORCH_PLUGINS on the first call: see core/plugin.h.
void ensure_plugins();

/// The hooks whose functions were replaced, in no particular order.
std::vector<const HookSlot*> replaced_hooks();

template <class Signature>
class Hook;

/// A function of the host that a plug-in can replace, as a Kernel is one for a device: a schedule's formula,
/// the order of a shuffled epoch.
/// ```cpp
/// static Hook<double(double)> half{"half", [](double x) { return x / 2; }};
/// std::cout << half(3) << '\n';  // 1.5
/// half.replace([](double x) { return x * 0.25; });
/// std::cout << half(3) << '\n';  // 0.75
/// ```
template <class R, class... Args>
class Hook<R(Args...)> : public HookSlot {
 public:
  using Function = R (*)(Args...);

  // Constant-initialized, so that it can be called before main().
  /// @param function  null: the hook can be called once it is replaced
  constexpr Hook(const char* name, Function function) : HookSlot(name), function_(function) {}

  /// Whether there is a function to call.
  explicit operator bool() const {
    ensure_plugins();
    return function_.load(std::memory_order_acquire) != nullptr;
  }

  /// @return  the previous function
  Function replace(Function function) {
    ensure_plugins();
    note_replaced();
    return function_.exchange(function, std::memory_order_acq_rel);
  }
  R operator()(Args... args) const {
    ensure_plugins();
    return function_.load(std::memory_order_acquire)(static_cast<Args&&>(args)...);
  }

 private:
  std::atomic<Function> function_;
};

}  // namespace tinytorch
