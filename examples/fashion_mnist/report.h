#pragma once

#include <tinytorch/tinytorch.h>

#include "examples/common/fashion_mnist.h"

/// Prints how often images of each class were taken for each class.
void print_confusion(const tinytorch::Tensor& confusion);

/// The first hundred images that the model is wrong about, in rows of ten: u8 [H, W].
/// @param loader  gives the images of `data` in their order, prepared for the model
tinytorch::Tensor wrong_images(const tinytorch::nn::Module& model, const examples::FashionMnist& data,
                               tinytorch::nn::DataLoader& loader);
