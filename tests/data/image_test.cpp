#include "nn/data/image.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "core/allocator.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/random.h"
#include "core/ops/shape.h"
#include "tests/data/files.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// u8 [C, 4, 5] of a function of channel, row and column.
template <class F>
Tensor image_of(std::int64_t channels, const F& f) {
  std::vector<std::int64_t> values;
  for (int c = 0; c < channels; ++c) {
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 5; ++x) values.push_back(f(c, y, x));
    }
  }
  return from_values(values, {channels, 4, 5}).to(DType::u8);
}

/// What make_image_files.py writes.
Tensor colors() {
  return image_of(3, [](int c, int y, int x) {
    return c == 0 ? 40 * x : c == 1 ? 50 * y : 255 - 10 * x - 20 * y;
  });
}
Tensor grays() {
  return image_of(1, [](int, int y, int x) { return 30 * x + 20 * y; });
}

class Image : public FileTest {
 protected:
  void expect_refused(const std::string& content, const std::string& message) const {
    write(content);
    EXPECT_ERROR(nn::load_image(path()), IoError, "[load_image] " + path() + ": " + message);
  }
};

TEST_F(Image, ReadsColors) {
  for (const char* name : {"rgb.png", "rgba.png", "palette.png", "interlaced.png", "rgb.ppm"}) {
    EXPECT_TENSOR_EQ(nn::load_image(data_file(std::string("images/") + name)), colors()) << name;
  }
}

TEST_F(Image, ReadsGrays) {
  for (const char* name : {"gray.png", "gray_alpha.png", "gray.pgm"}) {
    EXPECT_TENSOR_EQ(nn::load_image(data_file(std::string("images/") + name)), grays()) << name;
  }
  EXPECT_TENSOR_EQ(nn::load_image(data_file("images/one_bit.png")),
                   image_of(1, [](int, int y, int x) { return 255 * ((x + y) % 2); }));
  EXPECT_TENSOR_EQ(nn::load_image(data_file("images/gray_16_bits.png")), image_of(1, [](int, int y, int x) {
                     return (300 * (30 * x + 20 * y) * 255 + 32767) / 65535;
                   }));
}

TEST_F(Image, TurnsColorsIntoTheirBrightness) {
  const Tensor expected = nn::load_image(data_file("images/rgb_as_gray.png"));
  EXPECT_TENSOR_EQ(nn::load_image(data_file("images/rgb.png"), {.grayscale = true}), expected);
  EXPECT_TENSOR_EQ(nn::load_image(data_file("images/rgb.ppm"), {.grayscale = true}), expected);
  EXPECT_TENSOR_EQ(nn::load_image(data_file("images/gray.png"), {.grayscale = true}), grays());
}

TEST_F(Image, ReadsPortableMapsAsText) {
  const std::string gray = "P2 # a comment\n#another\r2\t1 # width\n255\n 12\n\n13 # the end";
  EXPECT_TENSOR_EQ(nn::load_image(write(gray)), (Tensor{{{12, 13}}}.to(DType::u8)));
  EXPECT_TENSOR_EQ(nn::load_image(write("P3 1 1 255 1 2 3\n")), (Tensor{{{1}}, {{2}}, {{3}}}.to(DType::u8)));
}

TEST_F(Image, ScalesSamplesOfAnotherGreatestTo255) {
  EXPECT_TENSOR_EQ(nn::load_image(write("P2 3 1 3 0 1 3")), (Tensor{{{0, 85, 255}}}.to(DType::u8)));
  EXPECT_TENSOR_EQ(nn::load_image(write(std::string("P5 3 1 15\n\x00\x07\x0f", 13))),
                   (Tensor{{{0, 119, 255}}}.to(DType::u8)));
}

TEST_F(Image, RefusesOtherFiles) {
  expect_refused("", "is neither a PNG nor a PGM or PPM (P2, P3, P5, P6) image");
  expect_refused("P4 8 1 \xff", "is neither a PNG nor a PGM or PPM (P2, P3, P5, P6) image");
  expect_refused("\xff\xd8\xff\xe0 JFIF", "is neither a PNG nor a PGM or PPM (P2, P3, P5, P6) image");
  EXPECT_ERROR(nn::load_image(path("none")), IoError,
               "[load_image] " + path("none") + ": cannot be opened: No such file or directory");
}

TEST_F(Image, RefusesMalformedPortableMaps) {
  expect_refused("P5", "has no valid width at byte 2");
  expect_refused("P5 # no end", "has no valid width at byte 11");
  expect_refused("P5 2 x", "has no valid height at byte 5");
  expect_refused("P5 2 -1", "has no valid height at byte 5");
  expect_refused("P5 99999999999", "has no valid width at byte 3");
  expect_refused("P5 2 0 255 ", "has a height of 0");
  expect_refused("P5 1 1 0 a", "has a greatest sample of 0");
  expect_refused("P5 1 1 256 aa", "has samples up to 256; at most 255 can be read");
  expect_refused("P5 1 1 255", "has no white space before its pixels, at byte 10");
  expect_refused("P5 1 1 255#a", "has no white space before its pixels, at byte 10");
  expect_refused("P5 1 1 1 \x02", "has a sample of 2 before byte 10; the greatest is 1");
  expect_refused("P2 1 1 1 2", "has a sample of 2 before byte 10; the greatest is 1");
  expect_refused("P2 2 1 1 1 x", "has no valid sample at byte 11");
  expect_refused("P5 1 1 255 ab", "has 1 bytes after its pixels, at byte 12");
  expect_refused("P2 1 1 255 0 P2", "has 2 bytes after its pixels, at byte 13");
}

