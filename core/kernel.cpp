#include "core/kernel.h"

#include <mutex>

#include "core/internal/format.h"
#include "core/internal/provider.h"

namespace tinytorch {

namespace {

struct SlotList {
  std::mutex mutex;
  std::vector<const KernelSlot*> slots;
};

SlotList& slot_list() {
  static SlotList list;
  return list;
}

}  // namespace

void ensure_registered() {
  static std::once_flag once;
  std::call_once(once, register_all_kernels);
  load_plugins_of_environment();
}

std::vector<const KernelSlot*> all_kernel_slots() {
  ensure_registered();
  const std::lock_guard lock(slot_list().mutex);
  return slot_list().slots;
}

bool KernelSlot::has(DeviceType type) const {
  ensure_registered();
  return get(type) != nullptr;
}

std::string KernelSlot::provider(DeviceType type) const {
  const char* const name = has(type) ? providers_[index(type)].load() : nullptr;
  return name == nullptr ? "" : name;
}

KernelSlot::Function KernelSlot::exchange(DeviceType type, Function function) {
  if (!listed_.exchange(true)) {
    const std::lock_guard lock(slot_list().mutex);
    slot_list().slots.push_back(this);
  }
  providers_[index(type)] = current_provider();
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

void KernelSlot::fail_without_output() const {
  fail<ValueError>(name_, "the output, which selects the kernel by its device, is undefined");
}

}  // namespace tinytorch
