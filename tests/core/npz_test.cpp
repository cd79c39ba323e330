#include "core/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/internal/npy.h"
#include "core/internal/zip.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "core/ops/shape.h"
#include "tests/core/counting.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

/// A file that make_npz_files.py wrote.
std::string npz_file(const std::string& name) {
  return (source_folder() / "tests/core/data/npz" / (name + ".npz")).string();
}

/// What the script writes to stored.npz and compressed.npz.
std::map<std::string, Tensor> stored_tensors() {
  return {{"b1", counting({2, 3}, DType::boolean)}, {"empty", counting({0, 3}, DType::f32)},
          {"f4", counting({2, 3}, DType::f32)},     {"f8", counting({2, 3}, DType::f64)},
          {"i4", counting({2, 3}, DType::i32)},     {"i8", counting({2, 3}, DType::i64)},
          {"scalar", counting({}, DType::f32)},     {"u1", counting({2, 3}, DType::u8)}};
}

/// The bytes of an integer, from the lowest on.
std::string integer(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

// Offsets in the record of an entry in the directory, and in the one at the end.
constexpr std::size_t kFlags = 8, kCrc = 16, kStoredSize = 20, kSize = 24, kExtraSize = 30, kDisk = 34,
                      kHeaderOffset = 42, kName = 46;
constexpr std::size_t kEndDisk = 4, kEndEntries = 8, kAllEntries = 10, kDirectorySize = 12,
                      kDirectoryOffset = 16;

/// An archive of one entry in parts that tests change.
struct Archive {
  std::string entry;      // header and content
  std::string directory;  // one record
  std::string end;

  void set(std::string Archive::*part, std::size_t at, std::uint64_t value, std::size_t size) {
    (this->*part).replace(at, size, integer(value, size));
  }
  Archive with(std::string Archive::*part, std::size_t at, std::uint64_t value, std::size_t size) const {
    Archive copy = *this;
    copy.set(part, at, value, size);
    return copy;
  }
  /// Sets where the directory is, and how long.
  std::string text() const {
    Archive copy = *this;
    copy.set(&Archive::end, kDirectorySize, directory.size(), 4);
    copy.set(&Archive::end, kDirectoryOffset, entry.size(), 4);
    return entry + directory + copy.end;
  }
};

std::size_t directory_offset(const std::string& text) {
  std::size_t offset = 0;
  for (std::size_t i = 0; i < 4; ++i)
    offset |= std::size_t{static_cast<std::uint8_t>(text[text.size() - 22 + kDirectoryOffset + i])}
              << (8 * i);
  return offset;
}

class Npz : public FileTest {
 protected:
  void expect_refused(const std::string& text, const std::string& message) {
    write(text);
    EXPECT_ERROR(load_npz(path()), IoError, "[load_npz] " + path() + ": " + message);
  }

  /// An archive of the entry x.npy, which is [0, 1] and `extra` bytes.
  Archive archive(bool compressed, int extra = 0) {
    const Tensor x = counting({2}, DType::f32);
    std::string npy = npy_header(x) + std::string("\0\0\0\0\0\0\x80\x3f", 8);
    npy.resize(npy.size() + static_cast<std::size_t>(extra));  // or fewer
    {
      ReplacementFile file("test", path());
      ZipWriter writer(file, compressed);
      writer.add("x.npy", {std::as_bytes(std::span(npy))});
      writer.finish();
      file.commit();
    }
    const std::string text = content_of(path());
    const std::size_t directory = directory_offset(text), end = text.size() - 22;
    return {text.substr(0, directory), text.substr(directory, end - directory), text.substr(end)};
  }
  static constexpr std::size_t kContent = 30 + 5 + 20;  // where the content of that entry begins
  static constexpr std::size_t kContentSize = 128 + 8;
};

TEST_F(Npz, ReadsWhatNumPyWrites) {
  for (const char* name : {"stored", "compressed"}) {
    const std::map<std::string, Tensor> tensors = load_npz(npz_file(name));
    EXPECT_EQ(tensors.size(), stored_tensors().size());
    for (const auto& [key, x] : stored_tensors()) EXPECT_TENSOR_EQ(tensors.at(key), x);
  }
  const std::map<std::string, Tensor> other = load_npz(npz_file("other"));
  EXPECT_EQ(other.size(), 4u);
  EXPECT_TENSOR_EQ(other.at("arr_0"), counting({2, 3}, DType::f64));     // big-endian
  EXPECT_TENSOR_EQ(other.at("arr_1"), counting({2, 3}, DType::f32));     // f2
  EXPECT_TENSOR_EQ(other.at("arr_2"), counting({2, 3, 2}, DType::f32));  // Fortran order
  EXPECT_TENSOR_EQ(other.at("\xc3\xa9/\xe6\xbc\xa2"), counting({2}, DType::f32));
  EXPECT_TENSOR_EQ(load_npz(npz_file("comment")).at("x"), counting({2}, DType::f32));
  EXPECT_TENSOR_EQ(load_npz(npz_file("streamed")).at("x"), counting({2, 3}, DType::f32));
  EXPECT_THAT(load_npz(npz_file("nothing")), IsEmpty());
}

TEST_F(Npz, WritesTheBytesThatNumPyWrites) {
  std::map<std::string, Tensor> tensors = stored_tensors();
  for (auto& [name, x] : tensors) x = x.to(backend());
  save_npz(path(), tensors);
  EXPECT_EQ(content_of(path()), content_of(npz_file("stored")));
  save_npz(path(), {});
  EXPECT_EQ(content_of(path()), content_of(npz_file("nothing")));
}

TEST_F(Npz, ReadsWhatItWrites) {
  for (const bool compressed : {false, true}) {
    std::map<std::string, Tensor> tensors = stored_tensors();
    tensors.emplace("", Tensor{1.0});
    tensors.emplace("x.npy", Tensor{2.0});
    tensors.emplace("\xe6\xbc\xa2", transpose(counting({2, 3}, DType::f32)));
    tensors.emplace("large", randn({300, 1000}));  // more than a buffer also if it is compressed
    save_npz(path(), tensors, {.compressed = compressed});
    const std::map<std::string, Tensor> read = load_npz(path());
    EXPECT_EQ(read.size(), tensors.size());
    for (const auto& [name, x] : tensors) EXPECT_TENSOR_EQ(read.at(name), x);
  }
  save_npz(path(), {{"x", zeros({1'000'000})}}, {.compressed = true});
  EXPECT_LT(content_of(path()).size(), 5000u);
  EXPECT_TENSOR_EQ(load_npz(path()).at("x"), zeros({1'000'000}));
}

TEST_F(Npz, ReadsAndWritesMoreThan65535Arrays) {
  if (backend() != Device::cpu())
    GTEST_SKIP() << "no device takes part: it runs on the CPU, with AddressSanitizer too";
  std::map<std::string, Tensor> tensors;
  const Tensor x{1.0};
  for (int i = 0; i < 65'536; ++i) tensors.emplace(std::to_string(i), x);
  save_npz(path(), tensors);
  const std::map<std::string, Tensor> read = load_npz(path());
  EXPECT_EQ(read.size(), tensors.size());
  EXPECT_TENSOR_EQ(read.at("65535"), x);
}

TEST_F(Npz, ReadsSizesAndOffsetsOf64Bits) {
  Archive large = archive(false);
  // Behind 5 GiB of which nothing is on the disk.
  const std::uint64_t offset = std::uint64_t{5} << 30;
  for (const std::size_t field : {kSize, kStoredSize, kHeaderOffset})
    large.set(&Archive::directory, field, 0xffffffff, 4);
  large.set(&Archive::directory, kExtraSize, 4 + 4 + 24 + 4, 2);
  large.directory += integer(0x1234, 2) + integer(0, 2) +  // another extra field
                     integer(1, 2) + integer(24, 2) + integer(kContentSize, 8) + integer(kContentSize, 8) +
                     integer(offset, 8) + integer(0x4321, 2) + integer(0, 2);
  const std::uint64_t directory = offset + large.entry.size(), end = directory + large.directory.size();
  large.directory += integer(0x06064b50, 4) + integer(44, 8) + integer(45, 2) + integer(45, 2) +
                     integer(0, 4) + integer(0, 4) + integer(1, 8) + integer(1, 8) +
                     integer(large.directory.size(), 8) + integer(directory, 8);
  large.directory += integer(0x07064b50, 4) + integer(0, 4) + integer(end, 8) + integer(1, 4);
  std::ofstream(path(), std::ios::binary).seekp(static_cast<std::streamoff>(offset)) << large.text();
  EXPECT_TENSOR_EQ(load_npz(path()).at("x"), counting({2}, DType::f32));

  // The same with something wrong in the records at the end, whose offsets are from the end of the file.
  const std::string good = large.text();
  const auto refused = [&](std::size_t from_end, std::uint64_t value, std::size_t size,
                           const std::string& message) {
    std::string text = good;
    text.replace(text.size() - from_end, size, integer(value, size));
    std::ofstream(path(), std::ios::binary).seekp(static_cast<std::streamoff>(offset)) << text;
    EXPECT_ERROR(load_npz(path()), IoError, "[load_npz] " + path() + ": " + message);
  };
  const std::string elsewhere = "malformed zip archive: its end record is not at byte ";
  constexpr std::size_t kLocator = 22 + 20, kRecord = kLocator + 56;
  refused(kLocator - 8, end + 1, 8, elsewhere + std::to_string(end + 1));
  refused(kRecord, 0, 4, elsewhere + std::to_string(end));
  refused(kLocator - 16, 2, 4, "is a part of a zip archive on several disks");
  refused(kLocator - 4, 1, 4, "is a part of a zip archive on several disks");
  refused(kRecord - 16, 1, 4, "is a part of a zip archive on several disks");
  refused(kRecord - 24, 2, 8, "is a part of a zip archive on several disks");
  refused(kRecord - 40, 1, 8,
          "malformed zip archive: its directory does not end where its end record begins");
  refused(kRecord - 48, ~std::uint64_t{0}, 8,
          "malformed zip archive: its directory does not end where its end record begins");
}

TEST_F(Npz, RefusesWhatIsNoArchive) {
  EXPECT_ERROR(load_npz(path()), IoError,
               "[load_npz] " + path() + ": cannot be opened: No such file or directory");
  expect_refused("", "is not a zip archive: it has no end record");
  expect_refused(std::string(100'000, 'x'), "is not a zip archive: it has no end record");
  const std::string text = archive(false).text();
  for (std::size_t size = 0; size < text.size(); size += 3) {
    expect_refused(text.substr(0, size), "is not a zip archive: it has no end record");
  }
  const std::string elsewhere =
      "malformed zip archive: its directory does not end where its end record begins";
  expect_refused("x" + text, elsewhere);
  expect_refused(text.substr(0, text.size() - 22) + "x" + text.substr(text.size() - 22), elsewhere);
}

TEST_F(Npz, FindsTheEndBeforeAComment) {
  Archive with_comment = archive(false);
  const std::string comment = "PK\5\6 is how an archive ends, and what a comment may say";
  with_comment.set(&Archive::end, 20, comment.size(), 2);
  write(with_comment.text() + comment);
  EXPECT_TENSOR_EQ(load_npz(path()).at("x"), counting({2}, DType::f32));
}

TEST_F(Npz, RefusesArchivesOnSeveralDisks) {
  const Archive good = archive(false);
  const std::string message = "is a part of a zip archive on several disks";
  expect_refused(good.with(&Archive::end, kEndDisk, 1, 2).text(), message);
  expect_refused(good.with(&Archive::end, kEndDisk + 2, 1, 2).text(), message);
  expect_refused(good.with(&Archive::end, kEndEntries, 0, 2).text(), message);
  expect_refused(good.with(&Archive::directory, kDisk, 1, 2).text(), message);
}

TEST_F(Npz, RefusesAMalformedDirectory) {
  const Archive good = archive(false);
  const auto refused = [&](const std::string& directory, const std::string& message) {
    Archive bad = good;
    bad.directory = directory;
    expect_refused(bad.text(), message);
  };
  refused(std::string(60, 'x'), "malformed zip archive: its directory has no header");
  refused("PK", "the zip archive's directory ends early");
  refused(good.directory.substr(0, 40), "the zip archive's directory ends early");
  refused(good.directory.substr(0, good.directory.size() - 1), "the zip archive's directory ends early");
  refused("", "malformed zip archive: its directory has 0 entries, but its end record says 1");
  refused(good.directory + good.directory,
          "malformed zip archive: its directory has 2 entries, but its end record "
          "says 1");
  Archive twice = good;
  twice.directory += good.directory;
  twice.set(&Archive::end, kEndEntries, 2, 2);
  twice.set(&Archive::end, kAllEntries, 2, 2);
  expect_refused(twice.text(), "entry 'x.npy': is in the archive twice");
  expect_refused(good.with(&Archive::directory, kName, 0xff, 1).text(),
                 "entry '\\xff.npy': its name is not UTF-8");
  // An extra field that promises 64 bits and does not have them.
  Archive extra = good.with(&Archive::directory, kSize, 0xffffffff, 4);
  extra.set(&Archive::directory, kExtraSize, 4, 2);
  extra.directory += integer(1, 2) + integer(0, 2);
  expect_refused(extra.text(), "entry 'x.npy': the zip archive's directory ends early");
}

TEST_F(Npz, RefusesWhatItCannotDecode) {
  const Archive good = archive(false);
  for (const int bit : {0, 6, 13}) {
    expect_refused(good.with(&Archive::directory, kFlags, std::uint64_t{1} << bit, 2).text(),
                   "entry 'x.npy': is encrypted");
  }
  EXPECT_ERROR(load_npz(npz_file("bzip2")), IoError,
               "[load_npz] " + npz_file("bzip2") +
                   ": entry 'x.npy': is compressed by method 12; 0 (stored) and 8 (deflated) can be read");
  EXPECT_ERROR(load_npz(npz_file("text")), IoError,
               "[load_npz] " + npz_file("text") +
                   ": entry 'readme.txt': is not an .npy file: it does not begin with \\x93NUMPY");
}

TEST_F(Npz, RefusesEntriesThatAreElsewhere) {
  const Archive good = archive(false);
  const auto outside = [](std::uint64_t offset) {
    return "entry 'x.npy': is not inside the archive: its header is at byte " + std::to_string(offset);
  };
  const std::size_t last = good.entry.size() - 30;
  for (const std::uint64_t offset : {std::uint64_t{last + 1}, std::uint64_t{0xfffffffe}})
    expect_refused(good.with(&Archive::directory, kHeaderOffset, offset, 4).text(), outside(offset));
  expect_refused(good.with(&Archive::directory, kHeaderOffset, 1, 4).text(),
                 "entry 'x.npy': has no header at byte 1");
  expect_refused(good.with(&Archive::entry, 26, 0xffff, 2).text(), outside(0));  // the length of the name
  expect_refused(good.with(&Archive::entry, 28, 0xffff, 2).text(), outside(0));  // of the extra field
  Archive longer = good.with(&Archive::directory, kSize, kContentSize + 1, 4);
  longer.set(&Archive::directory, kStoredSize, kContentSize + 1, 4);
  expect_refused(longer.text(), outside(0));
  const std::string differs = "entry 'x.npy': its header at byte 0 differs from the archive's directory";
  expect_refused(good.with(&Archive::entry, 30, 'y', 1).text(), differs);
  expect_refused(good.with(&Archive::entry, 8, 8, 2).text(), differs);  // the method
  expect_refused(good.with(&Archive::entry, 6, 1, 2).text(), differs);  // encrypted
}

TEST_F(Npz, RefusesEntriesThatOverlap) {
  save_npz(path(), {{"x", Tensor{1.0}}, {"y", Tensor{2.0}}});
  std::string text = content_of(path());
  const std::size_t directory = directory_offset(text), second = (text.size() - 22 - directory) / 2;
  // The first entry takes in the second one's header.
  const std::string longer = integer(128 + 4 + 30, 4);
  text.replace(directory + kStoredSize, 4, longer).replace(directory + kSize, 4, longer);
  expect_refused(text, "entry 'y.npy': overlaps with entry 'x.npy'");
  // Both are the first one.
  text = content_of(path());
  text.replace(directory + second + kHeaderOffset, 4, integer(0, 4));
  text.replace(directory + second + kName, 1, "x");
  expect_refused(text, "entry 'x.npy': is in the archive twice");
}

TEST_F(Npz, RefusesTwoArraysOfOneName) {
  const std::string npy = npy_header(Tensor{1.0}) + "1234";
  ReplacementFile file("test", path());
  ZipWriter writer(file, false);
  for (const char* name : {"x.npy", "x"}) writer.add(name, {std::as_bytes(std::span(npy))});
  writer.finish();
  file.commit();
  EXPECT_ERROR(load_npz(path()), IoError, "[load_npz] " + path() + ": has two arrays of the name 'x'");
}

TEST_F(Npz, RefusesSizesThatTheArchiveContradicts) {
  const Archive good = archive(false), deflated = archive(true);
  const MemoryStats before = memory_stats(Device::cpu());
  expect_refused(good.with(&Archive::directory, kSize, kContentSize + 1, 4).text(),
                 "entry 'x.npy': has 136 bytes in the archive, but 137 according to the directory");
  const std::size_t stored = deflated.entry.size() - kContent;
  // No data is inflated to more than 1032 times its size.
  expect_refused(deflated.with(&Archive::directory, kSize, 1'000'000, 4).text(),
                 "entry 'x.npy': has 1000000 bytes according to the directory; " + std::to_string(stored) +
                     " compressed ones cannot hold as many");
  // What the array's header says is held against what the directory says, before anything is inflated.
  expect_refused(deflated.with(&Archive::directory, kSize, 10'000, 4).text(),
                 "entry 'x.npy': shape [2] of f4 takes 8 bytes, but the file has 9872 after its header");
  EXPECT_EQ(memory_stats(Device::cpu()).allocations, before.allocations);
}

TEST_F(Npz, RefusesDamagedEntries) {
  const Archive stored = archive(false);
  const std::string crc = "entry 'x.npy': is damaged: its CRC-32 is ";
  write(stored.with(&Archive::entry, stored.entry.size() - 1, 0x40, 1).text());
  try {
    load_npz(path());
    ADD_FAILURE() << "the damage was not seen";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(crc));
  }
  expect_refused(archive(true).with(&Archive::directory, kCrc, 0x12345678, 4).text(),
                 crc + "215305f3, but the directory says 12345678");

  Archive malformed = archive(true);
  malformed.set(&Archive::entry, kContent, 0xff, 1);
  expect_refused(malformed.text(), "entry 'x.npy': its compressed data is malformed");

  Archive shorter = archive(true);
  shorter.entry.pop_back();
  shorter.set(&Archive::directory, kStoredSize, shorter.entry.size() - kContent, 4);
  expect_refused(shorter.text(), "entry 'x.npy': its compressed data ends early");

  Archive longer = archive(true);
  longer.entry += 'x';
  longer.set(&Archive::directory, kStoredSize, longer.entry.size() - kContent, 4);
  expect_refused(longer.text(), "entry 'x.npy': has bytes after its compressed data");

  expect_refused(archive(true, 1).with(&Archive::directory, kSize, kContentSize, 4).text(),
                 "entry 'x.npy': has more bytes than the 136 that the directory says");
  expect_refused(archive(true, -1).with(&Archive::directory, kSize, kContentSize, 4).text(),
                 "entry 'x.npy': has fewer bytes than the 136 that the directory says");
}

TEST_F(Npz, SaysWhatCannotBeWritten) {
  const Tensor x{1.0};
  EXPECT_ERROR(
      save_npz(path("no/folder"), {{"x", x}}), IoError,
      "[save_npz] " + path("no/folder") + ": cannot be created: there is no directory " + path("no"));
  EXPECT_ERROR(save_npz(path(), {{"x", Tensor()}}), ValueError, "[save_npz] the tensor 'x' is undefined");
  const std::string names =
      " cannot be the name of an array: names are valid UTF-8 of at most 65000 bytes "
      "without NUL characters";
  EXPECT_ERROR(
      save_npz(path(), {{"a\xff", x}}), ValueError,
      "[save_npz] 'a\\xff' cannot be the name of an array: names are valid UTF-8 of at most 65000 bytes "
      "without NUL characters");
  EXPECT_ERROR(save_npz(path(), {{std::string("a\0b", 3), x}}), ValueError, "[save_npz] 'a\\x00b'" + names);
  EXPECT_ERROR(save_npz(path(), {{std::string(65'001, 'a'), x}}), ValueError,
               "[save_npz] '" + std::string(100, 'a') + "...'" + names);
  const auto storage = std::make_shared<Storage>(Device::cpu(), 2);
  EXPECT_ERROR(save_npz(path(), {{"x", Tensor(storage, DType::f16, {1}, {1}, 0)}}), DTypeError,
               "[save_npz] f16 cannot be written; files have elements of bool, u8, i32, i64, f32 or f64");
  EXPECT_EQ(files_in_folder(), 0u);
  save_npz(path(), {{std::string(65'000, 'a'), x}});
  EXPECT_TENSOR_EQ(load_npz(path()).at(std::string(65'000, 'a')), x);
}

TEST_F(Npz, NumPyReadsWhatItWrites) {
  if (!has_python_module("numpy")) GTEST_SKIP() << "python3 has no numpy";
  for (const bool compressed : {false, true}) {
    std::map<std::string, Tensor> tensors = stored_tensors();
    tensors.emplace("\xc3\xa9/\xe6\xbc\xa2", Tensor{1.0});
    save_npz(path("x.npz"), tensors, {.compressed = compressed});
    const ProgramRun run = run_program(
        "python3 -c 'import sys, numpy as np; a = np.load(sys.argv[1]); b = np.load(sys.argv[2]); "
        "assert all(a[k].dtype == b[k].dtype and a[k].tolist() == b[k].tolist() for k in b); "
        "print(len(a.files), a[\"\\u00e9/\\u6f22\"])' " +
        path("x.npz") + " " + npz_file("stored"));
    EXPECT_EQ(run.output, "9 [1.]\n");
    EXPECT_EQ(run.exit_code, 0);
  }
}

}  // namespace
}  // namespace tinytorch::testing
