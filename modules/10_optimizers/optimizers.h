#pragma once

#include <cstdint>
#include <span>

// What module 10 writes: optimizers_dev.cpp defines the functions.
namespace optimizers {

/// The settings of Adam.
struct AdamOptions {
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double decay = 0;  ///< of AdamW
};

void sgd(std::span<float> parameters, std::span<const float> gradient, double rate);
void momentum(std::span<float> parameters, std::span<const float> gradient, std::span<float> velocity,
              double rate, double factor);
void adam(std::span<float> parameters, std::span<const float> gradient, std::span<float> mean,
          std::span<float> squares, const AdamOptions& options, std::int64_t step);
void adamw(std::span<float> parameters, std::span<const float> gradient, std::span<float> mean,
           std::span<float> squares, const AdamOptions& options, std::int64_t step);
double cosine_rate(double base, double lowest, std::int64_t step, std::int64_t steps);
double clip(std::span<float> gradient, double longest);

}  // namespace optimizers
