// Vectors of the instruction set with the operators of scalars, so that the formulas of kernels/math are
// written once for both. Compiled once for each instruction set: see kernels/cpu/targets.h.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <hwy/cache_control.h>

#include "kernels/math/host_device.h"

#undef BEGIN_MATH
#undef END_MATH
#define BEGIN_MATH                                \
  HWY_BEFORE_NAMESPACE();                         \
  namespace tinytorch::cpu::HWY_NAMESPACE::math { \
  using namespace tinytorch::math;
#define END_MATH \
  }              \
  HWY_AFTER_NAMESPACE();

#if defined(TINYTORCH_CPU_VECTOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_VECTOR_INL_H
#undef TINYTORCH_CPU_VECTOR_INL_H
#else
#define TINYTORCH_CPU_VECTOR_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// False where a vector has one element, or is emulated without the rounding functions of IEEE 754
/// (Highway 1.0), or has no fused multiply-add, on which formulas rely: there loops are over scalars, which
/// the compiler may vectorize.
inline constexpr bool kHasVectors = HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && HWY_NATIVE_FMA;

/// The result of a comparison, for select().
template <class T>
struct Mask {
  hn::Mask<hn::ScalableTag<T>> bits;

  friend HWY_INLINE Mask operator&(Mask a, Mask b) { return {hn::And(a.bits, b.bits)}; }
  friend HWY_INLINE Mask operator|(Mask a, Mask b) { return {hn::Or(a.bits, b.bits)}; }
  friend HWY_INLINE Mask operator^(Mask a, Mask b) { return {hn::Xor(a.bits, b.bits)}; }
  friend HWY_INLINE Mask operator!(Mask a) { return {hn::Not(a.bits)}; }
};

/// As many elements of type T as a register holds.
template <class T>
class Vector {
 public:
  using Element = T;
  using Tag = hn::ScalableTag<T>;
  using Register = hn::Vec<Tag>;
  static constexpr std::int64_t kLanes = HWY_LANES(T);

  Vector() = default;
  HWY_INLINE Vector(Register x) : value(x) {}
  /// The scalar in each lane.
  template <class S>
  requires std::is_arithmetic_v<S> HWY_INLINE explicit Vector(S x)
      : value(hn::Set(Tag(), static_cast<T>(x))) {}

  static HWY_INLINE Vector load(const T* x) { return hn::LoadU(Tag(), x); }
  HWY_INLINE void store(T* y) const { hn::StoreU(value, Tag(), y); }
  /// The first n < kLanes elements; the others are 0.
  static HWY_INLINE Vector load_first(const T* x, std::int64_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
    T elements[kLanes] = {};
    for (std::int64_t i = 0; i < n; ++i) elements[i] = x[i];
    return load(elements);
#else
    return hn::MaskedLoad(hn::FirstN(Tag(), static_cast<std::size_t>(n)), Tag(), x);
#endif
  }
  HWY_INLINE void store_first(T* y, std::int64_t n) const {
#if HWY_MEM_OPS_MIGHT_FAULT
    T elements[kLanes];
    store(elements);
    for (std::int64_t i = 0; i < n; ++i) y[i] = elements[i];
#else
    hn::BlendedStore(value, hn::FirstN(Tag(), static_cast<std::size_t>(n)), Tag(), y);
#endif
  }
  /// Stores past the caches; y is aligned to a register.
  HWY_INLINE void stream(T* y) const { hn::Stream(value, Tag(), y); }

