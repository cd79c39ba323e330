#include "core/kernel.h"

#include <mutex>

#include "core/backend.h"
#include "core/format.h"

namespace tinytorch {

namespace {

std::vector<const KernelSlot*>& slots() {
  static std::vector<const KernelSlot*> list;
  return list;
}

}  // namespace

// Slots are variables of namespace scope: they are made before main, on one thread.
KernelSlot::KernelSlot(const char* name) : name_(name) { slots().push_back(this); }

const std::vector<const KernelSlot*>& all_kernel_slots() { return slots(); }

bool KernelSlot::has(DeviceType type) const {
  ensure_registered();
  return get(type) != nullptr;
}

KernelSlot::Function KernelSlot::replace_function(DeviceType type, Function function) {
  ensure_registered();
  return functions_[index(type)].exchange(function, std::memory_order_acq_rel);
}

KernelSlot::Function KernelSlot::find(DeviceType type) const {
  if (has(type)) return get(type);
  std::string others;
  for (const DeviceType other : {DeviceType::cpu, DeviceType::cuda}) {
    if (get(other) != nullptr) others += std::string(others.empty() ? "" : ", ") + tinytorch::name(other);
  }
  fail<DeviceError>(name_, "no kernel for {}; devices that have one: {}", tinytorch::name(type),
                    others.empty() ? "none" : others);
}

}  // namespace tinytorch
