#pragma once

#include <string>

#include "core/tensor.h"

namespace tinytorch {

/// Reads a NumPy .npy file (format 1.0 to 3.0; bool, u1, i4, i8, f4, f8; either byte order; C or Fortran
/// order).
/// @throws IoError  missing, unreadable, not .npy, of another element type, shorter or longer than it says,
/// or
///                  of more axes than a tensor has; nothing is allocated on the word of the header alone
Tensor load_npy(const std::string& path);

/// Writes format 1.0, little-endian, C order, first to a temporary file beside it that is then renamed.
/// @throws IoError  the file cannot be written; what was at `path` is untouched
void save_npy(const std::string& path, const Tensor& x);

}  // namespace tinytorch
