#pragma once

#include <tinytorch/tinytorch.h>

#include <cstdint>

constexpr std::int64_t kReadings = 2, kKinds = 3;

/// Parts on a conveyor belt.
struct Parts {
  tinytorch::Tensor readings;  ///< [N, kReadings] of two sensors
  tinytorch::Tensor kinds;     ///< [N], what the parts are: 0 to kKinds - 1
};

/// @param shift  is added to the second reading, as by a sensor that has moved
Parts make_parts(std::int64_t n, double shift, tinytorch::Generator& generator);

/// A network that tells the kinds apart, not trained yet.
tinytorch::nn::Sequential make_model(tinytorch::Generator& generator);

void train(tinytorch::nn::Sequential& model, const Parts& parts, std::int64_t epochs,
           tinytorch::Device device, std::uint64_t seed);
