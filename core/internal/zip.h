#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/internal/file.h"

// Internal: zip archives (PKWARE's APPNOTE.TXT 6.3.10), as far as .npz files need them: one file, entries
// that are stored or deflated, sizes and offsets of 64 bits.
namespace tinytorch {

/// An entry of an archive.
struct ZipEntry {
  std::string name;
  std::uint16_t method = 0;  // 0: stored; 8: deflated
  std::uint32_t crc = 0;     // CRC-32 of the content
  std::uint64_t size = 0;    // of the content in bytes
  std::uint64_t stored = 0;  // the same of what is in the archive
  std::uint64_t header_offset = 0;
  std::uint64_t data_offset = 0;
};

/// Reads the directory of an archive. No two entries overlap, none is longer than its bytes in the archive
/// can be when they are inflated, and names differ.
/// @throws IoError  it is malformed, encrypted or on several disks, or an entry is compressed by an unknown
///                  method
std::vector<ZipEntry> read_zip_directory(const InputFile& file);

/// The content of an entry. What reads its last byte also checks the entry's length and its CRC-32.
class ZipSource : public ByteSource {
 public:
  ZipSource(const InputFile& file, const ZipEntry& entry);
  ~ZipSource() override;

 private:
  class Inflater;

  void read_next(std::span<std::byte> bytes) override;
  void read_stored(std::span<std::byte> bytes);

  const InputFile& file_;
  ZipEntry entry_;
  std::unique_ptr<Inflater> inflater_;  // null if the entry is stored
  std::uint64_t offset_;                // of the next stored byte
  std::uint32_t crc_ = 0;
};

/// Writes an archive. The same entries give the same bytes.
class ZipWriter {
 public:
  ZipWriter(const ReplacementFile& file, bool compressed) : file_(file), compressed_(compressed) {}

  /// Appends an entry whose content is these parts, one after the other.
  void add(const std::string& name, std::initializer_list<std::span<const std::byte>> content);

  /// Writes the directory.
  void finish();

 private:
  void write(std::span<const std::byte> bytes);
  void deflate_parts(std::initializer_list<std::span<const std::byte>> content);

  const ReplacementFile& file_;
  bool compressed_;
  std::uint64_t offset_ = 0;  // of the end of what was written
  std::vector<ZipEntry> entries_;
};

}  // namespace tinytorch
