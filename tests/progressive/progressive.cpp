#include "tests/progressive/progressive.h"

#include "core/hook.h"
#include "core/kernel.h"

namespace tinytorch::testing {

void ProgressiveTest::SetUp() {
  ensure_registered();
  ASSERT_FALSE(replaced_by(module_).empty())
      << "nothing of " << module_ << " is in the framework; TINYTORCH_PLUGINS names what is";
}

std::vector<std::string> replaced_by(const std::string& plugin) {
  std::vector<std::string> names;
  for (const KernelSlot* slot : all_kernel_slots()) {
    for (const DeviceType type : {DeviceType::cpu, DeviceType::cuda}) {
      if (slot->provider(type) == plugin) names.emplace_back(slot->name());
    }
  }
  for (const HookSlot* hook : replaced_hooks()) {
    if (hook->provider() == plugin) names.emplace_back(hook->name());
  }
  return names;
}

}  // namespace tinytorch::testing
