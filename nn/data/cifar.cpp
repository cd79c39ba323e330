#include "nn/data/cifar.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/ops/creation.h"

namespace tinytorch::nn {
namespace {

constexpr std::size_t kPixelBytes = 3 * 32 * 32, kImageBytes = 1 + kPixelBytes;

/// Reads the images of a file, and moves the pointers past them.
void read_batch(const InputFile& file, std::uint8_t*& image, std::int64_t*& label) {
  std::array<std::byte, kImageBytes> bytes;
  for (std::size_t at = 0; at < file.size(); at += kImageBytes) {
    file.read(bytes);
    *label = std::to_integer<std::int64_t>(bytes[0]);
    if (*label > 9) file.error("has the label {} at byte {}; the labels are 0 to 9", *label, at);
    std::memcpy(image, bytes.data() + 1, kPixelBytes);
    image += kPixelBytes;
    ++label;
  }
}

}  // namespace

LabeledImages load_cifar10(const std::vector<std::string>& paths) {
  const OpScope scope("load_cifar10");
  std::deque<InputFile> files;
  std::size_t n = 0;
  for (const std::string& path : paths) {
    const InputFile& file = files.emplace_back("load_cifar10", path);
    if (file.size() % kImageBytes != 0) {
      file.error("has {} bytes, which is no multiple of the {} bytes of an image", file.size(), kImageBytes);
    }
    n += file.size() / kImageBytes;
  }
  const auto length = static_cast<std::int64_t>(n);
  LabeledImages data{empty({length, 3, 32, 32}, {.dtype = DType::u8}),
                     empty({length}, {.dtype = DType::i64})};
  auto* image = data.images.data<std::uint8_t>();
  auto* label = data.labels.data<std::int64_t>();
  for (const InputFile& file : files) read_batch(file, image, label);
  return data;
}

}  // namespace tinytorch::nn
