#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_set>

namespace simt {

/// The objects of a kind that callers hold handles of, so that a handle which was destroyed or never made is
/// told without looking at what it points to.
template <class T>
class Handles {
 public:
  T* create() {
    T* handle = new T();
    const std::lock_guard lock(mutex_);
    live_.insert(key(handle));
    return handle;
  }

  /// @return  false: no such handle
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
  // Inverted: a pointer kept here would hide from LeakSanitizer that the caller lost its own.
  static std::uintptr_t key(const T* handle) { return ~reinterpret_cast<std::uintptr_t>(handle); }

  mutable std::mutex mutex_;
  std::unordered_set<std::uintptr_t> live_;
};

/// Never destroyed, because handles may be given back by destructors of static objects.
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
