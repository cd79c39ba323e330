#pragma once

#include <string>

#include "core/internal/file.h"
#include "core/tensor.h"

// Internal: .npy data in files and in entries of .npz archives.
namespace tinytorch {

/// The header of .npy data.
struct NpyHeader {
  std::string descr;  // NumPy's code of the element type, with the byte order: "<f4"
  bool fortran_order = false;
  Shape shape;
};

/// Reads what comes before the elements.
/// @throws IoError  it is not the header of an array of one dtype
NpyHeader read_npy_header(ByteSource& source);

/// Reads .npy data, whose elements end where the source does.
/// @throws IoError  as load_npy()
Tensor read_npy(ByteSource& source);

/// The name of an array in an .npz archive: its entry's without ".npy".
std::string array_name(const std::string& entry);

/// What comes before the elements of a contiguous tensor of a dtype that can be written.
std::string npy_header(const Tensor& x);

}  // namespace tinytorch
