#pragma once

#include <tinytorch/tinytorch.h>

#include <array>
#include <string>

/// The classes of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), by their numbers.
inline constexpr std::array kClasses{"T-shirt", "trouser", "pullover", "dress", "coat",
                                     "sandal",  "shirt",   "sneaker",  "bag",   "boot"};

/// Mean and standard deviation of the training images, from 0 to 1.
inline constexpr double kMean = 0.2860, kDeviation = 0.3530;

/// Images u8 [N, 1, 28, 28] and labels i64 [N].
struct Data {
  tinytorch::Tensor images, labels;

  tinytorch::nn::DatasetPtr dataset() const;
};

/// Reads the training images, or those for the test.
/// @param directory  has the four IDX files, compressed or not; empty: that of Debian's package
///                   dataset-fashion-mnist
/// @param limit      the number of images to keep; 0: all
Data load(const std::string& directory, bool training, std::int64_t limit);
