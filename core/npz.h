#pragma once

#include <map>
#include <string>

#include "core/tensor.h"

namespace tinytorch {

/// How save_npz() writes.
struct NpzOptions {
  bool compressed = false;  ///< deflates the elements, as np.savez_compressed() does
};

/// Reads a NumPy .npz file, as written by np.savez() or np.savez_compressed(): a zip archive of .npy files.
/// The element types and byte orders are those of load_npy(). Each array is checked against its CRC-32, and
/// its sizes in the archive against its header, before memory is allocated for it.
/// @return  the tensors on the CPU, by the names of the arrays
/// @throws IoError  the file cannot be read, is not a zip archive on one disk, is encrypted, or is compressed
///                  otherwise than by deflate; or an entry is damaged, overlaps with another one, or is not
///                  an .npy file that load_npy() reads
std::map<std::string, Tensor> load_npz(const std::string& path);

/// Writes a NumPy .npz file, which np.load() reads. The same tensors give the same bytes. The file replaces
/// an old one as in save_npy().
/// ```cpp
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.npz";
/// save_npz(path, {{"x", Tensor{{1, 2}, {3, 4}}}, {"y", Tensor{0.5}}}, {.compressed = true});
/// std::cout << load_npz(path).at("x").shape();  // [2, 2]
/// std::filesystem::remove(path);
/// ```
/// @throws IoError     the file cannot be written; what is at `path` is unchanged
/// @throws ValueError  a tensor is undefined, or a name is not valid UTF-8, has a NUL character or is longer
///                     than 65000 bytes
/// @throws DTypeError  a tensor is f16 or bf16
void save_npz(const std::string& path, const std::map<std::string, Tensor>& tensors, NpzOptions options = {});

}  // namespace tinytorch
