#include "tests/hostile/arguments.h"

#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "tests/support/backend.h"

namespace tinytorch::hostile {
namespace {

using testing::backend;
using Limits = std::numeric_limits<std::int64_t>;
using Doubles = std::numeric_limits<double>;

constexpr std::array<std::int64_t, 17> kIntegers{Limits::min(),
                                                 Limits::min() + 1,
                                                 -(std::int64_t{1} << 32),
                                                 -7,
                                                 -2,
                                                 -1,
                                                 0,
                                                 1,
                                                 9,
                                                 (std::int64_t{1} << 31),
                                                 (std::int64_t{1} << 32),
                                                 (std::int64_t{1} << 53),
                                                 1000,
                                                 (std::int64_t{1} << 61),
                                                 (std::int64_t{1} << 62),
                                                 Limits::max() - 1,
                                                 Limits::max()};
constexpr std::array<int, 8> kAxes{std::numeric_limits<int>::min(), -9, -8, -4, 7, 8, 100,
                                   std::numeric_limits<int>::max()};
constexpr std::array<double, 12> kDoubles{Doubles::quiet_NaN(),
                                          Doubles::infinity(),
                                          -Doubles::infinity(),
                                          Doubles::max(),
                                          Doubles::lowest(),
                                          Doubles::denorm_min(),
                                          -0.0,
                                          0,
                                          -1,
                                          1e19,
                                          -1e19,
                                          1};
constexpr std::array<std::int64_t, 4> kHugeLengths{(std::int64_t{1} << 31) + 1, std::int64_t{1} << 32,
                                                   std::int64_t{1} << 61, Limits::max()};
constexpr std::array<DType, 8> kDTypes{DType::boolean, DType::u8,  DType::i32, DType::i64,
                                       DType::f32,     DType::f64, DType::f16, DType::bf16};
constexpr std::array<DType, 6> kComputed{DType::boolean, DType::u8,  DType::i32,
                                         DType::i64,     DType::f32, DType::f64};

const std::vector<Shape> kShapes{{4},          {3, 4},          {4, 4},          {2, 3, 4},
                                 {2, 4, 4},    {1, 2, 5, 5},    {2, 2, 4, 4},    {2, 4, 3, 3},
                                 {4, 2, 3, 3}, {2, 1, 2, 2, 3}, {3, 1, 2, 1, 2}, {1, 1, 1, 1, 1, 2, 1, 2}};
const std::vector<std::string> kEquations{
    "ij,jk->ik", "ij->ji",   "ii",    "ii->i",     "ajj->a", "...i,...i", "i,j",     "i...,i...->",
    "",          "->",       "ij",    "iij,jkk",   "..",     "i,,j",      "i->j",    "->->",
    "i-j",       "...->...", "i\xff", "a b -> ba", "jjj",    "i->...",    "..., ..."};

}  // namespace

Arguments::Arguments(const std::string& op, std::uint64_t seed) : op_(op), source_(seed) {
  share_of_unusual_ = source_.one_of(std::array{0.0, 0.1, 0.1, 0.3, 1.0});
  shape_ = source_.one_of(kShapes);
  dtype_ = source_.integer(0, 2) > 0 ? DType::f32 : source_.one_of(kComputed);
}

void Arguments::draw_into(int& x) {
  x = is_unusual() ? source_.one_of(kAxes)
                   : static_cast<int>(source_.integer(-shape_.size(), shape_.size() - 1));
}

void Arguments::draw_into(std::int64_t& x) {
  x = is_unusual() ? source_.one_of(kIntegers) : source_.integer(0, 4);
}

void Arguments::draw_into(std::uint64_t& x) {
  std::int64_t drawn = 0;
  draw_into(drawn);
  x = static_cast<std::uint64_t>(drawn);
}

void Arguments::draw_into(double& x) { x = is_unusual() ? source_.one_of(kDoubles) : source_.uniform(0, 1); }

void Arguments::draw_into(Scalar& x) {
  std::int64_t integer = 0;
  double real = 0;
  draw_into(integer);
  draw_into(real);
  x = source_.integer(0, 1) == 1 ? Scalar(integer) : Scalar(real);
}

void Arguments::draw_into(DType& x) { x = is_unusual() ? source_.one_of(kDTypes) : DType::f32; }

void Arguments::draw_into(Device& x) {
  x = is_unusual() ? Device{source_.integer(0, 1) == 1 ? DeviceType::cuda : DeviceType::cpu,
                            static_cast<std::int16_t>(source_.integer(-1, 2))}
                   : backend();
}

void Arguments::draw_into(Options& x) {
  if (is_unusual()) draw_into(x.dtype.emplace());
  draw_into(x.device.emplace());
}

void Arguments::draw_into(RandomStream& x) {
  draw_into(x.seed);
  draw_into(x.offset);
}

void Arguments::draw_into(Generator& x) {
  RandomStream state{};
  draw_into(state);
  x.set_state(state);
}

void Arguments::draw_into(Dims& x) {
  if (is_unusual()) {
    x = unusual_shape();
  } else if (source_.integer(0, 2) > 0) {
    x = related_shape();
  } else {
    x = {};
    for (int axis = 0; axis < shape_.size(); ++axis) {
      if (source_.integer(0, 3) > 0) x.insert(static_cast<int>(source_.integer(0, x.size())), axis);
    }
  }
}

void Arguments::draw_into(Variable& x) {
  Tensor value;
  draw_into(value);
  const bool learned = value.defined() && is_floating(value.dtype()) && source_.integer(0, 2) > 0;
  x = learned ? variable(value) : Variable(value);
}

void Arguments::draw_into(nn::Initializer& x) {
  using namespace nn;
  x = source_.one_of(std::array{init::constant(1), init::uniform(-1, 1), init::he_normal(),
                                init::he_uniform(), init::xavier_normal(), init::xavier_uniform(),
                                init::mirrored_orthogonal()});
}

void Arguments::draw_into(nn::DatasetPtr& x) {
  Tensor items;
  draw_into(items);
  if (items.rank() > 0) x = std::make_shared<nn::TensorDataset>(std::vector{items, items});
}

void Arguments::draw_into(std::string& x) { x = source_.one_of(kEquations); }

/// The shape of the call, or one like it: the last axes, the last one alone, one axis more.
Shape Arguments::related_shape() {
  Shape shape = shape_;
  switch (source_.integer(0, 5)) {
    case 0:
      shape.erase(0);
      break;
    case 1:
      shape = {source_.integer(0, 1) == 1 ? shape.back() : shape[0]};
      break;
    case 2:
      if (shape.size() > 1) std::swap(shape.back(), shape[shape.size() - 2]);
      break;
    default:
      break;
  }
  return shape;
}

Shape Arguments::unusual_shape() {
  Shape shape;
  for (std::int64_t left = source_.integer(0, kMaxRank); left > 0; --left) {
    const std::int64_t kind = source_.integer(0, 9);
    shape.push_back(kind == 0   ? source_.one_of(kIntegers)
                    : kind == 1 ? source_.one_of(kHugeLengths)
                                : source_.integer(-1, 3));
  }
  return shape;
}

/// Elements that are small, or any that the dtype has.
Tensor Arguments::tensor_of(const Shape& shape, DType dtype, Device device) {
  std::vector<double> values(static_cast<std::size_t>(checked_numel("tensor_of", shape)));
  const bool any = is_unusual();
  for (double& value : values) {
    if (any)
      value = source_.integer(0, 1) == 1 ? source_.one_of(kDoubles)
                                         : static_cast<double>(source_.one_of(kIntegers));
    else
      value = is_floating(dtype) ? source_.uniform(-1, 1) : static_cast<double>(source_.integer(0, 2));
  }
  return from_values(values, shape).to({.dtype = dtype, .device = device});
}

/// A view with x's shape that is not contiguous: expanded, transposed or strided.
Tensor Arguments::laid_out(const Tensor& x) {
  if (x.rank() == 0) return x;
  switch (source_.integer(0, 2)) {
    case 0:
      return transpose(contiguous(transpose(x, 0, -1)), 0, -1);
    case 1: {
      const Tensor twice = concat({x, x}, -1);
      Strides strides = twice.strides();
      strides.back() *= 2;
      return x.numel() == 0 ? x : Tensor(twice.storage(), x.dtype(), x.shape(), strides, 0);
    }
    default:
      return x.shape()[0] == 0 ? x : expand(slice(x, 0, 0, 1), x.shape());
  }
}

Tensor Arguments::unusual_tensor() {
  switch (source_.integer(0, 6)) {
    case 0:
      return {};
    case 1: {
      Tensor x = tensor_of(shape_, dtype_, backend());
      const Tensor taken = std::move(x);
      return x;  // moved from
    }
    case 2: {
      double value = 0;
      draw_into(value);
      return source_.integer(0, 1) == 1 ? Tensor(value) : Tensor(source_.one_of(kIntegers));
    }
    case 3: {  // huge, but without elements
      Shape shape;
      for (std::int64_t left = source_.integer(1, 4); left > 0; --left)
        shape.push_back(source_.integer(0, 1) == 1 ? source_.one_of(kHugeLengths) : source_.integer(1, 3));
      shape.insert(static_cast<int>(source_.integer(0, shape.size())), 0);
      return empty(shape, {.dtype = dtype_, .device = backend()});
    }
    case 4: {  // elements that overlap
      const Tensor x = tensor_of({8}, dtype_, backend());
      return Tensor(x.storage(), x.dtype(), {3, 4}, {1, 1}, 0);
    }
    case 5:
      return tensor_of(related_shape(), dtype_, Device::cpu());
    default: {
      Shape shape;
      for (std::int64_t left = source_.integer(0, kMaxRank); left > 0; --left)
        shape.push_back(source_.integer(0, 3) > 0 ? 1 : source_.integer(0, 3));
      return laid_out(tensor_of(shape, source_.one_of(kComputed), backend()));
    }
  }
}

void Arguments::draw_into(Tensor& x) {
  if (is_unusual()) {
    x = unusual_tensor();
    return;
  }
  const DType dtype = source_.integer(0, 7) > 0 ? dtype_ : DType::i64;
  x = tensor_of(source_.integer(0, 2) > 0 ? shape_ : related_shape(), dtype, backend());
  if (source_.integer(0, 3) == 0) x = laid_out(x);
}

}  // namespace tinytorch::hostile
