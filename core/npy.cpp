#include "core/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"

namespace tinytorch {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written in the order of this machine");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;           // of the data in files that save_npy() writes
constexpr std::size_t kLongestHeader = 1 << 16;  // far above the length of a header of one dtype

/// The header of an .npy file.
struct Header {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
};

/// Parses the dictionary of a header, `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`: the
/// subset of Python's grammar that arrays of one dtype need.
class HeaderParser {
 public:
  HeaderParser(const InputFile& file, std::string_view text) : file_(file), text_(text) {}

  Header parse() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<Shape> shape;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      const auto set = [&](auto& value, auto&& read) {
        if (value) file_.error("the header has '{}' twice", key);
        value = read();
      };
      if (key == "descr") {
        set(descr, [&] { return description(); });
      } else if (key == "fortran_order") {
        set(fortran_order, [&] { return boolean(); });
      } else if (key == "shape") {
        set(shape, [&] { return tuple(); });
      } else {
        file_.error("the header has an unknown key '{}'", key);
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) malformed("nothing after the dictionary");
    const auto need = [&](const char* key, bool found) {
      if (!found) file_.error("the header has no '{}'", key);
    };
    need("descr", descr.has_value());
    need("fortran_order", fortran_order.has_value());
    need("shape", shape.has_value());
    return {*descr, *fortran_order, *shape};
  }

 private:
  [[noreturn]] void malformed(std::string_view wanted) const {
    file_.error("malformed header: expected {} at byte {} of the header", wanted, at_);
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  bool accept(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool accept(char c) { return accept(std::string_view(&c, 1)); }
  void expect(char c) {
    if (!accept(c)) malformed(fmt::format("'{}'", c));
  }

  std::string quoted() {
    const char quote = accept('\'') ? '\'' : accept('"') ? '"' : '\0';
    const std::size_t end = quote ? text_.find(quote, at_) : text_.npos;
    if (end == text_.npos) malformed("a quoted string");
    const std::string_view text = text_.substr(at_, end - at_);
    at_ = end + 1;
    return std::string(text);
  }

  std::string description() {
    if (accept('['))
      file_.error("holds records (a structured dtype); only arrays of one element type can be read");
    return quoted();
  }

  bool boolean() {
    if (accept("True")) return true;
    if (accept("False")) return false;
    malformed("True or False");
  }

  Shape tuple() {
    std::vector<std::int64_t> lengths;
    bool comma = true;
    expect('(');
    while (!accept(')')) {
      if (!comma) malformed("',' or ')'");
      lengths.push_back(length());
      comma = accept(',');
    }
    if (lengths.size() == 1 && !comma) malformed("',': a tuple of one length has one");
    if (lengths.size() > kMaxRank) {
      file_.error("has {} axes; a tensor has at most {}", lengths.size(), kMaxRank);
    }
    return Shape(lengths);
  }

  std::int64_t length() {
    skip_space();
    const char* const begin = text_.data() + at_;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range) file_.error("the shape has a length of more than 63 bits");
    if (error != std::errc()) malformed("a length");
    if (value < 0) file_.error("the shape has a negative length, {}", value);
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  const InputFile& file_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// The value of an IEEE half-precision number.
float half_value(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  const float magnitude = exponent == 0x1f ? (fraction == 0 ? std::numeric_limits<float>::infinity()
                                                            : std::numeric_limits<float>::quiet_NaN())
                          : exponent == 0  ? std::ldexp(static_cast<float>(fraction), -24)
                                           : std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  return std::copysign(magnitude, (bits & 0x8000) != 0 ? -1.0f : 1.0f);
}

/// Converts stored elements, which may be at the end of the memory of the result.
template <class From, class To, auto kConvert = [](From value) { return static_cast<To>(value); }>
void convert(const InputFile& file, std::span<const std::byte> stored, void* result) {
  const std::size_t n = stored.size() / sizeof(From);
  for (std::size_t i = 0; i < n; ++i) {
    From value;
    std::memcpy(&value, stored.data() + i * sizeof(From), sizeof(From));
    if constexpr (std::is_same_v<From, std::uint64_t>) {
      if (!std::in_range<To>(value)) file.error("holds {}, which i64 cannot hold", value);
    }
    static_cast<To*>(result)[i] = kConvert(value);
  }
}

/// A type of elements in files: NumPy's code without the byte order, and the dtype that it is read as.
struct StoredType {
  std::string_view code;
  std::size_t size;  // of an element in bytes
  DType dtype;
  void (*convert)(const InputFile& file, std::span<const std::byte> stored, void* result);
};

constexpr std::array kStoredTypes{
    StoredType{"b1", 1, DType::boolean,
               convert<std::uint8_t, bool, [](std::uint8_t value) { return value != 0; }>},
    StoredType{"u1", 1, DType::u8, nullptr},
    StoredType{"u2", 2, DType::i32, convert<std::uint16_t, std::int32_t>},
    StoredType{"u4", 4, DType::i64, convert<std::uint32_t, std::int64_t>},
    StoredType{"u8", 8, DType::i64, convert<std::uint64_t, std::int64_t>},
    StoredType{"i1", 1, DType::i32, convert<std::int8_t, std::int32_t>},
    StoredType{"i2", 2, DType::i32, convert<std::int16_t, std::int32_t>},
    StoredType{"i4", 4, DType::i32, nullptr},
    StoredType{"i8", 8, DType::i64, nullptr},
    StoredType{"f2", 2, DType::f32, convert<std::uint16_t, float, half_value>},
    StoredType{"f4", 4, DType::f32, nullptr},
    StoredType{"f8", 8, DType::f64, nullptr},
};

/// NumPy's code of a dtype, without the byte order; empty for one that files cannot have. The switch has no
/// default, so that the compiler names a dtype that lacks a case.
std::string_view numpy_code(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return "b1";
    case DType::u8:
      return "u1";
    case DType::i32:
      return "i4";
    case DType::i64:
      return "i8";
    case DType::f16:
    case DType::bf16:
      return "";
    case DType::f32:
      return "f4";
    case DType::f64:
      return "f8";
  }
  return "";
}

const StoredType& type_of_descr(const InputFile& file, std::string_view descr) {
  const bool has_order = !descr.empty() && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
  for (const StoredType& type : kStoredTypes) {
    if (has_order && descr.substr(1) == type.code) return type;
  }
  if (descr.substr(has_order ? 1 : 0) == "O") {
    file.error("holds Python objects, which are never read; save an array of numbers");
  }
  file.error(
      "elements of type '{}' cannot be read; convert the array to one of bool, u1, u2, u4, u8, i1, i2, i4, "
      "i8, f2, f4, f8",
      descr);
}

template <class T>
T little_endian(std::span<const std::byte> bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<T>(bytes[i]) << (8 * i));
  return value;
}

/// The size of the data in bytes; nothing if it overflows.
std::optional<std::size_t> data_size(const Shape& shape, std::size_t element_size) {
  std::size_t bytes = element_size;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  for (const std::int64_t length : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::size_t>(length), &bytes)) return {};
  }
  return bytes;
}

