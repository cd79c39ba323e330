#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/ops.h"
#include "core/ops/pooling.h"
#include "nn/dense.h"
#include "nn/module.h"
#include "nn/name_map.h"
#include "nn/sequential.h"

/// Residual networks for the classification of images.
///
/// ```cpp
/// nn::ResNetOptions options = nn::resnet_options("resnet8");
/// options.in_channels = 1;
/// const nn::ResNet model(options);
/// const Tensor logits = model(randn({4, 1, 28, 28}));  // [4, 10]
/// ```
namespace tinytorch::nn {

/// The options of a ResNet. By default, it is the smallest one for small images.
struct ResNetOptions {
  std::int64_t in_channels = 3;
  std::int64_t classes = 10;
  /// the number of residual blocks in each stage; from the second on, a stage halves the height and the width
  std::vector<std::int64_t> blocks = {1, 1, 1};
  std::int64_t width = 16;  ///< the channels of the first stage's 3x3 convolutions; each stage doubles them
  bool bottleneck = false;  ///< blocks of 1x1, 3x3 and 1x1 convolutions; see ResidualBlockOptions
  /// the first convolution is 7x7 with a stride of 2, followed by max pooling, as for 224x224 images; false:
  /// it is 3x3, as for 32x32 and 28x28 images
  bool large_images = false;
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initializers; null: default_generator()
};

/// The options of a size: "resnet8", "resnet20", "resnet32", "resnet44" or "resnet56" for 32x32 and 28x28
/// images and 10 classes (He et al. 2016, "Deep residual learning for image recognition", 4.2, except that
/// shortcuts that change the shape are 1x1 convolutions); "resnet18", "resnet34" or "resnet50" for 224x224
/// images and 1000 classes (4.1).
/// @throws ValueError  there is no such size
ResNetOptions resnet_options(std::string_view name);

/// A residual network: [N, in_channels, H, W] gives logits [N, classes]. Children: stem, a Sequential;
/// stages, a Sequential of a Sequential of ResidualBlock for each stage; and head, a Dense, after average
/// pooling.
class ResNet : public Layer<ResNet> {
 public:
  /// @throws ValueError  an option is out of range, or there are no stages or blocks
  explicit ResNet(const ResNetOptions& options);

  /// @throws ShapeError  x is not [N, in_channels, H, W], or as BatchNorm2D
  template <TensorLike T>
  T forward(const T& x) const {
    return head_(flatten(adaptive_avg_pool2d(stages_(stem_(x)), 1), 1));
  }

  void visit(Visitor& visitor) override;
  std::string description() const override;

 private:
  Sequential stem_, stages_;
  Dense head_;
};

/// The names of the parameters of torchvision's models of these sizes.
NameMap resnet_names();

}  // namespace tinytorch::nn
