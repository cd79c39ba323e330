#pragma once

#include <span>

// What module 03 writes: activations_dev.cpp defines these functions.
namespace activations {

float relu(float x);
float relu_gradient(float x, float grad);
float sigmoid(float x);
float sigmoid_gradient(float y, float grad);
float tanh(float x);
float tanh_gradient(float y, float grad);
float gelu(float x);
float gelu_gradient(float x, float grad);
void softmax(std::span<const float> x, std::span<float> y);
void softmax_gradient(std::span<const float> y, std::span<const float> grad, std::span<float> dx);

}  // namespace activations
