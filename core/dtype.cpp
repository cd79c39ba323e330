#include "core/dtype.h"

#include <algorithm>
#include <ostream>

#include "core/internal/format.h"

// The switches have no default, so that the compiler names a dtype that lacks a case.
namespace tinytorch {

namespace {

enum class Kind { boolean, integer, floating };

struct Properties {
  const char* name;
  std::size_t size;
  Kind kind;
};

[[noreturn]] void fail_unknown(DType dtype) {
  fail<DTypeError>("dtype", "{} is the value of no DType", static_cast<int>(dtype));
}

Properties properties(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return {"bool", 1, Kind::boolean};
    case DType::u8:
      return {"u8", 1, Kind::integer};
    case DType::i32:
      return {"i32", 4, Kind::integer};
    case DType::i64:
      return {"i64", 8, Kind::integer};
    case DType::f16:
      return {"f16", 2, Kind::floating};
    case DType::bf16:
      return {"bf16", 2, Kind::floating};
    case DType::f32:
      return {"f32", 4, Kind::floating};
    case DType::f64:
      return {"f64", 8, Kind::floating};
  }
  fail_unknown(dtype);
}

}  // namespace

const char* name(DType dtype) { return properties(dtype).name; }
std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name(dtype); }
std::size_t size_of(DType dtype) { return properties(dtype).size; }
bool is_floating(DType dtype) { return properties(dtype).kind == Kind::floating; }
bool is_integer(DType dtype) { return properties(dtype).kind == Kind::integer; }

DType promote(DType a, DType b) {
  const DType later = std::max(a, b);
  switch (later) {
    case DType::bf16:
      return std::min(a, b) == DType::f16 ? DType::f32 : later;
    case DType::boolean:
    case DType::u8:
    case DType::i32:
    case DType::i64:
    case DType::f16:
    case DType::f32:
    case DType::f64:
      return later;
  }
  fail_unknown(later);
}

void fail_dispatch(DType dtype, const char* types) {
  if (dtype == DType::f16 || dtype == DType::bf16) {
    fail<DTypeError>("dispatch", "{} has no kernels yet", dtype);
  }
  fail<DTypeError>("dispatch", "a function of {} dtypes was called with {}; its caller must check the dtype",
                   types, dtype);
}

}  // namespace tinytorch
