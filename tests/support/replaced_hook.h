#pragma once

namespace tinytorch::testing {

/// Replaces a hook's function while it exists.
template <class Hook>
class ReplacedHook {
 public:
  ReplacedHook(Hook& hook, typename Hook::Function function) : hook_(hook), before_(hook.replace(function)) {}
  ~ReplacedHook() { hook_.replace(before_); }
  ReplacedHook(const ReplacedHook&) = delete;
  ReplacedHook& operator=(const ReplacedHook&) = delete;

 private:
  Hook& hook_;
  typename Hook::Function before_;
};

}  // namespace tinytorch::testing