std::string header_text(const Tensor& x) {
  const Shape& shape = x.shape();
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                 size_of(x.dtype()) == 1 ? '|' : '<', numpy_code(x.dtype()),
                                 fmt::join(shape.begin(), shape.end(), ", "), shape.size() == 1 ? "," : "");
  const std::size_t before = kMagic.size() + 4;  // two bytes each of version and length
  text.resize((before + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - before - 1, ' ');
  return text + '\n';
}

}  // namespace

Tensor load_npy(const std::string& path) {
  const OpScope scope("load_npy");
  const InputFile file("load_npy", path);
  std::size_t left = file.size();

  const auto read = [&](std::span<std::byte> bytes) {
    if (bytes.size() > left) file.error("ends within its header");
    file.read(bytes);
    left -= bytes.size();
  };
  std::array<std::byte, kMagic.size() + 2> start;
  if (left < start.size()) file.error("is not an .npy file: it has only {} bytes", left);
  read(start);
  if (std::memcmp(start.data(), kMagic.data(), kMagic.size()) != 0) {
    file.error("is not an .npy file: it does not begin with \\x93NUMPY");
  }
  const int major = std::to_integer<int>(start[kMagic.size()]),
            minor = std::to_integer<int>(start[kMagic.size() + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    file.error("is of format {}.{}; 1.0, 2.0 and 3.0 can be read", major, minor);
  }
  std::array<std::byte, 4> length_bytes{};
  read(std::span(length_bytes).first(major == 1 ? 2 : 4));
  const std::size_t length = little_endian<std::uint32_t>(length_bytes);
  if (length > left) file.error("ends within its header");
  if (length > kLongestHeader) {
    file.error("has a header of {} bytes; at most {} are read", length, kLongestHeader);
  }
  std::string text(length, '\0');
  read(std::as_writable_bytes(std::span(text)));
  const Header header = HeaderParser(file, text).parse();

  const StoredType& type = type_of_descr(file, header.descr);
  const std::optional<std::size_t> bytes = data_size(header.shape, type.size);
  if (!bytes) file.error("shape {} of {} is larger than any file", header.shape, type.code);
  if (*bytes != left) {
    file.error("shape {} of {} takes {} bytes, but the file has {} after its header", header.shape, type.code,
               *bytes, left);
  }

  // An array in Fortran order is the transpose of an array in C order that has the same bytes.
  Shape shape = header.shape;
  if (header.fortran_order) std::reverse(shape.begin(), shape.end());
  Tensor x = empty(shape, {.dtype = type.dtype});
  // Elements that are widened are read to the end of the memory.
  const std::size_t memory = static_cast<std::size_t>(x.numel()) * size_of(type.dtype);
  const std::span data(static_cast<std::byte*>(x.raw_data()) + (memory - *bytes), *bytes);
  file.read(data);
  if (header.descr[0] == '>') {
    for (std::size_t i = 0; i < data.size(); i += type.size) std::ranges::reverse(data.subspan(i, type.size));
  }
  if (type.convert != nullptr) type.convert(file, data, x.raw_data());
  if (!header.fortran_order) return x;
  Axes reversed;
  for (int axis = x.rank() - 1; axis >= 0; --axis) reversed.push_back(axis);
  return permute(x, reversed);
}

void save_npy(const std::string& path, const Tensor& x) {
  const OpScope scope("save_npy");
  if (numpy_code(x.dtype()).empty()) {
    fail<DTypeError>(
        "save_npy", "{} cannot be written; files have elements of bool, u8, i32, i64, f32 or f64", x.dtype());
  }
  const Tensor data = contiguous(x.to(Device::cpu()));
  const std::string header = header_text(data);
  const auto length = static_cast<std::uint16_t>(header.size());
  const std::array<char, 4> version_and_length{1, 0, static_cast<char>(length & 0xff),
                                               static_cast<char>(length >> 8)};

  ReplacementFile file("save_npy", path);
  file.write(std::as_bytes(std::span(kMagic)));
  file.write(std::as_bytes(std::span(version_and_length)));
  file.write(std::as_bytes(std::span(header)));
  file.write({static_cast<const std::byte*>(data.raw_data()),
              static_cast<std::size_t>(data.numel()) * size_of(data.dtype())});
  file.commit();
}

}  // namespace tinytorch
