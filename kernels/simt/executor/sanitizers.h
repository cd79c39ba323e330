#pragma once

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef SIMT_TSAN
#include <sanitizer/tsan_interface.h>
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
void __tsan_func_entry(void* caller);
void __tsan_func_exit();
}
#endif

// What the sanitizers have to be told, because the device makes no calls that they intercept. Without a
// sanitizer these functions are empty.

namespace simt::asan {

inline void poison([[maybe_unused]] const void* start, [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __asan_poison_memory_region(start, bytes);
#endif
}
inline void unpoison([[maybe_unused]] const void* start, [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(start, bytes);
#endif
}
inline void start_switch([[maybe_unused]] void** fake_stack, [[maybe_unused]] const void* stack,
                         [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(fake_stack, stack, bytes);
#endif
}
inline void finish_switch([[maybe_unused]] void* fake_stack, [[maybe_unused]] const void** old_stack,
                          [[maybe_unused]] std::size_t* old_bytes) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(fake_stack, old_stack, old_bytes);
#endif
}

}  // namespace simt::asan

namespace simt::tsan {

#ifdef SIMT_TSAN
inline constexpr bool kEnabled = true;
#else
inline constexpr bool kEnabled = false;
#endif

/// A thread in ThreadSanitizer's view (a "fiber" of its interface).
using Context = void*;
/// A synchronization point: what one context does before a release is ordered before what another does after
/// a later acquire. ThreadSanitizer identifies points by address, so each is a word.
using Point = unsigned long long;

inline void acquire([[maybe_unused]] Point* point) {
#ifdef SIMT_TSAN
  __tsan_acquire(point);
#endif
}
inline void release([[maybe_unused]] Point* point) {
#ifdef SIMT_TSAN
  __tsan_release(point);
#endif
}
/// A new context, ordered after what its creator did so far. So the host creates them: contexts that device
/// threads created for each other would be ordered.
inline Context create([[maybe_unused]] const char* name) {
#ifdef SIMT_TSAN
  Context context = __tsan_create_fiber(0);
  __tsan_set_fiber_name(context, name);
  return context;
#else
  return nullptr;
#endif
}
inline void destroy([[maybe_unused]] Context context) {
#ifdef SIMT_TSAN
  __tsan_destroy_fiber(context);
#endif
}
inline Context current() {
#ifdef SIMT_TSAN
  return __tsan_get_current_fiber();
#else
  return nullptr;
#endif
}
/// Makes the OS thread act as this context. It orders nothing.
inline void switch_to([[maybe_unused]] Context context) {
#ifdef SIMT_TSAN
  __tsan_switch_to_fiber(context, __tsan_switch_to_fiber_no_sync);
#endif
}
inline void begin_ignoring() {
#ifdef SIMT_TSAN
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
}
inline void end_ignoring() {
#ifdef SIMT_TSAN
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
}
/// Work between enter_call() and leave_call() is reported as called from `caller`.
inline void enter_call([[maybe_unused]] void* caller) {
#ifdef SIMT_TSAN
  __tsan_func_entry(caller);
#endif
}
inline void leave_call() {
#ifdef SIMT_TSAN
  __tsan_func_exit();
#endif
}

/// Acts as a context until the end of the scope.
class As {
 public:
  explicit As(Context context) : before_(current()) { switch_to(context); }
  ~As() { switch_to(before_); }
  As(const As&) = delete;
  As& operator=(const As&) = delete;

 private:
  Context before_;
};

}  // namespace simt::tsan
