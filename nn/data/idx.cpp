#include "nn/data/idx.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "nn/data/internal/data_reader.h"

namespace tinytorch::nn {
namespace {

static_assert(std::endian::native == std::endian::little, "elements of files are big-endian");

/// Converts elements at the end of the memory of the result.
template <class From>
void widen_elements(std::span<const std::byte> stored, void* result) {
  for (std::size_t i = 0; i < stored.size() / sizeof(From); ++i) {
    From value;
    std::memcpy(&value, stored.data() + i * sizeof(From), sizeof(From));
    static_cast<std::int32_t*>(result)[i] = value;  // NOLINT(bugprone-signed-char-misuse): i8 is no character
  }
}

/// A type of elements in files, and the dtype that it is read as.
struct IdxType {
  std::uint8_t code;
  std::string_view name;
  std::size_t size;  // in bytes
  DType dtype;
  void (*widen)(std::span<const std::byte> stored, void* result) = nullptr;
};

constexpr std::array kIdxTypes{
    IdxType{0x08, "u8", 1, DType::u8},
    IdxType{0x09, "i8", 1, DType::i32, widen_elements<std::int8_t>},
    IdxType{0x0b, "i16", 2, DType::i32, widen_elements<std::int16_t>},
    IdxType{0x0c, "i32", 4, DType::i32},
    IdxType{0x0d, "f32", 4, DType::f32},
    IdxType{0x0e, "f64", 8, DType::f64},
};

struct IdxHeader {
  const IdxType* type;
  Shape shape;
};

IdxHeader read_idx_header(DataReader& reader) {
  const FileErrors& file = reader.file();
  const auto read = [&](std::span<std::uint8_t> bytes) {
    if (reader.read(std::as_writable_bytes(bytes)) < bytes.size()) {
      file.error("ends within its header, after {} bytes", reader.position());
    }
  };
  std::array<std::uint8_t, 4> magic;  // two zeros, the type and the number of axes
  read(magic);
  if (magic[0] != 0 || magic[1] != 0) file.error("is not an IDX file: it does not begin with two zeros");
  const auto type = std::ranges::find(kIdxTypes, magic[2], &IdxType::code);
  if (type == kIdxTypes.end()) {
    file.error(
        "has elements of type 0x{:02x}; the types are u8 (0x08), i8 (0x09), i16 (0x0b), i32 (0x0c), "
        "f32 (0x0d) and f64 (0x0e)",
        magic[2]);
  }
  if (magic[3] > kMaxRank) file.error("has {} axes; a tensor has at most {}", magic[3], kMaxRank);
  IdxHeader header{&*type, {}};
  for (int axis = 0; axis < magic[3]; ++axis) {
    std::array<std::uint8_t, 4> length;
    read(length);
    header.shape.push_back(std::int64_t{length[0]} << 24 | length[1] << 16 | length[2] << 8 | length[3]);
  }
  return header;
}

/// The size of the data in bytes; nothing if it overflows.
std::optional<std::size_t> idx_data_size(const IdxHeader& header) {
  if (std::find(header.shape.begin(), header.shape.end(), 0) != header.shape.end()) return 0;
  std::size_t bytes = header.type->size;
  for (const std::int64_t length : header.shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::size_t>(length), &bytes)) return {};
  }
  return bytes;
}

std::size_t checked_data_size(const DataReader& reader, const IdxHeader& header) {
  const std::optional<std::size_t> bytes = idx_data_size(header);
  const std::size_t left = reader.most_left();
  if (!bytes) {
    reader.file().error("shape {} of {} is larger than any file", header.shape, header.type->name);
  }
  if (!reader.is_compressed() && *bytes != left) {
    reader.file().error("shape {} of {} takes {} bytes, but the file has {} after its header", header.shape,
                        header.type->name, *bytes, left);
  }
  if (*bytes > left) {
    reader.file().error("shape {} of {} takes {} bytes, but the compressed file holds at most {}",
                        header.shape, header.type->name, *bytes, left);
  }
  return *bytes;
}

}  // namespace

Tensor load_idx(const std::string& path) {
  const OpScope scope("load_idx");
  DataReader reader("load_idx", path);
  const IdxHeader header = read_idx_header(reader);
  const std::size_t bytes = checked_data_size(reader, header), size = header.type->size;

  Tensor x = empty(header.shape, {.dtype = header.type->dtype});
  const std::size_t memory = static_cast<std::size_t>(x.numel()) * size_of(x.dtype());
  const std::span data(static_cast<std::byte*>(x.raw_data()) + (memory - bytes), bytes);
  if (const std::size_t n = reader.read(data); n < bytes) {
    reader.file().error("ends after {} of the {} bytes that shape {} of {} takes", n, bytes, header.shape,
                        header.type->name);
  }
  std::byte more;
  if (reader.read({&more, 1}) != 0) {
    reader.file().error("has more than the {} bytes that shape {} of {} takes", bytes, header.shape,
                        header.type->name);
  }
  for (std::size_t i = 0; size > 1 && i < bytes; i += size) std::ranges::reverse(data.subspan(i, size));
  if (header.type->widen != nullptr) header.type->widen(data, x.raw_data());
  return x;
}

}  // namespace tinytorch::nn
