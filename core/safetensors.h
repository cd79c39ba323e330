#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace tinytorch {

/// How a safetensors file is read.
struct SafetensorsOptions {
  bool allow_trailing_bytes = false;  ///< accept a file that goes on after the last tensor's data
};

/// What a safetensors file says of a tensor.
struct SafetensorsInfo {
  std::string dtype;  ///< as in the file: "F32", "BF16", ...
  Shape shape;
  std::uint64_t bytes = 0;  ///< of its elements in the file
};

/// A safetensors file (https://github.com/huggingface/safetensors), the format in which PyTorch's users
/// exchange weights. Opening it reads its header only; load() reads the elements of a tensor straight into
/// the tensor's memory, so that weights are in memory once. Threads may load at the same time. Nothing is
/// mapped: if another process truncates the file, load() throws an IoError, where an access to a mapping
/// would end the process. What replaces the file, as save_safetensors() does, leaves an open one as it was.
///
/// Elements keep their type if it is BOOL, U8, I32, I64, F32 or F64; the others are converted: F16 and BF16
/// to f32; I8, I16 and U16 to i32; U32 and U64 to i64. Tensors of F8_E4M3 and F8_E5M2 can be listed but not
/// loaded.
/// ```cpp
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.safetensors";
/// save_safetensors(path, {{"weight", ones({8, 2})}, {"bias", zeros({8})}}, {{"format", "pt"}});
/// const SafetensorsFile file(path);
/// for (const std::string& name : file.names())
///   std::cout << name << file.info(name).dtype << file.info(name).shape;  // bias F32 [8] weight F32 [8, 2]
/// std::cout << sum(file.load("weight")).item();                          // 16
/// std::filesystem::remove(path);
/// ```
class SafetensorsFile {
 public:
  /// Opens a file and checks all of its header: sizes, offsets and names. No memory is allocated before the
  /// size of the file was held against what the header takes.
  /// @throws IoError  the file cannot be read, or its header is malformed: it is longer than 100 MB, it is
  ///                  not a JSON object in UTF-8, a name occurs twice, a tensor has an unknown type, more
  ///                  than kMaxRank axes, or a number of bytes that its shape contradicts, or the tensors'
  ///                  data overlaps, leaves gaps, or does not end where the file does
  explicit SafetensorsFile(const std::string& path, SafetensorsOptions options = {});
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;

  /// The names of the tensors, in the order of their data in the file.
  const std::vector<std::string>& names() const;
  /// The file's metadata, "__metadata__" in its header; empty if it has none.
  const std::map<std::string, std::string>& metadata() const;
  bool contains(const std::string& name) const;

  /// @throws ValueError  there is no tensor of this name
  const SafetensorsInfo& info(const std::string& name) const;

  /// Reads a tensor.
  /// @return  the tensor on the CPU
  /// @throws ValueError  there is no tensor of this name
  /// @throws IoError     it cannot be read, has elements of 8-bit floating point, or a U64 that i64 cannot
  ///                     hold
  Tensor load(const std::string& name) const;

  /// Reads all tensors, in the order of their data.
  std::map<std::string, Tensor> all() const;

 private:
  struct Content;
  std::unique_ptr<const Content> content_;
};

/// Reads all tensors of a safetensors file, as `SafetensorsFile(path, options).all()`.
/// ```cpp
/// nn::Dense layer(2, 3), other(2, 3);
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_weights.safetensors";
/// save_safetensors(path, layer.state_dict());
/// other.load_state_dict(load_safetensors(path));
/// std::filesystem::remove(path);
/// ```
/// @throws IoError  as SafetensorsFile() and load()
std::map<std::string, Tensor> load_safetensors(const std::string& path, SafetensorsOptions options = {});

/// Writes a safetensors file. The same tensors and metadata give the same bytes, those of the reference
/// implementation: tensors in the order I64, F64, F32, I32, U8, BOOL, and by name within. The file replaces
/// an old one as in save_npy().
/// @param metadata  texts of the caller's, such as {{"format", "pt"}}, which PyTorch's tools expect
/// @throws IoError     the file cannot be written; what is at `path` is unchanged
/// @throws ValueError  a tensor is undefined, a name or a text is not valid UTF-8, a tensor's name is
///                     "__metadata__", or the header is longer than 100 MB
/// @throws DTypeError  a tensor is f16 or bf16
void save_safetensors(const std::string& path, const std::map<std::string, Tensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace tinytorch
