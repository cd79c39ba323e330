#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include <zlib.h>

#include "core/internal/file.h"

namespace tinytorch::nn {

/// Reads a regular file from beginning to end; one that begins as a gzip file (RFC 1952) is inflated. A
/// gzip file that ends early, has something after its end or a wrong checksum is an error of read().
class DataReader {
 public:
  /// @throws IoError  as InputFile
  DataReader(const char* op, const std::string& path);
  ~DataReader();
  DataReader(const DataReader&) = delete;
  DataReader& operator=(const DataReader&) = delete;

  /// Whose errors name the op and the path.
  const FileErrors& file() const { return file_; }
  bool is_compressed() const { return is_compressed_; }
  /// How many bytes have been read; after the inflation, if there is one.
  std::size_t position() const { return position_; }
  /// How many bytes follow: exactly, or the most that the compressed ones can become.
  std::size_t most_left() const;

  /// Reads the next bytes.
  /// @return  how many; fewer than asked for only at the end
  /// @throws IoError  the file cannot be read, or inflated
  std::size_t read(std::span<std::byte> bytes);
  /// All bytes that follow.
  /// @throws IoError  as read()
  std::string read_rest();

 private:
  void fill();
  std::size_t copy_into(std::span<std::byte> bytes);
  std::size_t inflate_into(std::span<std::byte> bytes);
  void inflate_some();
  std::size_t in_buffer() const { return stream_.avail_in; }

  InputFile file_;
  std::size_t left_;  // in the file, after the buffer
  std::array<std::byte, 1 << 16> buffer_;
  z_stream stream_{};  // with what is left in the buffer, also of a plain file
  bool is_compressed_ = false, at_end_ = false;
  std::size_t position_ = 0;
};

/// All bytes of a file, inflated if it is a gzip file.
/// @throws IoError  as DataReader
std::string read_file(const char* op, const std::string& path);

}  // namespace tinytorch::nn
