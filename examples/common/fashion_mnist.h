#pragma once

#include <tinytorch/tinytorch.h>

#include <array>
#include <string>

namespace examples {

/// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): images u8 [N, 1, 28, 28] and labels i64 [N].
struct FashionMnist {
  /// The classes, by their numbers.
  static constexpr std::array kClasses{"T-shirt", "trouser", "pullover", "dress", "coat",
                                       "sandal",  "shirt",   "sneaker",  "bag",   "boot"};
  /// Mean and standard deviation of the training images, from 0 to 1.
  static constexpr double kMean = 0.2860, kDeviation = 0.3530;

  tinytorch::Tensor images, labels;

  tinytorch::nn::DatasetPtr dataset() const;
  /// The images in f32, with mean 0 and standard deviation 1.
  tinytorch::Tensor normalized_images() const;
};

/// Reads the training images, or those for the test.
/// @param directory  has the four IDX files, compressed or not; empty: that of Debian's package
///                   dataset-fashion-mnist
/// @param limit      the number of images to keep; 0: all
/// @throws std::runtime_error  a file is missing, or is not of Fashion-MNIST; the message says what to do
FashionMnist load_fashion_mnist(const std::string& directory, bool training, std::int64_t limit);

}  // namespace examples
