#pragma once

// The data types that the libraries' calls name, as far as the emulated device supports them.
// NOLINTBEGIN(readability-identifier-naming)
enum cudaDataType_t { CUDA_R_32F = 0, CUDA_R_64F = 1 };
using cudaDataType = cudaDataType_t;
// NOLINTEND(readability-identifier-naming)
