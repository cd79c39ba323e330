// What -fsanitize=thread and -fsanitize-coverage=trace-pc make the compiler call, with their names. It is not
// ThreadSanitizer that is linked, but these: each access of a kernel is told to the observer of its block.
// The linker's option --wrap does the same for functions of the C library, which is not instrumented.
#include <dlfcn.h>

#include <cstddef>
#include <cstdint>

#include "kernels/simt/executor/multiprocessor.h"

namespace simt {
namespace {

std::uintptr_t number_of(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

[[noreturn]] void report(Multiprocessor& on, const void* address, const void* instruction) {
  Message message;
  message << "reads uninitialized shared memory, which no thread of the block has written";
  on.shared_memory().describe(message, address);
  on.fail(message.text(), on.observer().line_of(on.thread(), number_of(instruction)));
}

void access(const void* address, unsigned bytes, ThreadEvent::Kind kind, const void* instruction) {
  Multiprocessor* const on = Multiprocessor::running();
  if (on == nullptr) return;  // host code
  const ThreadEvent event{
      .instruction = number_of(instruction), .bytes = static_cast<unsigned char>(bytes), .kind = kind};
  if (on->observer().access(on->thread(), address, event)) report(*on, address, instruction);
}

/// An access of many bytes, as when a struct is copied: a GPU does it in parts of at most 16.
void access_range(const void* address, std::size_t bytes, ThreadEvent::Kind kind, const void* instruction) {
  constexpr std::size_t kMost = 16;
  for (std::size_t i = 0; i < bytes; i += kMost) {
    const std::size_t rest = bytes - i;
    access(static_cast<const char*>(address) + i, static_cast<unsigned>(rest < kMost ? rest : kMost), kind,
           instruction);
  }
}

/// The read before an atomic exchange, which counts as one atomic access with it.
void read_of_atomic(const void* address, unsigned bytes, const void* instruction) {
  Multiprocessor* const on = Multiprocessor::running();
  if (on != nullptr && on->observer().uncounted_read(address, bytes)) report(*on, address, instruction);
}

/// The C library's function of this name, where calls of it are linked to one of those below.
template <class F>
F* library_function(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

}  // namespace
}  // namespace simt

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming, bugprone-macro-parentheses)
#define SIMT_RETURN_ADDRESS __builtin_return_address(0)

#define SIMT_ACCESS(bytes)                                                             \
  void __tsan_read##bytes(void* address) {                                             \
    simt::access(address, bytes, simt::ThreadEvent::Kind::load, SIMT_RETURN_ADDRESS);  \
  }                                                                                    \
  void __tsan_write##bytes(void* address) {                                            \
    simt::access(address, bytes, simt::ThreadEvent::Kind::store, SIMT_RETURN_ADDRESS); \
  }                                                                                    \
  void __tsan_unaligned_read##bytes(void* address) {                                   \
    simt::access(address, bytes, simt::ThreadEvent::Kind::load, SIMT_RETURN_ADDRESS);  \
  }                                                                                    \
  void __tsan_unaligned_write##bytes(void* address) {                                  \
    simt::access(address, bytes, simt::ThreadEvent::Kind::store, SIMT_RETURN_ADDRESS); \
  }

#define SIMT_ATOMIC_ACCESS(kind)                                                                     \
  simt::access(const_cast<const void*>(static_cast<const volatile void*>(address)), sizeof *address, \
               simt::ThreadEvent::Kind::kind, SIMT_RETURN_ADDRESS)

#define SIMT_ATOMIC_UPDATE(bits, T, name)                             \
  T __tsan_atomic##bits##_##name(volatile T* address, T value, int) { \
    SIMT_ATOMIC_ACCESS(atomic);                                       \
    return __atomic_##name(address, value, __ATOMIC_SEQ_CST);         \
  }

