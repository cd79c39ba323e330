#include "core/npy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

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

std::string last_error() { return std::generic_category().message(errno); }

/// An open file; closed by the destructor.
class File {
 public:
  /// @param path    the path that messages name
  /// @param opened  the path of the file to open
  File(const char* op, const std::string& path, const std::string& opened, int flags)
      : op_(op), path_(path), descriptor_(::open(opened.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) error("cannot be opened: {}", last_error());
  }
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  template <class... Args>
  [[noreturn]] void error(fmt::format_string<Args...> format, Args&&... args) const {
    fail<IoError>(op_, "{}: {}", path_, fmt::format(format, std::forward<Args>(args)...));
  }

  /// The size in bytes; only regular files have one.
  std::size_t size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) error("cannot be read: {}", last_error());
    if (!S_ISREG(status.st_mode)) error("is not a regular file");
    return static_cast<std::size_t>(status.st_size);
  }

  void read(std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::read(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error("cannot be read: {}", last_error());
      if (n == 0) error("became shorter while it was read");
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  void write(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error("cannot be written: {}", last_error());
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  /// Waits until all data is on the disk, and closes the file.
  void finish() {
    if (::fsync(descriptor_) != 0 || !close()) error("cannot be written: {}", last_error());
  }

 private:
  bool close() { return descriptor_ < 0 || ::close(std::exchange(descriptor_, -1)) == 0; }

  const char* op_;
  std::string path_;
  int descriptor_;
};

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
  HeaderParser(const File& file, std::string_view text) : file_(file), text_(text) {}

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
    return std::string(text_.substr(std::exchange(at_, end + 1), end - at_));
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

  const File& file_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// The dtypes that files can have.
constexpr std::array kDTypes{DType::boolean, DType::u8, DType::i32, DType::i64, DType::f32, DType::f64};

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

DType dtype_of_descr(const File& file, std::string_view descr) {
  const bool has_order = !descr.empty() && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
  for (const DType dtype : kDTypes) {
    if (has_order && descr.substr(1) == numpy_code(dtype)) return dtype;
  }
  if (descr.substr(has_order ? 1 : 0) == "O") {
    file.error("holds Python objects, which are never read; save an array of numbers");
  }
  file.error("elements of type '{}' cannot be read; convert the array to one of bool, u1, i4, i8, f4, f8",
             descr);
}

template <class T>
T little_endian(std::span<const std::byte> bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<T>(bytes[i]) << (8 * i));
  return value;
}

/// The size of the data in bytes; nothing if it overflows.
std::optional<std::size_t> data_size(const Shape& shape, DType dtype) {
  std::size_t bytes = size_of(dtype);
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  for (const std::int64_t length : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::size_t>(length), &bytes)) return {};
  }
  return bytes;
}

/// A path in the same directory that no other thread or process uses.
std::string temporary_name(const std::string& path) {
  static std::atomic<int> counter{0};
  return fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter.fetch_add(1));
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
  // Opening a pipe would block until another process writes to it; with O_NONBLOCK size() refuses it.
  const File file("load_npy", path, path, O_RDONLY | O_NONBLOCK);
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

  const DType dtype = dtype_of_descr(file, header.descr);
  const std::optional<std::size_t> bytes = data_size(header.shape, dtype);
  if (!bytes) file.error("shape {} of {} is larger than any file", header.shape, dtype);
  if (*bytes != left) {
    file.error("shape {} of {} takes {} bytes, but the file has {} after its header", header.shape, dtype,
               *bytes, left);
  }

  // An array in Fortran order is the transpose of an array in C order that has the same bytes.
  Shape shape = header.shape;
  if (header.fortran_order) std::reverse(shape.begin(), shape.end());
  Tensor x = empty(shape, {.dtype = dtype});
  const std::span data(static_cast<std::byte*>(x.raw_data()), *bytes);
  file.read(data);
  if (header.descr[0] == '>') {
    const std::size_t size = size_of(dtype);
    for (std::size_t i = 0; i < data.size(); i += size) std::ranges::reverse(data.subspan(i, size));
  }
  if (dtype == DType::boolean) {
    for (std::byte& truth : data) truth = truth == std::byte{0} ? truth : std::byte{1};
  }
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

  const std::string temporary = temporary_name(path);
  File file("save_npy", path, temporary, O_WRONLY | O_CREAT | O_EXCL);
  try {
    file.write(std::as_bytes(std::span(kMagic)));
    file.write(std::as_bytes(std::span(version_and_length)));
    file.write(std::as_bytes(std::span(header)));
    file.write({static_cast<const std::byte*>(data.raw_data()),
                static_cast<std::size_t>(data.numel()) * size_of(data.dtype())});
    file.finish();
    if (std::rename(temporary.c_str(), path.c_str()) != 0) file.error("cannot be replaced: {}", last_error());
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace tinytorch
