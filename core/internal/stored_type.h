#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "core/internal/file.h"
#include "core/tensor.h"

// Internal: the elements of tensors in files, the same for all formats.
namespace tinytorch {

/// A type of elements in files: its names, and the dtype that it is read as.
struct StoredType {
  std::string_view numpy;        // NumPy's code without the byte order; empty if it has none
  std::string_view safetensors;  // empty if that format does not have it
  std::size_t size;              // of an element in bytes
  std::optional<DType> dtype;    // nothing if it cannot be read
  /// Converts elements, which may be at the end of the memory of the result; null if they stay as they are.
  void (*convert)(const FileErrors& errors, std::span<const std::byte> stored, void* result);
};

std::span<const StoredType> stored_types();

/// The type that elements of a dtype are written as.
/// @throws DTypeError  it is f16 or bf16
const StoredType& type_to_write(const char* op, DType dtype);

/// The size in bytes of elements in a file; nothing if it overflows.
std::optional<std::size_t> stored_size(const Shape& shape, std::size_t element_size);

/// A tensor on the CPU of elements in a file, which `read` reads in the order of this machine. The caller has
/// checked that the file has them.
/// @param type  one that has a dtype
/// @throws IoError  the dtype cannot hold an element
Tensor read_elements(const FileErrors& errors, const StoredType& type, const Shape& shape,
                     const std::function<void(std::span<std::byte>)>& read);

/// x on the CPU and contiguous: its elements as they are in a file.
Tensor elements_to_write(const Tensor& x);

/// The bytes of a tensor that is on the CPU and contiguous.
std::span<const std::byte> bytes_of(const Tensor& x);

}  // namespace tinytorch
