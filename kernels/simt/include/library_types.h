#pragma once

// The element types that the libraries' calls name; those of the emulated device's.
// NOLINTBEGIN(readability-identifier-naming)
enum cudaDataType_t { CUDA_R_32F = 0, CUDA_R_64F = 1 };
using cudaDataType = cudaDataType_t;
// NOLINTEND(readability-identifier-naming)
