#pragma once

#include <cstddef>

// What module 04 writes: layers_dev.cpp defines the functions. Matrices are contiguous, row after row.
namespace layers {

void matmul(const float* a, const float* b, float* y, std::size_t m, std::size_t k, std::size_t n);
void matmul_blocked(const float* a, const float* b, float* y, std::size_t m, std::size_t k, std::size_t n);
void dense(const float* x, const float* weight, const float* bias, float* y, std::size_t rows, std::size_t in,
           std::size_t out);
double xavier_bound(std::size_t in, std::size_t out);
double he_deviation(std::size_t in);

}  // namespace layers
