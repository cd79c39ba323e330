#pragma once

#include <algorithm>
#include <atomic>
#include <type_traits>

#include "simt/one_of.h"

// CUDA's atomic functions, for the types that CUDA has them for.
namespace simt {

// CUDA's atomics are relaxed, and fences order them. ThreadSanitizer does not see fences, so under it each
// atomic acts as a fence.
#ifdef __SANITIZE_THREAD__
inline constexpr std::memory_order kAtomicOrder = std::memory_order_acq_rel;
#else
inline constexpr std::memory_order kAtomicOrder = std::memory_order_relaxed;
#endif

/// *address = change(*address), atomically. Returns the old value.
template <class T, class F>
T atomic_update(T* address, F change) {
  std::atomic_ref<T> target(*address);
  T old = target.load(std::memory_order_relaxed);
  while (!target.compare_exchange_weak(old, change(old), kAtomicOrder, std::memory_order_relaxed)) {
  }
  return old;
}

template <class T>
concept AtomicInteger = OneOf<T, int, unsigned, unsigned long long>;
template <class T>
concept AtomicNumber = AtomicInteger<T> || OneOf<T, float, double>;
template <class T>
concept AtomicOrdered = AtomicInteger<T> || OneOf<T, long long>;
template <class T>
using Same = std::type_identity_t<T>;

}  // namespace simt

// NOLINTBEGIN(readability-identifier-naming)

template <simt::AtomicNumber T>
T atomicAdd(T* address, simt::Same<T> value) {
  return simt::atomic_update(address, [=](T old) { return static_cast<T>(old + value); });
}
template <simt::OneOf<int, unsigned> T>
T atomicSub(T* address, simt::Same<T> value) {
  return simt::atomic_update(address, [=](T old) { return static_cast<T>(old - value); });
}
template <simt::AtomicOrdered T>
T atomicMax(T* address, simt::Same<T> value) {
  return simt::atomic_update(address, [=](T old) { return std::max(old, value); });
}
template <simt::AtomicOrdered T>
T atomicMin(T* address, simt::Same<T> value) {
  return simt::atomic_update(address, [=](T old) { return std::min(old, value); });
}
template <simt::AtomicInteger T>
T atomicAnd(T* address, simt::Same<T> value) {
  return simt::atomic_update(address, [=](T old) { return old & value; });
}
template <simt::AtomicInteger T>
T atomicOr(T* address, simt::Same<T> value) {
  return simt::atomic_update(address, [=](T old) { return old | value; });
}
template <simt::AtomicInteger T>
T atomicXor(T* address, simt::Same<T> value) {
  return simt::atomic_update(address, [=](T old) { return old ^ value; });
}
inline unsigned atomicInc(unsigned* address, unsigned limit) {
  return simt::atomic_update(address, [=](unsigned old) { return old >= limit ? 0 : old + 1; });
}
inline unsigned atomicDec(unsigned* address, unsigned limit) {
  return simt::atomic_update(address,
                             [=](unsigned old) { return old == 0 || old > limit ? limit : old - 1; });
}
template <class T>
requires(simt::AtomicInteger<T> || simt::OneOf<T, float>) T atomicExch(T* address, simt::Same<T> value) {
  return std::atomic_ref<T>(*address).exchange(value, simt::kAtomicOrder);
}
template <class T>
requires(simt::AtomicInteger<T> || simt::OneOf<T, unsigned short>) T
    atomicCAS(T* address, simt::Same<T> expected, simt::Same<T> value) {
  std::atomic_ref<T>(*address).compare_exchange_strong(expected, value, simt::kAtomicOrder,
                                                       std::memory_order_relaxed);
  return expected;
}

// NOLINTEND(readability-identifier-naming)
