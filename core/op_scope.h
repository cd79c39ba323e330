#pragma once

#include "core/profile_scope.h"

namespace tinytorch {

/// While it exists, the errors of all ops on this thread name `op`. An op that is composed of others begins
/// with one, so that an error names the op that was called, and none that it is composed of. Of nested ones,
/// the outermost counts. For a Profiler each one is a scope.
/// ```cpp
/// template <TensorLike T>
/// T variance_of_rows(const T& x) {
///   const OpScope scope("variance_of_rows");
///   return mean(square(x - mean(x, {1}, true)), {1});  // [variance_of_rows] axis 1 is out of range ...
/// }
/// ```
class OpScope {
 public:
  explicit OpScope(const char* op) : profile_scope_(op, ScopeKind::op), is_outermost_(current_op == nullptr) {
    if (is_outermost_) current_op = op;
  }
  ~OpScope() {
    if (is_outermost_) current_op = nullptr;
  }
  OpScope(const OpScope&) = delete;
  OpScope& operator=(const OpScope&) = delete;

  /// The op that errors name; null outside of all scopes.
  static const char* current() { return current_op; }

 private:
  static inline constinit thread_local const char* current_op = nullptr;
  ProfileScope profile_scope_;
  bool is_outermost_;
};

}  // namespace tinytorch
