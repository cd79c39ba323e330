#include "nn/data/cifar.h"

#include "core/allocator.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

class Cifar : public FileTest {
 protected:
  /// An image whose channels are each of one color.
  static std::string image(char label, char red, char green, char blue) {
    return label + std::string(1024, red) + std::string(1024, green) + std::string(1024, blue);
  }
};

TEST_F(Cifar, ReadsOneBatchAfterAnother) {
  const std::string first = write(image(3, 1, 2, 3) + image(0, 4, 5, 6), "first"),
                    second = write(image(9, 7, 8, '\xff'), "second");
  const nn::LabeledImages data = nn::load_cifar10({first, second});
  EXPECT_TENSOR_EQ(data.labels, (Tensor{3, 0, 9}.to(DType::i64)));
  const Tensor colors{{1, 2, 3}, {4, 5, 6}, {7, 8, 255}};
  std::vector<std::int64_t> pixels;
  for (const std::int64_t value : colors.to_vector<std::int64_t>()) pixels.insert(pixels.end(), 1024, value);
  EXPECT_TENSOR_EQ(data.images, from_values(pixels, {3, 3, 32, 32}).to(DType::u8));
}

TEST_F(Cifar, ReadsNothingFromNothing) {
  EXPECT_EQ(nn::load_cifar10({}).images.shape(), (Shape{0, 3, 32, 32}));
  EXPECT_EQ(nn::load_cifar10({write("")}).labels.shape(), Shape{0});
}

TEST_F(Cifar, RefusesOtherFiles) {
  const MemoryStats before = memory_stats(Device::cpu());
  write(image(1, 1, 1, 1) + "more");
  EXPECT_ERROR(
      nn::load_cifar10({path()}), IoError,
      "[load_cifar10] " + path() + ": has 3077 bytes, which is no multiple of the 3073 bytes of an image");
  EXPECT_ERROR(nn::load_cifar10({path("none")}), IoError,
               "[load_cifar10] " + path("none") + ": cannot be opened: No such file or directory");
  EXPECT_EQ(memory_stats(Device::cpu()).allocations, before.allocations);
  write(image(1, 1, 1, 1) + image(10, 1, 1, 1));
  EXPECT_ERROR(nn::load_cifar10({path()}), IoError,
               "[load_cifar10] " + path() + ": has the label 10 at byte 3073; the labels are 0 to 9");
}

}  // namespace
}  // namespace tinytorch::testing