  friend HWY_INLINE Vector operator+(Vector a, Vector b) { return hn::Add(a.value, b.value); }
  friend HWY_INLINE Vector operator-(Vector a, Vector b) { return hn::Sub(a.value, b.value); }
  friend HWY_INLINE Vector operator*(Vector a, Vector b) { return hn::Mul(a.value, b.value); }
  friend HWY_INLINE Vector operator/(Vector a, Vector b) { return hn::Div(a.value, b.value); }
  friend HWY_INLINE Vector operator-(Vector a) { return hn::Neg(a.value); }
  friend HWY_INLINE Vector operator&(Vector a, Vector b) { return hn::And(a.value, b.value); }
  friend HWY_INLINE Vector operator|(Vector a, Vector b) { return hn::Or(a.value, b.value); }
  friend HWY_INLINE Vector operator^(Vector a, Vector b) { return hn::Xor(a.value, b.value); }
  friend HWY_INLINE Mask<T> operator<(Vector a, Vector b) { return {hn::Lt(a.value, b.value)}; }
  friend HWY_INLINE Mask<T> operator>(Vector a, Vector b) { return {hn::Gt(a.value, b.value)}; }
  friend HWY_INLINE Mask<T> operator<=(Vector a, Vector b) { return {hn::Le(a.value, b.value)}; }
  friend HWY_INLINE Mask<T> operator>=(Vector a, Vector b) { return {hn::Ge(a.value, b.value)}; }
  friend HWY_INLINE Mask<T> operator==(Vector a, Vector b) { return {hn::Eq(a.value, b.value)}; }
  // hn::Ne() is false for NaN on some instruction sets.
  friend HWY_INLINE Mask<T> operator!=(Vector a, Vector b) { return {hn::Not(hn::Eq(a.value, b.value))}; }
  HWY_INLINE Vector& operator+=(Vector b) { return *this = *this + b; }
  HWY_INLINE Vector& operator-=(Vector b) { return *this = *this - b; }
  HWY_INLINE Vector& operator*=(Vector b) { return *this = *this * b; }

  Register value;
};

/// a where the mask is set, else b.
template <class T>
HWY_INLINE Vector<T> select(Mask<T> mask, Vector<T> a, Vector<T> b) {
  return hn::IfThenElse(mask.bits, a.value, b.value);
}

/// a b + c, rounded once where the instruction set has a fused multiply-add, else twice.
template <class T>
HWY_INLINE Vector<T> fma(Vector<T> a, Vector<T> b, Vector<T> c) {
  return hn::MulAdd(a.value, b.value, c.value);
}

template <class T>
HWY_INLINE Vector<T> sqrt(Vector<T> x) {
  return hn::Sqrt(x.value);
}
template <class T>
HWY_INLINE Vector<T> abs(Vector<T> x) {
  return hn::Abs(x.value);
}
template <class T>
HWY_INLINE Vector<T> floor(Vector<T> x) {
  return hn::Floor(x.value);
}
template <class T>
HWY_INLINE Vector<T> ceil(Vector<T> x) {
  return hn::Ceil(x.value);
}
template <class T>
HWY_INLINE Vector<T> trunc(Vector<T> x) {
  return hn::Trunc(x.value);
}
template <class T>
HWY_INLINE Vector<T> round_half_to_even(Vector<T> x) {
  return hn::Round(x.value);
}

/// The bits of the elements, as integers of their size, and back.
HWY_INLINE Vector<std::uint32_t> to_bits(Vector<float> x) {
  return hn::BitCast(hn::ScalableTag<std::uint32_t>(), x.value);
}
HWY_INLINE Vector<std::uint64_t> to_bits(Vector<double> x) {
  return hn::BitCast(hn::ScalableTag<std::uint64_t>(), x.value);
}
HWY_INLINE Vector<float> from_bits(Vector<std::uint32_t> x) {
  return hn::BitCast(hn::ScalableTag<float>(), x.value);
}
HWY_INLINE Vector<double> from_bits(Vector<std::uint64_t> x) {
  return hn::BitCast(hn::ScalableTag<double>(), x.value);
}

