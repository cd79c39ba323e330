#include "nn/data/idx.h"

#include <cstdint>
#include <string>

#include "core/allocator.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "tests/data/files.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

std::string big_endian(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = size; i-- > 0;) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

/// An IDX file.
std::string idx(int type, const std::vector<std::uint32_t>& shape, const std::string& data) {
  std::string text{'\0', '\0', static_cast<char>(type), static_cast<char>(shape.size())};
  for (const std::uint32_t length : shape) text += big_endian(length, 4);
  return text + data;
}

class Idx : public FileTest {
 protected:
  void expect_refused(const std::string& content, const std::string& message) const {
    write(content);
    EXPECT_ERROR(nn::load_idx(path()), IoError, "[load_idx] " + path() + ": " + message);
  }
};

TEST_F(Idx, ReadsEachTypeOfElements) {
  const auto load = [&](int type, std::size_t size, const std::vector<std::uint64_t>& values) {
    std::string data;
    for (const std::uint64_t value : values) data += big_endian(value, size);
    return nn::load_idx(write(idx(type, {static_cast<std::uint32_t>(values.size())}, data)));
  };
  EXPECT_TENSOR_EQ(load(0x08, 1, {0, 7, 255}), (Tensor{0, 7, 255}.to(DType::u8)));
  EXPECT_TENSOR_EQ(load(0x09, 1, {0, 127, 0x80, 0xff}), (Tensor{0, 127, -128, -1}.to(DType::i32)));
  EXPECT_TENSOR_EQ(load(0x0b, 2, {1, 0x0102, 0x8000}), (Tensor{1, 258, -32768}.to(DType::i32)));
  EXPECT_TENSOR_EQ(load(0x0c, 4, {0x01020304, 0xffffffff}), (Tensor{16909060, -1}.to(DType::i32)));
  EXPECT_TENSOR_EQ(load(0x0d, 4, {0x3f800000, 0xc0200000}), (Tensor{1.0, -2.5}));
  EXPECT_TENSOR_EQ(load(0x0e, 8, {0x3fb999999999999a}), (from_values<double>({0.1}, {1})));
}

TEST_F(Idx, ReadsEachRank) {
  EXPECT_TENSOR_EQ(nn::load_idx(write(idx(8, {}, "a"))), full({}, 97, {.dtype = DType::u8}));
  EXPECT_TENSOR_EQ(nn::load_idx(write(idx(8, {2, 3}, "abcdef"))),
                   (Tensor{{97, 98, 99}, {100, 101, 102}}.to(DType::u8)));
  EXPECT_EQ(nn::load_idx(write(idx(8, {1, 1, 2, 1, 1, 1, 1, 1}, "ab"))).shape(),
            (Shape{1, 1, 2, 1, 1, 1, 1, 1}));
  EXPECT_EQ(nn::load_idx(write(idx(8, {4294967295, 0, 4294967295, 4294967295}, ""))).numel(), 0);
}

TEST_F(Idx, InflatesWhatIsCompressed) {
  std::string data;
  for (std::int64_t i = 0; i < 300000; ++i) data += static_cast<char>(i * i / 7);
  const Tensor plain = nn::load_idx(write(idx(8, {300, 1000}, data)));
  EXPECT_TENSOR_EQ(nn::load_idx(write(gzip(idx(8, {300, 1000}, data)))), plain);
  // Members are joined, wherever one ends.
  const std::string all = idx(8, {300, 1000}, data);
  for (const std::size_t at : {0U, 3U, 12U, 100000U}) {
    EXPECT_TENSOR_EQ(nn::load_idx(write(gzip(all.substr(0, at)) + gzip(all.substr(at)))), plain);
  }
}

TEST_F(Idx, RefusesWhatIsNoIdxFile) {
  expect_refused("", "ends within its header, after 0 bytes");
  expect_refused(std::string("\0\0\x08", 3), "ends within its header, after 3 bytes");
  expect_refused(idx(8, {3}, "").substr(0, 7), "ends within its header, after 7 bytes");
  expect_refused("PK\x03\x04", "is not an IDX file: it does not begin with two zeros");
  expect_refused(std::string("\0\x01\x08\0", 4), "is not an IDX file: it does not begin with two zeros");
  expect_refused(idx(0x0a, {1}, "a"),
                 "has elements of type 0x0a; the types are u8 (0x08), i8 (0x09), i16 (0x0b), i32 (0x0c), f32 "
                 "(0x0d) and f64 (0x0e)");
  expect_refused(idx(8, std::vector<std::uint32_t>(9, 1), "a"), "has 9 axes; a tensor has at most 8");
}

TEST_F(Idx, TrustsTheFileSizeAndNotTheHeader) {
  const MemoryStats before = memory_stats(Device::cpu());
  expect_refused(idx(8, {3}, "ab"), "shape [3] of u8 takes 3 bytes, but the file has 2 after its header");
  expect_refused(idx(8, {3}, "abcd"), "shape [3] of u8 takes 3 bytes, but the file has 4 after its header");
  expect_refused(idx(0x0e, {4294967295, 4294967295}, ""),
                 "shape [4294967295, 4294967295] of f64 is larger than any file");
  const std::string bomb = gzip(idx(8, {4000000000}, "ab"));
  expect_refused(bomb,
                 "shape [4000000000] of u8 takes 4000000000 bytes, but the compressed file holds at most " +
                     std::to_string(bomb.size() * 1032 - 8));
  EXPECT_EQ(memory_stats(Device::cpu()).allocations, before.allocations);
}

TEST_F(Idx, RefusesDamagedCompressedFiles) {
  const std::string good = gzip(idx(8, {3}, "abc"));
  const auto size = [](const std::string& text) { return std::to_string(text.size()); };
  expect_refused(gzip(idx(8, {3}, "ab")), "ends after 2 of the 3 bytes that shape [3] of u8 takes");
  expect_refused(gzip(idx(8, {3}, "abcd")), "has more than the 3 bytes that shape [3] of u8 takes");
  for (std::size_t n = 2; n < good.size(); ++n) {
    expect_refused(good.substr(0, n), "ends within its compressed data, at byte " + std::to_string(n));
  }
  std::string wrong = good;
  wrong[good.size() - 8] = static_cast<char>(wrong[good.size() - 8] ^ 1);
  expect_refused(wrong, "is damaged at byte " + std::to_string(good.size() - 4) + ": incorrect data check");
  expect_refused(good + "tail", "is damaged at byte " + size(good + "ta") + ": incorrect header check");
  expect_refused(good + std::string(1, '\0'), "ends within its compressed data, at byte " + size(good + "t"));
}

TEST_F(Idx, SaysWhyAFileCannotBeOpened) {
  EXPECT_ERROR(nn::load_idx(path("none")), IoError,
               "[load_idx] " + path("none") + ": cannot be opened: No such file or directory");
  EXPECT_ERROR(nn::load_idx(folder().string()), IoError,
               "[load_idx] " + folder().string() + ": is not a regular file");
}

}  // namespace
}  // namespace tinytorch::testing
