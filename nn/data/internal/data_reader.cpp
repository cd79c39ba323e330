#include "nn/data/internal/data_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

namespace tinytorch::nn {
namespace {

/// A byte becomes at most so many: four codes of two bits, each for 258 bytes.
constexpr std::size_t kMostInflated = 1032;
constexpr std::size_t kFirstChunk = 1 << 16;
/// zlib counts in 32 bits.
constexpr std::size_t kLargestCall = std::size_t{1} << 30;

}  // namespace

DataReader::DataReader(const char* op, const std::string& path) : file_(op, path), left_(file_.size()) {
  fill();
  is_compressed_ = in_buffer() >= 2 && buffer_[0] == std::byte{0x1f} && buffer_[1] == std::byte{0x8b};
  constexpr int kLargestWindow = 15, kGzip = 16;
  if (is_compressed_ && inflateInit2(&stream_, kLargestWindow + kGzip) != Z_OK) throw std::bad_alloc();
}

DataReader::~DataReader() {
  if (is_compressed_) inflateEnd(&stream_);
}

std::size_t DataReader::most_left() const {
  if (!is_compressed_) return in_buffer() + left_;
  const std::size_t size = file_.size(), limit = std::numeric_limits<std::size_t>::max() / kMostInflated;
  return std::min(size, limit) * kMostInflated - position_;
}

std::size_t DataReader::read(std::span<std::byte> bytes) {
  std::size_t n = 0;
  while (n < bytes.size() && !at_end_) {
    const std::span rest = bytes.subspan(n, std::min(bytes.size() - n, kLargestCall));
    n += is_compressed_ ? inflate_into(rest) : copy_into(rest);
  }
  position_ += n;
  return n;
}

std::string DataReader::read_rest() {
  std::string text;
  std::size_t chunk = is_compressed_ ? kFirstChunk : most_left();
  while (true) {
    const std::size_t start = text.size();
    text.resize(start + chunk);
    const std::size_t n = read(std::as_writable_bytes(std::span(text)).subspan(start));
    text.resize(start + n);
    if (n < chunk || !is_compressed_) return text;
    chunk = text.size();
  }
}

void DataReader::fill() {
  const std::size_t n = std::min(left_, buffer_.size());
  file_.read(std::span(buffer_).first(n));
  left_ -= n;
  stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
  stream_.avail_in = static_cast<uInt>(n);
}

std::size_t DataReader::copy_into(std::span<std::byte> bytes) {
  if (in_buffer() == 0) fill();
  const std::size_t n = std::min(bytes.size(), in_buffer());
  std::memcpy(bytes.data(), stream_.next_in, n);
  stream_.next_in += n;
  stream_.avail_in -= static_cast<uInt>(n);
  at_end_ = n == 0;
  return n;
}

std::size_t DataReader::inflate_into(std::span<std::byte> bytes) {
  stream_.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream_.avail_out = static_cast<uInt>(bytes.size());
  while (stream_.avail_out > 0 && !at_end_) inflate_some();
  return bytes.size() - stream_.avail_out;
}

void DataReader::inflate_some() {
  if (in_buffer() == 0) fill();
  const int code = inflate(&stream_, Z_NO_FLUSH);
  if (code == Z_STREAM_END) {
    at_end_ = in_buffer() + left_ == 0;
    if (!at_end_) inflateReset(&stream_);  // what follows must be another member of the file
  } else if (code == Z_BUF_ERROR) {
    file_.error("ends within its compressed data, at byte {}", file_.size());
  } else if (code != Z_OK) {
    file_.error("is damaged at byte {}: {}", file_.size() - left_ - in_buffer(),
                stream_.msg != nullptr ? stream_.msg : zError(code));
  }
}

std::string read_file(const char* op, const std::string& path) { return DataReader(op, path).read_rest(); }

}  // namespace tinytorch::nn
