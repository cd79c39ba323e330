#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sys/stat.h>

#include "core/internal/format.h"

namespace tinytorch {

/// What messages about a file name: the op and the path.
class FileErrors {
 public:
  /// @throws IoError  the system would take only a part of the path
  FileErrors(const char* op, const std::string& path);

  /// The same for a part of the file, which messages name after the path.
  FileErrors within(std::string_view part) const;

  template <class... Args>
  [[noreturn]] void error(fmt::format_string<Args...> format, Args&&... args) const {
    fail<IoError>(op_, "{}: {}", path_, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const char* op_;
  std::string path_;
};

/// Creates a directory and those above it, if they are not there.
/// @throws IoError  that fails
void create_directories(const char* op, const std::string& path);

/// The descriptor of an open file; closed by the destructor.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  operator int() const { return value_; }
  /// @return false if an earlier write failed
  bool close();

 private:
  int value_;
};

/// A regular file that is read.
class InputFile : public FileErrors {
 public:
  /// @throws IoError  it cannot be opened, or is not a regular file
  InputFile(const char* op, const std::string& path);

  /// In bytes.
  std::size_t size() const { return size_; }

  /// Reads the next bytes.
  /// @throws IoError  they cannot be read
  void read(std::span<std::byte> bytes) const;

  /// Reads the bytes at an offset, and leaves unchanged which ones read() reads next. Threads may read at the
  /// same time.
  /// @throws IoError  they cannot be read
  void read_at(std::size_t offset, std::span<std::byte> bytes) const;

 private:
  Descriptor descriptor_;
  std::size_t size_;
};

/// Bytes that are read once, from first to last: those of a file, or of an entry of an archive.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// What messages about the bytes name.
  const FileErrors& errors() const { return errors_; }
  /// The number of bytes that are not read yet.
  std::size_t left() const { return left_; }

  /// Reads the next bytes, at most left().
  /// @throws IoError  they cannot be read
  void read(std::span<std::byte> bytes) {
    left_ -= bytes.size();
    read_next(bytes);
  }

 protected:
  ByteSource(FileErrors errors, std::size_t size) : errors_(std::move(errors)), left_(size) {}

 private:
  virtual void read_next(std::span<std::byte> bytes) = 0;

  FileErrors errors_;
  std::size_t left_;
};

/// The bytes of a file.
class FileSource : public ByteSource {
 public:
  explicit FileSource(const InputFile& file) : ByteSource(file, file.size()), file_(file) {}

 private:
  void read_next(std::span<std::byte> bytes) override { file_.read(bytes); }

  const InputFile& file_;
};

/// A regular file that is written in the directory of the one that it replaces, so that readers see either
/// the old or the new file. Symbolic links stay: what they lead to is replaced, by a file of the same owner
/// and mode.
class ReplacementFile : public FileErrors {
 public:
  /// @throws IoError  there is something at the path that is not a regular file or cannot be written, or no
  ///                  file can be created in its directory
  ReplacementFile(const char* op, const std::string& path);
  /// Removes the file unless it has replaced the old one.
  ~ReplacementFile();
  ReplacementFile(const ReplacementFile&) = delete;
  ReplacementFile& operator=(const ReplacementFile&) = delete;

  /// Appends the bytes.
  /// @throws IoError  they cannot be written
  void write(std::span<const std::byte> bytes) const;

  /// Replaces bytes that were written at an offset; write() still appends.
  /// @throws IoError  they cannot be written
  void write_at(std::size_t offset, std::span<const std::byte> bytes) const;

  /// Waits until all bytes are on the disk, replaces the old file, and waits until the directory says so.
  /// @throws IoError  that failed; the old file is unchanged, unless the message says that it was replaced
  void commit();

 private:
  std::optional<struct stat> status_of_target() const;
  int create_temporary();
  void keep_owner_and_mode() const;
  std::filesystem::path directory() const;
  void synchronize_directory() const;

  std::filesystem::path target_, temporary_;
  std::optional<struct stat> replaced_;  // of the old file
  Descriptor descriptor_;
};

}  // namespace tinytorch
