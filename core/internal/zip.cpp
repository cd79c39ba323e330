#include "core/internal/zip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <zlib.h>

#include "core/internal/format.h"
#include "core/internal/text.h"

namespace tinytorch {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryHeader = 0x02014b50, kDirectoryEnd = 0x06054b50,
                        kDirectoryEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr std::size_t kLocalHeaderSize = 30, kDirectoryEndSize = 22, kDirectoryEnd64Size = 56,
                      kLocator64Size = 20;
constexpr std::uint16_t kZipStored = 0, kZipDeflated = 8;
constexpr std::uint16_t kEncrypted = 1 << 0 | 1 << 6 | 1 << 13, kNameIsUtf8 = 1 << 11;  // flags
constexpr std::uint16_t kExtra64 = 1;        // the extra field with sizes and offsets of 64 bits
constexpr std::uint32_t kIn64 = 0xffffffff;  // stands for a value in that field
constexpr std::uint16_t kMaxU16 = 0xffff;
constexpr std::uint64_t kDeflateLimit = 1032;  // 258 bytes from 2 bits
constexpr std::size_t kZipBuffer = std::size_t{1} << 16;

// Directories

/// Reads little-endian integers one after the other.
class ZipFields {
 public:
  ZipFields(const FileErrors& errors, std::string_view bytes) : errors_(errors), bytes_(bytes) {}