#define SIMT_ATOMIC_COMPARE_EXCHANGE(bits, T, strength)                                                      \
  int __tsan_atomic##bits##_compare_exchange_##strength(volatile T* address, T* expected, T value, int,      \
                                                        int) {                                               \
    SIMT_ATOMIC_ACCESS(atomic);                                                                              \
    return __atomic_compare_exchange_n(address, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
  }

#define SIMT_ATOMIC(bits, T)                                                                           \
  T __tsan_atomic##bits##_load(const volatile T* address, int) {                                       \
    simt::read_of_atomic(const_cast<const T*>(address), sizeof(T), SIMT_RETURN_ADDRESS);               \
    return __atomic_load_n(address, __ATOMIC_SEQ_CST);                                                 \
  }                                                                                                    \
  void __tsan_atomic##bits##_store(volatile T* address, T value, int) {                                \
    SIMT_ATOMIC_ACCESS(store);                                                                         \
    __atomic_store_n(address, value, __ATOMIC_SEQ_CST);                                                \
  }                                                                                                    \
  T __tsan_atomic##bits##_exchange(volatile T* address, T value, int) {                                \
    SIMT_ATOMIC_ACCESS(atomic);                                                                        \
    return __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST);                                      \
  }                                                                                                    \
  SIMT_ATOMIC_COMPARE_EXCHANGE(bits, T, strong)                                                        \
  SIMT_ATOMIC_COMPARE_EXCHANGE(bits, T, weak)                                                          \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T* address, T expected, T value, int, int) {   \
    SIMT_ATOMIC_ACCESS(atomic);                                                                        \
    __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    return expected;                                                                                   \
  }                                                                                                    \
  SIMT_ATOMIC_UPDATE(bits, T, fetch_add)                                                               \
  SIMT_ATOMIC_UPDATE(bits, T, fetch_sub)                                                               \
  SIMT_ATOMIC_UPDATE(bits, T, fetch_and)                                                               \
  SIMT_ATOMIC_UPDATE(bits, T, fetch_or)                                                                \
  SIMT_ATOMIC_UPDATE(bits, T, fetch_xor)                                                               \
  SIMT_ATOMIC_UPDATE(bits, T, fetch_nand)

extern "C" {

void __tsan_init() {}
void __tsan_vptr_read(void** /*address*/) {}
void __tsan_vptr_update(void** /*address*/, void* /*value*/) {}

SIMT_ACCESS(1)
SIMT_ACCESS(2)
SIMT_ACCESS(4)
SIMT_ACCESS(8)
SIMT_ACCESS(16)
void __tsan_read_range(void* address, unsigned long bytes) {
  simt::access_range(address, bytes, simt::ThreadEvent::Kind::load, SIMT_RETURN_ADDRESS);
}
void __tsan_write_range(void* address, unsigned long bytes) {
  simt::access_range(address, bytes, simt::ThreadEvent::Kind::store, SIMT_RETURN_ADDRESS);
}

SIMT_ATOMIC(8, unsigned char)
SIMT_ATOMIC(16, unsigned short)
SIMT_ATOMIC(32, unsigned)
SIMT_ATOMIC(64, unsigned long)
void __tsan_atomic_thread_fence(int /*order*/) {}
void __tsan_atomic_signal_fence(int /*order*/) {}

void* __wrap_memcpy(void* to, const void* from, std::size_t bytes) {
  static auto* const copy = simt::library_function<void*(void*, const void*, std::size_t)>("memcpy");
  simt::access_range(from, bytes, simt::ThreadEvent::Kind::load, SIMT_RETURN_ADDRESS);
  simt::access_range(to, bytes, simt::ThreadEvent::Kind::store, SIMT_RETURN_ADDRESS);
  return copy(to, from, bytes);
}
void* __wrap_memmove(void* to, const void* from, std::size_t bytes) {
  static auto* const move = simt::library_function<void*(void*, const void*, std::size_t)>("memmove");
  simt::access_range(from, bytes, simt::ThreadEvent::Kind::load, SIMT_RETURN_ADDRESS);
  simt::access_range(to, bytes, simt::ThreadEvent::Kind::store, SIMT_RETURN_ADDRESS);
  return move(to, from, bytes);
}
void* __wrap_memset(void* to, int value, std::size_t bytes) {
  static auto* const set = simt::library_function<void*(void*, int, std::size_t)>("memset");
  simt::access_range(to, bytes, simt::ThreadEvent::Kind::store, SIMT_RETURN_ADDRESS);
  return set(to, value, bytes);
}

void __tsan_func_entry(void* caller) {
  if (simt::Multiprocessor* const on = simt::Multiprocessor::running())
    on->observer().call(on->thread(), simt::number_of(caller));
}
void __tsan_func_exit() {
  if (simt::Multiprocessor* const on = simt::Multiprocessor::running()) on->observer().leave(on->thread());
}
void __sanitizer_cov_trace_pc() {
  if (simt::Multiprocessor* const on = simt::Multiprocessor::running())
    on->observer().basic_block(on->thread(), simt::number_of(SIMT_RETURN_ADDRESS));
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming, bugprone-macro-parentheses)