template <int n, class T>
HWY_INLINE Vector<T> shift_left(Vector<T> x) {
  return hn::ShiftLeft<n>(x.value);
}
template <int n, class T>
HWY_INLINE Vector<T> shift_right(Vector<T> x) {
  return hn::ShiftRight<n>(x.value);
}
/// Copies of the highest bit come in from the left.
template <int n, class T>
HWY_INLINE Vector<T> shift_right_signed(Vector<T> x) {
  const hn::ScalableTag<std::make_signed_t<T>> signed_tag;
  return hn::BitCast(hn::ScalableTag<T>(), hn::ShiftRight<n>(hn::BitCast(signed_tag, x.value)));
}
#if HWY_TARGET != HWY_SCALAR
/// The product of the low 32 bits of each element.
HWY_INLINE Vector<std::uint64_t> multiply_low_halves(Vector<std::uint64_t> a, Vector<std::uint64_t> b) {
  const hn::ScalableTag<std::uint32_t> words;
  return hn::MulEven(hn::BitCast(words, a.value), hn::BitCast(words, b.value));
}
/// The first or the second half of the elements.
HWY_INLINE Vector<double> first_half_as_f64(Vector<float> x) {
  return hn::PromoteTo(hn::ScalableTag<double>(), hn::LowerHalf(x.value));
}
HWY_INLINE Vector<double> second_half_as_f64(Vector<float> x) {
  return hn::PromoteTo(hn::ScalableTag<double>(), hn::UpperHalf(hn::Half<hn::ScalableTag<float>>(), x.value));
}
/// f(x...), computed in f64.
template <class Function, class V, class... Vs>
HWY_INLINE V in_f64(Function f, V x, Vs... others) {
  if constexpr (std::is_same_v<V, Vector<double>>) {
    return f(x, others...);
  } else {
    const hn::Half<typename V::Tag> half;
    const Vector<double> low = f(first_half_as_f64(x), first_half_as_f64(others)...),
                         high = f(second_half_as_f64(x), second_half_as_f64(others)...);
    return hn::Combine(typename V::Tag(), hn::DemoteTo(half, high.value), hn::DemoteTo(half, low.value));
  }
}
#endif

/// A function of the C library, lane by lane.
template <class Function, class V, class... Vs>
HWY_NOINLINE V map_lanes(Function function, V x, Vs... others) {
  constexpr std::size_t kLanes = V::kLanes;
  typename V::Element operands[1 + sizeof...(Vs)][kLanes], results[kLanes];
  std::size_t k = 0;
  x.store(operands[k]);
  (others.store(operands[++k]), ...);
  for (std::size_t i = 0; i < kLanes; ++i) {
    if constexpr (sizeof...(Vs) == 0) {
      results[i] = function(operands[0][i]);
    } else {
      results[i] = function(operands[0][i], operands[1][i]);
    }
  }
  return V::load(results);
}

template <class T>
HWY_INLINE bool all(Mask<T> mask) {
  return hn::AllTrue(hn::ScalableTag<T>(), mask.bits);
}

/// a, but where the mask is set, which is rare, function(x...) of the C library.
template <class T, class Function, class... Vs>
HWY_INLINE Vector<T> replace_rare(Mask<T> mask, Vector<T> a, Function function, Vs... x) {
  if (hn::AllFalse(hn::ScalableTag<T>(), mask.bits)) [[likely]]
    return a;
  return select(mask, map_lanes(function, x...), a);
}

/// Where a loop over contiguous arrays is: at the elements of a Vector, or at fewer at the end.
template <class T>
struct Position {
  using V = std::conditional_t<kHasVectors, Vector<T>, T>;
  static constexpr std::int64_t kWidth = kHasVectors ? HWY_LANES(T) : 1;
  std::int64_t first, size;

  /// The elements; 0 beyond the end.
  HWY_INLINE V load(const T* x) const {
    if constexpr (kHasVectors) {
      return size >= kWidth ? V::load(x + first) : V::load_first(x + first, size);
    } else {
      return x[first];
    }
  }
  HWY_INLINE void store(V y, T* to) const {
    if constexpr (kHasVectors) {
      size >= kWidth ? y.store(to + first) : y.store_first(to + first, size);
    } else {
      to[first] = y;
    }
  }
};

/// Calls f(Position) for all of n elements.
template <class T, class F>
HWY_INLINE void for_each_position(std::int64_t n, const F& f) {
  std::int64_t i = 0;
  for (; i + Position<T>::kWidth <= n; i += Position<T>::kWidth) f(Position<T>{i, Position<T>::kWidth});
  if (i < n) f(Position<T>{i, n - i});
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
