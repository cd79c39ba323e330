#include "core/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/internal/npy.h"
#include "core/internal/stored_type.h"
#include "core/internal/text.h"
#include "core/ops/shape.h"

namespace tinytorch {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kDataAlignment = 64;          // of the data in files that save_npy() writes
constexpr std::size_t kLongestNpyHeader = 1 << 16;  // far above the length of a header of one dtype

/// Parses the dictionary of a header, `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`: the
/// subset of Python's grammar that arrays of one dtype need.
class NpyHeaderParser {
 public:
  NpyHeaderParser(const FileErrors& file, std::string_view text) : file_(file), text_(text) {}

  NpyHeader parse() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<Shape> shape;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      const auto set = [&](auto& value, auto&& read) {
        if (value) file_.error("the header has '{}' twice", printable(key));
        value = read();
      };
      if (key == "descr") {
        set(descr, [&] { return description(); });
      } else if (key == "fortran_order") {
        set(fortran_order, [&] { return boolean(); });
      } else if (key == "shape") {
        set(shape, [&] { return tuple(); });
      } else {
        file_.error("the header has an unknown key '{}'", printable(key));
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

  const FileErrors& file_;
  std::string_view text_;
  std::size_t at_ = 0;
};

const StoredType& type_of_descr(const FileErrors& errors, std::string_view descr) {
  const bool has_order = !descr.empty() && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
  for (const StoredType& type : stored_types()) {
    if (has_order && !type.numpy.empty() && descr.substr(1) == type.numpy) return type;
  }
  if (descr.substr(has_order ? 1 : 0) == "O") {
    errors.error("holds Python objects, which are never read; save an array of numbers");
  }
  errors.error(
      "elements of type '{}' cannot be read; convert the array to one of bool, u1, u2, u4, u8, i1, i2, i4, "
      "i8, f2, f4, f8",
      printable(descr));
}

template <class T>
T little_endian(std::span<const std::byte> bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<T>(bytes[i]) << (8 * i));
  return value;
}

/// The dictionary that describes a tensor.
std::string npy_dictionary(const Tensor& x) {
  const Shape& shape = x.shape();
  const StoredType& type = type_to_write("save_npy", x.dtype());
  return fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}{}), }}",
                     type.size == 1 ? '|' : '<', type.numpy, fmt::join(shape.begin(), shape.end(), ", "),
                     shape.size() == 1 ? "," : "");
}

}  // namespace

NpyHeader read_npy_header(ByteSource& source) {
  const FileErrors& errors = source.errors();
  const auto read = [&](std::span<std::byte> bytes) {
    if (bytes.size() > source.left()) errors.error("ends within its header");
    source.read(bytes);
  };
  std::array<std::byte, kMagic.size() + 2> start;
  if (source.left() < start.size()) errors.error("is not an .npy file: it has only {} bytes", source.left());
  read(start);
  if (std::memcmp(start.data(), kMagic.data(), kMagic.size()) != 0) {
    errors.error("is not an .npy file: it does not begin with \\x93NUMPY");
  }
  const int major = std::to_integer<int>(start[kMagic.size()]),
            minor = std::to_integer<int>(start[kMagic.size() + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    errors.error("is of format {}.{}; 1.0, 2.0 and 3.0 can be read", major, minor);
  }
  std::array<std::byte, 4> length_bytes{};
  read(std::span(length_bytes).first(major == 1 ? 2 : 4));
  const std::size_t length = little_endian<std::uint32_t>(length_bytes);
  if (length > source.left()) errors.error("ends within its header");
  if (length > kLongestNpyHeader) {
    errors.error("has a header of {} bytes; at most {} are read", length, kLongestNpyHeader);
  }
  std::string text(length, '\0');
  read(std::as_writable_bytes(std::span(text)));
  return NpyHeaderParser(errors, text).parse();
}

Tensor read_npy(ByteSource& source) {
  const FileErrors& errors = source.errors();
  const NpyHeader header = read_npy_header(source);
  const StoredType& type = type_of_descr(errors, header.descr);
  const std::optional<std::size_t> bytes = stored_size(header.shape, type.size);
  if (!bytes) errors.error("shape {} of {} is larger than any file", header.shape, type.numpy);
  if (*bytes != source.left()) {
    errors.error("shape {} of {} takes {} bytes, but the file has {} after its header", header.shape,
                 type.numpy, *bytes, source.left());
  }

  // An array in Fortran order is the transpose of an array in C order that has the same bytes.
  Shape shape = header.shape;
  if (header.fortran_order) std::reverse(shape.begin(), shape.end());
  Tensor x = read_elements(errors, type, shape, [&](std::span<std::byte> data) {
    source.read(data);
    if (header.descr[0] != '>') return;
    for (std::size_t i = 0; i < data.size(); i += type.size) std::ranges::reverse(data.subspan(i, type.size));
  });
  if (!header.fortran_order) return x;
  Axes reversed;
  for (int axis = x.rank() - 1; axis >= 0; --axis) reversed.push_back(axis);
  return permute(x, reversed);
}

std::string npy_header(const Tensor& x) {
  std::string text = npy_dictionary(x);
  const std::size_t before = kMagic.size() + 4;  // two bytes each of version and length
  text.resize((before + text.size() + 1 + kDataAlignment - 1) / kDataAlignment * kDataAlignment - before - 1,
              ' ');
  text += '\n';
  std::string header(kMagic);
  for (const std::size_t byte : {std::size_t{1}, std::size_t{0}, text.size() & 0xff, text.size() >> 8})
    header += static_cast<char>(byte);
  return header + text;
}

Tensor load_npy(const std::string& path) {
  const OpScope scope("load_npy");
  const InputFile file("load_npy", path);
  FileSource source(file);
  return read_npy(source);
}

void save_npy(const std::string& path, const Tensor& x) {
  const OpScope scope("save_npy");
  const Tensor data = elements_to_write(x);
  const std::string header = npy_header(data);
  ReplacementFile file("save_npy", path);
  file.write(std::as_bytes(std::span(header)));
  file.write(bytes_of(data));
  file.commit();
}

}  // namespace tinytorch
