#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "autograd/variable.h"
#include "core/ops/loss.h"
#include "core/ops/quantile.h"
#include "core/ops/rearrange.h"
#include "core/ops/window.h"
#include "core/random.h"
#include "nn/data/dataset.h"
#include "nn/feed_forward.h"
#include "nn/init.h"
#include "nn/train/callback.h"
#include "nn/train/progress.h"
#include "tests/support/random_source.h"

namespace tinytorch::hostile {

/// Draws the arguments of one call. Most are such as the op expects: tensors of related shapes, axes that
/// exist, small sizes. The others are anything that their type allows: undefined tensors, tensors that do not
/// fit, views that overlap, huge sizes, axes that do not exist, NaN. A call has none of these, a few, or
/// nothing else.
class Arguments {
 public:
  Arguments(const std::string& op, std::uint64_t seed);

  template <class X>
  void draw_into(X& x) {
    if constexpr (std::is_enum_v<X>) {
      x = static_cast<X>(source_.integer(0, enumerators<X>() - 1));
    } else {
      draw_members(*this, x);
    }
  }
  void draw_into(bool& x) { x = source_.integer(0, 1) == 1; }
  void draw_into(char& x) { x = static_cast<char>(source_.integer(0, 127)); }
  /// An axis.
  void draw_into(int& x);
  /// A size, a position, a number of elements.
  void draw_into(std::int64_t& x);
  void draw_into(std::uint64_t& x);
  void draw_into(double& x);
  void draw_into(Scalar& x);
  void draw_into(DType& x);
  void draw_into(Device& x);
  void draw_into(Options& x);
  void draw_into(RandomStream& x);
  void draw_into(Generator& x);
  /// A shape or a list of axes.
  void draw_into(Dims& x);
  void draw_into(Tensor& x);
  void draw_into(Variable& x);
  void draw_into(nn::Initializer& x);
  /// One whose items are their own targets, or null.
  void draw_into(nn::DatasetPtr& x);
  /// An equation for einsum().
  void draw_into(std::string& x);
  /// The name that errors shall have.
  void draw_into(const char*& x) { x = op_.c_str(); }
  template <class X>
  void draw_into(std::optional<X>& x) {
    if (source_.integer(0, 1) == 1) draw_into(x.emplace());
  }
  template <class X>
  void draw_into(std::vector<X>& x) {
    x.resize(static_cast<std::size_t>(source_.integer(is_unusual() ? 0 : 1, 3)));
    for (X& each : x) draw_into(each);
  }

  template <class X>
  void draw_into(std::map<std::string, X>& x) {
    std::vector<std::string> keys;
    draw_into(keys);
    for (const std::string& key : keys) draw_into(x[key]);
  }
  template <class... X>
  void draw_all(X&... x) {
    (draw_into(x), ...);
  }

  testing::RandomSource& source() { return source_; }

 private:
  template <class Enum>
  static constexpr std::int64_t enumerators() {
    return std::is_same_v<Enum, QuantileInterpolation> ? 5
           : std::is_same_v<Enum, PadMode>             ? 4
           : std::is_same_v<Enum, nn::FeedForwardKind> ? 4
           : std::is_same_v<Enum, nn::ProgressStyle>   ? 4
           : std::is_same_v<Enum, nn::StopReason>      ? 4
           : std::is_same_v<Enum, Reduction>           ? 3
                                                       : 2;
  }
  bool is_unusual() { return source_.uniform(0, 1) < share_of_unusual_; }
  Shape related_shape();
  Shape unusual_shape();
  Tensor tensor_of(const Shape& shape, DType dtype, Device device);
  Tensor laid_out(const Tensor& x);
  Tensor unusual_tensor();

  std::string op_;
  testing::RandomSource source_;
  double share_of_unusual_;
  Shape shape_;  // to which others are related
  DType dtype_;
};

}  // namespace tinytorch::hostile
