#pragma once

#include <string>

#include "core/tensor.h"

namespace tinytorch::nn {

/// Reads an IDX file, the format of MNIST and Fashion-MNIST; compressed by gzip or not, as its content shows.
/// Elements of type u8, i32, f32 and f64 keep their type; i8 and i16 become i32. Before memory is allocated,
/// the shape in the header is compared with the size of the file, or with the most that its compressed data
/// can become.
///
/// ```cpp
/// #include <fstream>
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.idx";
/// std::ofstream(path, std::ios::binary) << std::string("\0\0\x08\x01\0\0\0\x03", 8) << "abc";
/// std::cout << nn::load_idx(path);  // [97 98 99]
/// std::filesystem::remove(path);
/// ```
/// @return  a tensor on the CPU, such as u8 [60000, 28, 28]
/// @throws IoError  the file cannot be read, is not an IDX file, has elements of another type or more than
///                  kMaxRank axes, has a size that its header contradicts, or is damaged
Tensor load_idx(const std::string& path);

}  // namespace tinytorch::nn