TEST_F(Image, TrustsTheFileSizeAndNotTheHeader) {
  const MemoryStats before = memory_stats(Device::cpu());
  expect_refused("P5 2 2 255 abc", "has 3 bytes after its header, too few for 2 by 2 pixels of 1 samples");
  expect_refused("P3 2 1 255 1 2", "has 4 bytes after its header, too few for 2 by 1 pixels of 3 samples");
  expect_refused("P6 2147483647 2147483647 255 a",
                 "has 1 bytes after its header, too few for 2147483647 by 2147483647 pixels of 3 samples");
  // A width of 2^19 + 5 and a height of 2^19 + 4, with the checksum of that header.
  std::string png = content_of(data_file("images/gray.png"));
  png[17] = png[21] = 8;
  const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(png.data()) + 12, 17);
  for (std::size_t i = 0; i < 4; ++i) png[29 + i] = static_cast<char>(checksum >> (24 - 8 * i) & 0xff);
  expect_refused(png, "has 78 bytes, too few for a PNG image of 524293 by 524292 pixels of 8 bits");
  EXPECT_EQ(memory_stats(Device::cpu()).allocations, before.allocations);
}

TEST_F(Image, RefusesDamagedPngImages) {
  const std::string good = content_of(data_file("images/rgb.png"));
  for (std::size_t n = 8; n < good.size(); ++n) {
    write(good.substr(0, n));
    EXPECT_THAT([&] { nn::load_image(path()); },
                ThrowsMessage<IoError>(
                    HasSubstr("[load_image] " + path() + ": is a PNG image with an error before byte ")))
        << n;
  }
  for (std::size_t at = 8; at + 12 < good.size(); ++at) {  // also each checksum and length
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    write(bad);
    EXPECT_THAT([&] { nn::load_image(path()); }, ThrowsMessage<IoError>(HasSubstr(path() + ": "))) << at;
  }
}

TEST_F(Image, ComesBackFromAPngFile) {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{3, 17, 300}, Shape{1, 1, 1500000}}) {
    const Tensor image = randint(0, 256, shape, {.dtype = DType::u8, .device = backend()});
    nn::save_png(path(), image);
    EXPECT_TENSOR_EQ(nn::load_image(path()), image);
  }
  const Tensor plane = randint(0, 256, {4, 6}, {.dtype = DType::u8, .device = backend()});
  nn::save_png(path(), slice(permute(plane, {1, 0}), 0, 1, {}, 2));
  EXPECT_TENSOR_EQ(nn::load_image(path()), reshape(slice(permute(plane, {1, 0}), 0, 1, {}, 2), {1, 3, 4}));
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(Image, RefusesTensorsThatAreNoImages) {
  const auto bytes = [](const Shape& shape) { return zeros(shape, {.dtype = DType::u8}); };
  EXPECT_ERROR(nn::save_png(path(), zeros({2, 2})), DTypeError, "[save_png] image is f32; it must be u8");
  EXPECT_ERROR(nn::save_png(path(), bytes({2})), ShapeError,
               "[save_png] image is [2]; it must be [H, W], [1, H, W] or [3, H, W]");
  EXPECT_ERROR(nn::save_png(path(), bytes({4, 2, 2})), ShapeError,
               "[save_png] image is [4, 2, 2]; it must be [H, W], [1, H, W] or [3, H, W]");
  EXPECT_ERROR(nn::save_png(path(), bytes({0, 2})), ShapeError,
               "[save_png] image is [0, 2]; it has no pixels");
  EXPECT_ERROR(nn::save_png(path(), expand(bytes({1, 1}), {1, 3000000000})), ShapeError,
               "[save_png] image is [1, 3000000000]; a side of a PNG image has at most 2147483647 pixels");
  EXPECT_ERROR(nn::save_png(path("no/file"), bytes({2, 2})), IoError,
               "[save_png] " + path("no/file") + ": cannot be created: there is no directory " + path("no"));
  EXPECT_EQ(files_in_folder(), 0U);
}

TEST_F(Image, LeavesTheOldFileWhenTheDiskIsFull) {
  write("old");
  // A limit on the size of files acts as a full disk.
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{20000, limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_ERROR(nn::save_png(path(), randint(0, 256, {3, 100, 100}, {.dtype = DType::u8})), IoError,
               "[save_png] " + path() + ": cannot be written: File too large");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(content_of(path()), "old");
  EXPECT_EQ(files_in_folder(), 1U);
}

}  // namespace
}  // namespace tinytorch::testing
