#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace tinytorch {

/// What a scope in a Profile is.
enum class ScopeKind : std::uint8_t {
  user,      ///< a ProfileScope of the program
  layer,     ///< a call of a layer, with its description()
  op,        ///< a call of an op, from the program or from another op
  backward,  ///< the gradient rule of an op, in a backward pass
  kernel,    ///< a call of a kernel, or a copy between devices
};
inline constexpr std::size_t kScopeKinds = 5;

/// The name of a kind: scope, layer, op, backward, kernel.
const char* name(ScopeKind kind);

/// The number of the recording that a Profiler makes; 0: none does. For ProfileScope.
inline constinit std::atomic<std::uint64_t> recording_session{0};

/// A part of a thread's time with a name, which a Profiler records: from the construction to the destruction.
/// Scopes are inside one another: each belongs to the one that was begun last on its thread. Without a
/// Profiler, a scope only looks whether there is one.
/// ```cpp
/// Profiler profiler;
/// {
///   const ProfileScope scope("evaluation");
///   sum(relu(randn({100})));
/// }
/// std::cout << profiler.stop();
/// ```
class ProfileScope {
 public:
  /// @param name  copied
  explicit ProfileScope(const char* name, ScopeKind kind = ScopeKind::user) {
    if (is_recorded()) [[unlikely]]
      begin(name, kind);
  }
  /// @param make_name  returns the name as a std::string; called only if a Profiler records
  template <std::invocable MakeName>
  explicit ProfileScope(const MakeName& make_name, ScopeKind kind = ScopeKind::user) {
    if (is_recorded()) [[unlikely]]
      begin(make_name().c_str(), kind);
  }
  ~ProfileScope() {
    if (session_ != 0) [[unlikely]]
      end();
  }
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

  /// Whether a Profiler records the scopes that begin now.
  static bool is_recorded() { return recording_session.load(std::memory_order_relaxed) != 0; }

 private:
  void begin(const char* name, ScopeKind kind);
  void end() noexcept;

  std::uint64_t session_ = 0;  // the number of the recording that this scope is a part of
};

}  // namespace tinytorch
