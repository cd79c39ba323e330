#pragma once

#include <cstdint>
#include <string>

#include "autograd/ops.h"
#include "core/ops/activation.h"
#include "nn/module.h"
#include "nn/sequential.h"

namespace tinytorch::nn {

/// The options of a ResidualBlock.
struct ResidualBlockOptions {
  std::int64_t stride = 1;  ///< of the first 3x3 convolution
  bool bottleneck = false;  ///< convolutions of 1x1, 3x3 and 1x1 instead of two of 3x3
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initializers; null: default_generator()
};

/// A residual block (He et al. 2016, "Deep residual learning for image recognition", figure 5), relu(body(x)
/// + shortcut(x)): [N, in, H, W] gives [N, out, ceil(H / stride), ceil(W / stride)]. Children: body, a
/// Sequential of convolutions without bias, batch normalizations and relu; and shortcut, a Sequential, which
/// is empty if the block keeps the shape, and otherwise a 1x1 convolution and a batch normalization. The
/// inner convolutions of a bottleneck have out / 4 channels.
///
/// ```cpp
/// const nn::ResidualBlock block(16, 32, {.stride = 2});
/// const Tensor y = block(randn({8, 16, 14, 14}));  // [8, 32, 7, 7]
/// ```
class ResidualBlock : public Layer<ResidualBlock> {
 public:
  /// @throws ValueError  a number of channels or the stride is out of range, or out_channels of a bottleneck
  ///                     is not a multiple of 4
  ResidualBlock(std::int64_t in_channels, std::int64_t out_channels,
                const ResidualBlockOptions& options = {});

  /// @throws ShapeError  x is not [N, in, H, W], or as BatchNorm2D
  template <TensorLike T>
  T forward(const T& x) const {
    return relu(body_(x) + shortcut_(x));
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  std::int64_t in_channels_, out_channels_, stride_;
  bool bottleneck_;
  Sequential body_, shortcut_;
};

}  // namespace tinytorch::nn
