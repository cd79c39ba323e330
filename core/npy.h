#pragma once

#include <string>

#include "core/tensor.h"

namespace tinytorch {

/// Reads a NumPy .npy file, as written by np.save(): format 1.0 to 3.0; either byte order; C or Fortran
/// order. The elements keep their type if it is bool, u1, i4, i8, f4 or f8 in NumPy's codes; the others are
/// converted: f2 to f32; i1, i2 and u2 to i32; u4 and u8 to i64. The file's size is checked against its
/// header before memory is allocated.
/// @return  a tensor on the CPU
/// @throws IoError  the file does not exist, is not a regular file, cannot be read or is not an .npy file; it
///                  has elements of another type, a u8 that i64 cannot hold, more than kMaxRank axes, or a
///                  size that its header contradicts; or the path has a NUL byte
Tensor load_npy(const std::string& path);

/// Writes a NumPy .npy file of format 1.0, little-endian, in C order. The data is written to a temporary file
/// in the same directory, which is then renamed, so that readers see either the old or the new file. A
/// symbolic link stays, and the file that it leads to is replaced. Owner and mode of a file that is replaced
/// are kept; other hard links to it keep the old content.
/// ```cpp
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.npy";
/// save_npy(path, Tensor{{1, 2}, {3, 4}});
/// std::cout << load_npy(path).shape();  // [2, 2]
/// std::filesystem::remove(path);
/// ```
/// @throws IoError     the file cannot be written, or is a directory, device, pipe or socket; then what is at
///                     `path` is unchanged, unless the message says that it was replaced
/// @throws DTypeError  x is f16 or bf16
void save_npy(const std::string& path, const Tensor& x);

}  // namespace tinytorch
