#pragma once

#include <string>

#include "core/tensor.h"

namespace tinytorch {

/// Reads a NumPy .npy file, as written by np.save(): format 1.0 to 3.0; dtype bool, u1, i4, i8, f4 or f8;
/// either byte order; C or Fortran order. The file's size is checked against its header before memory is
/// allocated.
/// @return  a tensor on the CPU
/// @throws IoError  the file does not exist, cannot be read, is not an .npy file, has another dtype or more
///                  than kMaxRank axes, or has a size that its header contradicts
Tensor load_npy(const std::string& path);

/// Writes a NumPy .npy file of format 1.0, little-endian, in C order. The data is written to a temporary file
/// in the same directory, which is then renamed, so that readers see either the old or the new file.
/// ```cpp
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.npy";
/// save_npy(path, Tensor{{1, 2}, {3, 4}});
/// std::cout << load_npy(path).shape();  // [2, 2]
/// std::filesystem::remove(path);
/// ```
/// @throws IoError     the file cannot be written; an existing one at `path` is unchanged
/// @throws DTypeError  x is f16 or bf16
void save_npy(const std::string& path, const Tensor& x);

}  // namespace tinytorch
