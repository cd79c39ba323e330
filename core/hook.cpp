#include "core/hook.h"

#include <mutex>

#include "core/internal/provider.h"

namespace tinytorch {
namespace {

struct HookList {
  std::mutex mutex;
  std::vector<const HookSlot*> hooks;
};

HookList& hook_list() {
  static HookList list;
  return list;
}

}  // namespace

void ensure_plugins() { load_plugins_of_environment(); }

std::string HookSlot::provider() const {
  ensure_plugins();
  const char* const name = provider_.load();
  return name == nullptr ? "" : name;
}

void HookSlot::note_replaced() {
  if (!listed_.exchange(true)) {
    const std::lock_guard lock(hook_list().mutex);
    hook_list().hooks.push_back(this);
  }
  provider_ = current_provider();
}

std::vector<const HookSlot*> replaced_hooks() {
  ensure_plugins();
  const std::lock_guard lock(hook_list().mutex);
  return hook_list().hooks;
}

}  // namespace tinytorch