  std::string_view text(std::size_t n) {
    if (n > bytes_.size()) errors_.error("the zip archive's directory ends early");
    const std::string_view result = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return result;
  }
  std::uint16_t u16() { return static_cast<std::uint16_t>(integer(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
  std::uint64_t u64() { return integer(8); }
  void skip(std::size_t n) { text(n); }
  bool empty() const { return bytes_.empty(); }

 private:
  std::uint64_t integer(std::size_t n) {
    std::uint64_t value = 0;
    const std::string_view bytes = text(n);
    for (std::size_t i = 0; i < n; ++i)
      value |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
    return value;
  }

  const FileErrors& errors_;
  std::string_view bytes_;
};

/// The bytes of the file at an offset. The caller has checked that the file is long enough.
std::string read_zip_text(const InputFile& file, std::uint64_t offset, std::uint64_t size) {
  std::string text(size, '\0');
  file.read_at(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

/// Where the directory is in the file.
struct ZipDirectory {
  std::uint64_t offset = 0, size = 0, entries = 0;
};

void require_one_disk(const FileErrors& errors, bool is_one) {
  if (!is_one) errors.error("is a part of a zip archive on several disks");
}

/// The record at the end of an archive of more than 65535 entries or 4 GiB. Its position is in a record
/// before the usual end.
/// @return  nothing if there is none
std::optional<ZipDirectory> read_directory_end_64(const InputFile& file, std::uint64_t end) {
  if (end < kLocator64Size + kDirectoryEnd64Size) return {};
  const std::string locator = read_zip_text(file, end - kLocator64Size, kLocator64Size);
  ZipFields at(file, locator);
  if (at.u32() != kLocator64) return {};
  const std::uint32_t disk = at.u32();
  const std::uint64_t offset = at.u64();
  require_one_disk(file, disk == 0 && at.u32() <= 1);
  if (offset != end - kLocator64Size - kDirectoryEnd64Size)
    file.error("malformed zip archive: its end record is not at byte {}", offset);
  const std::string record = read_zip_text(file, offset, kDirectoryEnd64Size);
  ZipFields fields(file, record);
  if (fields.u32() != kDirectoryEnd64)
    file.error("malformed zip archive: its end record is not at byte {}", offset);
  fields.skip(8 + 2 + 2);  // size of the record, versions
  const std::uint32_t this_disk = fields.u32(), first_disk = fields.u32();
  const std::uint64_t entries_here = fields.u64();
  ZipDirectory directory;
  directory.entries = fields.u64();
  directory.size = fields.u64();
  directory.offset = fields.u64();
  require_one_disk(file, this_disk == 0 && first_disk == 0 && entries_here == directory.entries);
  if (directory.offset > offset || directory.size != offset - directory.offset)
    file.error("malformed zip archive: its directory does not end where its end record begins");
  return directory;
}

/// Finds the end record: the last 22 bytes, or bytes before a comment of at most 65535.
ZipDirectory find_directory(const InputFile& file) {
  const std::uint64_t size = file.size();
  const std::uint64_t searched = std::min<std::uint64_t>(size, kDirectoryEndSize + kMaxU16);
  const std::string tail = read_zip_text(file, size - searched, searched);
  for (std::size_t comment = 0; comment + kDirectoryEndSize <= tail.size(); ++comment) {
    ZipFields fields(file, std::string_view(tail).substr(tail.size() - kDirectoryEndSize - comment));
    if (fields.u32() != kDirectoryEnd) continue;
    const std::uint16_t disk = fields.u16(), first_disk = fields.u16(), entries_here = fields.u16();
    ZipDirectory directory;
    directory.entries = fields.u16();
    directory.size = fields.u32();
    directory.offset = fields.u32();
    if (fields.u16() != comment) continue;
    const std::uint64_t end = size - kDirectoryEndSize - comment;
    if (const auto large = read_directory_end_64(file, end)) return *large;
    require_one_disk(file, disk == 0 && first_disk == 0 && entries_here == directory.entries);
    if (directory.offset > end || directory.size != end - directory.offset)
      file.error("malformed zip archive: its directory does not end where its end record begins");
    return directory;
  }
  file.error("is not a zip archive: it has no end record");
}

/// Replaces the values that are in the extra field for 64 bits.
void read_extra_64(const FileErrors& errors, std::string_view extra, ZipEntry& entry) {
  ZipFields fields(errors, extra);
  while (!fields.empty()) {
    const std::uint16_t kind = fields.u16(), size = fields.u16();
    ZipFields values(errors, fields.text(size));
    if (kind != kExtra64) continue;
    for (std::uint64_t* value : {&entry.size, &entry.stored, &entry.header_offset}) {
      if (*value == kIn64) *value = values.u64();
    }
    return;
  }
}

void check_directory_entry(const FileErrors& errors, std::uint16_t flags, const ZipEntry& entry) {
  if ((flags & kEncrypted) != 0) errors.error("is encrypted");
  if (entry.method != kZipStored && entry.method != kZipDeflated) {
    errors.error("is compressed by method {}; 0 (stored) and 8 (deflated) can be read", entry.method);
  }
  if (entry.method == kZipStored && entry.size != entry.stored) {
    errors.error("has {} bytes in the archive, but {} according to the directory", entry.stored, entry.size);
  }
  if (entry.size / kDeflateLimit > entry.stored) {
    errors.error("has {} bytes according to the directory; {} compressed ones cannot hold as many",
                 entry.size, entry.stored);
  }
}

/// What messages about an entry name.
FileErrors entry_errors(const FileErrors& file, const std::string& name) {
  return file.within(fmt::format("entry '{}'", printable(name)));
}

ZipEntry read_directory_entry(const FileErrors& file, ZipFields& fields) {
  if (fields.u32() != kDirectoryHeader) file.error("malformed zip archive: its directory has no header");
  fields.skip(2 + 2);  // versions
  const std::uint16_t flags = fields.u16();
  ZipEntry entry;
  entry.method = fields.u16();
  fields.skip(2 + 2);  // time, date
  entry.crc = fields.u32();
  entry.stored = fields.u32();
  entry.size = fields.u32();
  const std::uint16_t name_size = fields.u16(), extra_size = fields.u16(), comment_size = fields.u16();
  const std::uint16_t disk = fields.u16();
  fields.skip(2 + 4);  // attributes
  entry.header_offset = fields.u32();
  entry.name = fields.text(name_size);
  const FileErrors errors = entry_errors(file, entry.name);
  if (!is_utf8(entry.name)) errors.error("its name is not UTF-8");
  read_extra_64(errors, fields.text(extra_size), entry);
  fields.skip(comment_size);
  require_one_disk(file, disk == 0);
  check_directory_entry(errors, flags, entry);
  return entry;
}

/// Reads the header before the data of an entry, which must agree with the directory.
/// @param limit  where the directory begins
void find_data(const InputFile& file, std::uint64_t limit, ZipEntry& entry) {
  const FileErrors errors = entry_errors(file, entry.name);
  const auto require_inside = [&](bool is_inside) {
    if (!is_inside) errors.error("is not inside the archive: its header is at byte {}", entry.header_offset);
  };
  require_inside(limit >= kLocalHeaderSize && entry.header_offset <= limit - kLocalHeaderSize);
  const std::string header = read_zip_text(file, entry.header_offset, kLocalHeaderSize);
  ZipFields fields(errors, header);
  if (fields.u32() != kLocalHeader) errors.error("has no header at byte {}", entry.header_offset);
  fields.skip(2);  // version
  const std::uint16_t flags = fields.u16(), method = fields.u16();
  fields.skip(2 + 2 + 4 + 4 + 4);  // time, date, CRC, sizes
  const std::uint16_t name_size = fields.u16(), extra_size = fields.u16();
  const std::uint64_t left = limit - kLocalHeaderSize - entry.header_offset;
  const std::uint64_t names = std::uint64_t{name_size} + extra_size;
  require_inside(names <= left && entry.stored <= left - names);
  const std::string name = read_zip_text(file, entry.header_offset + kLocalHeaderSize, name_size);
  if (name != entry.name || method != entry.method || (flags & kEncrypted) != 0)
    errors.error("its header at byte {} differs from the archive's directory", entry.header_offset);
  entry.data_offset = entry.header_offset + kLocalHeaderSize + names;
}

/// Archives whose entries share bytes hold far more than they should.
void check_overlaps(const FileErrors& file, std::vector<const ZipEntry*> entries) {
  std::ranges::sort(entries, {}, [](const ZipEntry* entry) { return entry->header_offset; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i - 1]->data_offset + entries[i - 1]->stored > entries[i]->header_offset)
      entry_errors(file, entries[i]->name).error("overlaps with entry '{}'", printable(entries[i - 1]->name));
  }
}

// Writing

/// Appends little-endian integers.
class ZipRecord {
 public:
  explicit ZipRecord(std::uint32_t signature) { u32(signature); }

  ZipRecord& u16(std::uint64_t value) { return integer(value, 2); }
  ZipRecord& u32(std::uint64_t value) { return integer(value, 4); }
  ZipRecord& u64(std::uint64_t value) { return integer(value, 8); }
  ZipRecord& text(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(bytes_)); }

 private:
  ZipRecord& integer(std::uint64_t value, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }

  std::string bytes_;
};

constexpr std::uint16_t kZipVersion = 45;         // of APPNOTE.TXT: 4.5 has sizes of 64 bits
constexpr std::uint16_t kFirstDate = 1 << 5 | 1;  // 1980-01-01
constexpr std::uint16_t kMadeByUnix = 3;
constexpr std::uint32_t kOwnerMayWrite = 0600U << 16;

std::uint16_t flags_of(const ZipEntry& entry) {
  const bool is_ascii =
      std::ranges::all_of(entry.name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? 0 : kNameIsUtf8;
}

/// Sizes are in the extra field in any case, so that the header is as long before they are known.
ZipRecord local_header(const ZipEntry& entry) {
  ZipRecord record(kLocalHeader);
  record.u16(kZipVersion).u16(flags_of(entry)).u16(entry.method).u16(0).u16(kFirstDate).u32(entry.crc);
  record.u32(kIn64).u32(kIn64).u16(entry.name.size()).u16(20).text(entry.name);
  record.u16(kExtra64).u16(16).u64(entry.size).u64(entry.stored);
  return record;
}

ZipRecord directory_header(const ZipEntry& entry) {
  const std::array values{entry.size, entry.stored, entry.header_offset};
  const auto is_large = [](std::uint64_t value) { return value >= kIn64; };
  const auto in_32 = [&](std::uint64_t value) { return is_large(value) ? kIn64 : value; };
  const auto large = static_cast<std::uint64_t>(std::ranges::count_if(values, is_large));
  ZipRecord record(kDirectoryHeader);
  record.u16(kMadeByUnix << 8 | kZipVersion).u16(kZipVersion).u16(flags_of(entry)).u16(entry.method);
  record.u16(0).u16(kFirstDate).u32(entry.crc).u32(in_32(entry.stored)).u32(in_32(entry.size));
  record.u16(entry.name.size()).u16(large == 0 ? 0 : 4 + 8 * large).u16(0).u16(0).u16(0).u32(kOwnerMayWrite);
  record.u32(in_32(entry.header_offset)).text(entry.name);
  if (large == 0) return record;
  record.u16(kExtra64).u16(8 * large);
  for (const std::uint64_t value : values) {
    if (is_large(value)) record.u64(value);
  }
  return record;
}

/// CRC-32 of what was followed by these bytes.
std::uint32_t extend_crc(std::uint32_t crc, std::span<const std::byte> bytes) {
  if (bytes.empty()) return crc;  // zlib would begin anew if the address is null
  return static_cast<std::uint32_t>(
      ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// The first bytes, as many as zlib counts.
std::span<const std::byte> as_much_as_zlib_counts(std::span<const std::byte> bytes) {
  return bytes.first(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
}

}  // namespace

std::vector<ZipEntry> read_zip_directory(const InputFile& file) {
  const ZipDirectory directory = find_directory(file);
  const std::string bytes = read_zip_text(file, directory.offset, directory.size);
  ZipFields fields(file, bytes);
  std::vector<ZipEntry> entries;
  std::set<std::string_view> names;
  while (!fields.empty()) {
    ZipEntry entry = read_directory_entry(file, fields);
    find_data(file, directory.offset, entry);
    entries.push_back(std::move(entry));
  }
  if (entries.size() != directory.entries) {
    file.error("malformed zip archive: its directory has {} entries, but its end record says {}",
               entries.size(), directory.entries);
  }
  std::vector<const ZipEntry*> pointers;
  for (const ZipEntry& entry : entries) {
    if (!names.insert(entry.name).second) entry_errors(file, entry.name).error("is in the archive twice");
    pointers.push_back(&entry);
  }
  check_overlaps(file, std::move(pointers));
  return entries;
}

/// Inflates raw deflate data (RFC 1951).
class ZipSource::Inflater {
 public:
  Inflater() {
    if (::inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Fills `bytes` as far as the data goes.
  /// @param refill  reads the next input into a buffer, and returns the part that it filled
  /// @return  the number of bytes that were written
  template <class Refill>
  std::size_t read(const FileErrors& errors, std::span<std::byte> bytes, Refill refill) {
    std::size_t written = 0;
    while (written < bytes.size() && !ended_) {
      if (stream_.avail_in == 0) {
        stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
        stream_.avail_in = static_cast<uInt>(refill(std::span(buffer_)).size());
      }
      const bool is_last = stream_.avail_in == 0;  // what zlib has taken in may still give output
      const std::size_t room = as_much_as_zlib_counts(bytes.subspan(written)).size();
      stream_.next_out = reinterpret_cast<Bytef*>(bytes.data() + written);
      stream_.avail_out = static_cast<uInt>(room);
      const int result = ::inflate(&stream_, Z_NO_FLUSH);
      written += room - stream_.avail_out;
      if (result == Z_MEM_ERROR) throw std::bad_alloc();
      if (result == Z_BUF_ERROR && is_last) errors.error("its compressed data ends early");
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        errors.error("its compressed data is malformed");
      ended_ = result == Z_STREAM_END;
    }
    return written;
  }

  /// The number of bytes of input that are not used yet.
  std::size_t unused() const { return stream_.avail_in; }

 private:
  z_stream stream_{};
  std::array<std::byte, kZipBuffer> buffer_;
  bool ended_ = false;
};

ZipSource::ZipSource(const InputFile& file, const ZipEntry& entry)
    : ByteSource(entry_errors(file, entry.name), entry.size),
      file_(file),
      entry_(entry),
      inflater_(entry.method == kZipDeflated ? std::make_unique<Inflater>() : nullptr),
      offset_(entry.data_offset) {}

ZipSource::~ZipSource() = default;

void ZipSource::read_stored(std::span<std::byte> bytes) {
  file_.read_at(offset_, bytes);
  offset_ += bytes.size();
}

void ZipSource::read_next(std::span<std::byte> bytes) {
  const std::uint64_t end = entry_.data_offset + entry_.stored;
  const auto refill = [&](std::span<std::byte> buffer) {
    const auto input = buffer.first(std::min<std::uint64_t>(buffer.size(), end - offset_));
    read_stored(input);
    return input;
  };
  if (inflater_ == nullptr) {
    read_stored(bytes);
  } else if (inflater_->read(errors(), bytes, refill) < bytes.size()) {
    errors().error("has fewer bytes than the {} that the directory says", entry_.size);
  }
  crc_ = extend_crc(crc_, bytes);
  if (left() > 0) return;
  if (inflater_ != nullptr) {
    std::byte next{};
    if (inflater_->read(errors(), std::span(&next, 1), refill) > 0)
      errors().error("has more bytes than the {} that the directory says", entry_.size);
    if (offset_ != end || inflater_->unused() > 0) errors().error("has bytes after its compressed data");
  }
  if (crc_ != entry_.crc)
    errors().error("is damaged: its CRC-32 is {:08x}, but the directory says {:08x}", crc_, entry_.crc);
}

void ZipWriter::write(std::span<const std::byte> bytes) {
  file_.write(bytes);
  offset_ += bytes.size();
}

void ZipWriter::add(const std::string& name, std::initializer_list<std::span<const std::byte>> content) {
  ZipEntry entry{.name = name, .method = compressed_ ? kZipDeflated : kZipStored, .header_offset = offset_};
  write(local_header(entry).bytes());
  entry.data_offset = offset_;
  for (const std::span<const std::byte> part : content) {
    entry.crc = extend_crc(entry.crc, part);
    entry.size += part.size();
  }
  if (compressed_) {
    deflate_parts(content);
  } else {
    for (const std::span<const std::byte> part : content) write(part);
  }
  entry.stored = offset_ - entry.data_offset;
  file_.write_at(entry.header_offset, local_header(entry).bytes());
  entries_.push_back(std::move(entry));
}

void ZipWriter::deflate_parts(std::initializer_list<std::span<const std::byte>> content) {
  z_stream stream{};
  if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  const auto end = [](z_stream* each) { ::deflateEnd(each); };
  const std::unique_ptr<z_stream, decltype(end)> owner(&stream, end);
  std::array<std::byte, kZipBuffer> buffer;
  // Compresses the input that the stream has, and writes what comes out.
  const auto run = [&](int flush) {
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = static_cast<uInt>(buffer.size());
      ::deflate(&stream, flush);
      write(std::span(buffer).first(buffer.size() - stream.avail_out));
    } while (stream.avail_out == 0);
  };
  for (std::span<const std::byte> part : content) {
    while (!part.empty()) {
      const std::span<const std::byte> input = as_much_as_zlib_counts(part);
      stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
      stream.avail_in = static_cast<uInt>(input.size());
      run(Z_NO_FLUSH);
      part = part.subspan(input.size());
    }
  }
  run(Z_FINISH);
}

void ZipWriter::finish() {
  const std::uint64_t begin = offset_;
  for (const ZipEntry& entry : entries_) write(directory_header(entry).bytes());
  const std::uint64_t end = offset_, size = end - begin, n = entries_.size();
  const bool is_large = n >= kMaxU16 || begin >= kIn64 || size >= kIn64;
  if (is_large) {
    ZipRecord record(kDirectoryEnd64);
    record.u64(kDirectoryEnd64Size - 12).u16(kZipVersion).u16(kZipVersion).u32(0).u32(0);
    write(record.u64(n).u64(n).u64(size).u64(begin).bytes());
    write(ZipRecord(kLocator64).u32(0).u64(end).u32(1).bytes());
  }
  const auto in_16 = [&](std::uint64_t value) { return std::min<std::uint64_t>(value, kMaxU16); };
  const auto in_32 = [&](std::uint64_t value) { return std::min<std::uint64_t>(value, kIn64); };
  ZipRecord record(kDirectoryEnd);
  record.u16(0).u16(0).u16(in_16(n)).u16(in_16(n)).u32(in_32(size)).u32(in_32(begin));
  write(record.u16(0).bytes());
}

}  // namespace tinytorch
