#include "core/dtype.h"

#include <algorithm>
#include <array>

namespace tinytorch {

namespace {

struct Properties {
  const char* name;
  std::size_t size;
};

// In the order of the enum.
constexpr std::array<Properties, 8> kProperties{
    {{"bool", 1}, {"u8", 1}, {"i32", 4}, {"i64", 8}, {"f16", 2}, {"bf16", 2}, {"f32", 4}, {"f64", 8}}};

const Properties& properties(DType dtype) { return kProperties[static_cast<std::size_t>(dtype)]; }

}  // namespace

const char* name(DType dtype) { return properties(dtype).name; }
std::size_t size_of(DType dtype) { return properties(dtype).size; }
bool is_floating(DType dtype) { return dtype >= DType::f16; }
bool is_integer(DType dtype) { return dtype >= DType::u8 && dtype <= DType::i64; }

DType promote(DType a, DType b) {
  const DType later = std::max(a, b);
  const bool halves_differ = later == DType::bf16 && std::min(a, b) == DType::f16;
  return halves_differ ? DType::f32 : later;
}

}  // namespace tinytorch
