#pragma once

#include <mutex>

namespace tinytorch {

/// Calls `lock` before this process forks, and `unlock` afterwards in both processes. Of several, the last
/// is locked first.
void lock_during_forks(void (*lock)(), void (*unlock)());

/// Holds a static mutex during its lifetime. A fork waits until no thread holds the mutex: the child process
/// has only the thread that forked, and could never lock what another thread holds.
template <std::mutex& mutex>
class ForkSafeLock {
 public:
  ForkSafeLock() : lock_(registered()) {}

 private:
  static std::mutex& registered() {
    static const bool once = (lock_during_forks([] { mutex.lock(); }, [] { mutex.unlock(); }), true);
    static_cast<void>(once);
    return mutex;
  }

  std::lock_guard<std::mutex> lock_;
};

}  // namespace tinytorch
