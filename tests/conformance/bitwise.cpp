#include "core/ops/bitwise.h"
#include "core/ops/bitwise_kernels.h"

#include <cmath>
#include <cstdint>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

const DTypes kIntegers{DType::u8, DType::i32, DType::i64};

template <class Reference, class Call>
void bits_row(const char* name, const kernels::BinaryKernel& kernel, Reference reference, Call call) {
  const Domain any = real(-1e9, 1e9), few = real(-3, 3);
  row(name, kernel)
      .inputs(real(0, 255), real(0, 255))
      .dtypes({DType::boolean, DType::u8, DType::i32, DType::i64})
      .promotes()
      .reference([reference](double a, double b) {
        return static_cast<double>(reference(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)));
      })
      .gradient(not_differentiable)
      .calls(call);
  row(std::string(name) + "_of_negative")
      .inputs(any, few)
      .dtypes({DType::i32, DType::i64})
      .skip_dtype_errors()
      .reference([reference](double a, double b) {
        return static_cast<double>(reference(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)));
      })
      .gradient(not_differentiable)
      .calls(call);
}

template <class Reference, class Call>
void shift_row(const char* name, const kernels::BinaryKernel& kernel, Reference reference, Call call) {
  row(name, kernel)
      .inputs(real(-100, 100), real(-2, 40))
      .dtypes(kIntegers)
      .promotes()
      .reference(reference)
      .gradient(not_differentiable)
      .calls(call);
}

}  // namespace

void bitwise_rows() {
  bits_row(
      "bitwise_and", kernels::bitwise_and, [](std::int64_t a, std::int64_t b) { return a & b; },
      [](const auto& a, const auto& b) { return a & b; });
  bits_row(
      "bitwise_or", kernels::bitwise_or, [](std::int64_t a, std::int64_t b) { return a | b; },
      [](const auto& a, const auto& b) { return a | b; });
  bits_row(
      "bitwise_xor", kernels::bitwise_xor, [](std::int64_t a, std::int64_t b) { return a ^ b; },
      [](const auto& a, const auto& b) { return a ^ b; });
  row("bitwise_not", kernels::bitwise_not)
      .inputs(real(-1000, 200))
      .dtypes(kIntegers)
      .skip_dtype_errors()
      .reference([](double x) { return -1 - x; })
      .gradient(not_differentiable)
      .calls([](const auto& x) { return ~x; });
  row("bitwise_not_of_bools")
      .inputs(real(0, 1))
      .dtypes({DType::boolean})
      .skip_dtype_errors()
      .reference([](double x) { return 1 - x; })
      .gradient(not_differentiable)
      .calls([](const auto& x) { return ~x; });
  shift_row(
      "bitwise_left_shift", kernels::bitwise_left_shift,
      [](double a, double b) { return b < 0 ? 0 : std::ldexp(a, static_cast<int>(b)); },
      [](const auto& a, const auto& b) { return a << b; });
  shift_row(
      "bitwise_right_shift", kernels::bitwise_right_shift,
      [](double a, double b) { return std::floor(std::ldexp(a, b < 0 ? -64 : -static_cast<int>(b))); },
      [](const auto& a, const auto& b) { return a >> b; });
}

}  // namespace tinytorch::conformance
