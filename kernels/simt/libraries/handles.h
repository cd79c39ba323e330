#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_set>

namespace simt {

/// The live objects of a type to which callers hold handles. A handle that was destroyed or never created is
/// detected without dereferencing it.
template <class T>
class Handles {
 public:
  T* create() {
    T* handle = new T();
    const std::lock_guard lock(mutex_);
    live_.insert(key(handle));
    return handle;
  }

  /// @return  false: there is no such handle
  bool destroy(T* handle) {
    {
      const std::lock_guard lock(mutex_);
      if (live_.erase(key(handle)) == 0) return false;
    }
    delete handle;
    return true;
  }

  bool live(const T* handle) const {
    const std::lock_guard lock(mutex_);
    return live_.contains(key(handle));
  }

 private:
  // Inverted: a pointer stored here would hide from LeakSanitizer that the caller leaked its own.
  static std::uintptr_t key(const T* handle) { return ~reinterpret_cast<std::uintptr_t>(handle); }

  mutable std::mutex mutex_;
  std::unordered_set<std::uintptr_t> live_;
};

/// Never destroyed, because destructors of static objects may still destroy handles.
template <class T>
Handles<T>& handles() {
  static auto& all = *new Handles<T>();
  return all;
}

template <class T>
bool is_live(const T* handle) {
  return handles<T>().live(handle);
}

}  // namespace simt
