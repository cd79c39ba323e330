#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/tensor.h"

/// Transforms of batches of images [N, C, H, W], for the option `transform` of a DataLoader. Random ones draw
/// from a seed for each image, so that an image is changed in the same way whatever its batch is, and however
/// many threads work on it.
///
/// ```cpp
/// const nn::Transform transform = nn::compose({
///     nn::to_float(),                     // u8 in 0..255 to f32 in 0..1
///     nn::normalize({0.2860}, {0.3530}),  // mean and standard deviation of each channel
///     nn::random_flip(),
///     nn::random_crop(2),
/// });
/// const Tensor images = randint(0, 256, {2, 1, 28, 28}, {.dtype = DType::u8});
/// const Tensor ready = transform(images, std::vector<std::uint64_t>{17, 18});
/// ```
namespace tinytorch::nn {

/// A function of a batch and the seeds of its items, which returns the changed batch.
using Transform = std::function<Tensor(const Tensor& x, std::span<const std::uint64_t> seeds)>;

/// The transforms, one after another.
/// @throws ValueError  one is empty
Transform compose(std::vector<Transform> transforms);

/// Integers in 0..255 to f32 in 0..1.
Transform to_float();

/// (x - mean) / deviation, where each channel has its own.
/// @throws ValueError  the lists differ in length or are empty, or a deviation is not positive. The transform
/// throws
///                     ShapeError if x has another number of channels, and DTypeError if x is not floating
Transform normalize(const std::vector<double>& mean, const std::vector<double>& deviation);

/// Mirrors images left to right.
/// @param probability  in [0, 1]
/// @throws ValueError  probability is out of range
Transform random_flip(double probability = 0.5);

/// Moves images by up to `padding` pixels in each direction; zeros move in. It is a random crop of the padded
/// image.
/// @throws ValueError  padding is negative
Transform random_crop(std::int64_t padding);

/// Rotates images about their center by up to `degrees` in either direction, with bilinear interpolation;
/// zeros come in. The transform throws DTypeError if x is not floating.
/// @throws ValueError  degrees is negative or not finite
Transform random_rotation(double degrees);

/// Sets a square of up to `size` pixels, whose center is anywhere in the image, to 0 (DeVries and Taylor
/// 2017).
/// @throws ValueError  size is not positive
Transform cutout(std::int64_t size);

}  // namespace tinytorch::nn
