#include "nn/data/image.h"

#include <cstdint>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "nn/data/internal/data_reader.h"
#include "nn/data/internal/png.h"
#include "nn/data/internal/pnm.h"

namespace tinytorch::nn {
namespace {

/// The brightness of u8 [H, W, 3], as [H, W, 1].
Tensor brightness(const Tensor& colors) {
  Tensor gray = empty({colors.size(0), colors.size(1), 1}, {.dtype = DType::u8});
  const auto* const from = colors.data<std::uint8_t>();
  auto* const to = gray.data<std::uint8_t>();
  for (std::int64_t i = 0; i < gray.numel(); ++i) {
    // The weights in 1/65536, of which they are the whole.
    const std::uint32_t sum = 19595U * from[3 * i] + 38470U * from[3 * i + 1] + 7471U * from[3 * i + 2];
    to[i] = static_cast<std::uint8_t>((sum + 0x8000U) >> 16);
  }
  return gray;
}

}  // namespace

Tensor load_image(const std::string& path, ImageOptions options) {
  const OpScope scope("load_image");
  DataReader reader("load_image", path);
  const std::string content = reader.read_rest();
  if (!is_png(content) && !is_pnm(content)) {
    reader.file().error("is neither a PNG nor a PGM or PPM (P2, P3, P5, P6) image");
  }
  Tensor pixels = is_png(content) ? decode_png(reader.file(), content) : decode_pnm(reader.file(), content);
  if (options.grayscale && pixels.size(2) == 3) pixels = brightness(pixels);
  return contiguous(permute(pixels, {2, 0, 1}));
}

void save_png(const std::string& path, const Tensor& image) {
  const OpScope scope("save_png");
  if (image.dtype() != DType::u8) fail<DTypeError>("save_png", "image is {}; it must be u8", image.dtype());
  const bool is_plane = image.rank() == 2;
  if (!is_plane && (image.rank() != 3 || (image.size(0) != 1 && image.size(0) != 3))) {
    fail<ShapeError>("save_png", "image is {}; it must be [H, W], [1, H, W] or [3, H, W]", image.shape());
  }
  if (image.numel() == 0) fail<ShapeError>("save_png", "image is {}; it has no pixels", image.shape());
  constexpr std::int64_t kLongest = 0x7fffffff;
  if (image.size(-1) > kLongest || image.size(-2) > kLongest) {
    fail<ShapeError>("save_png", "image is {}; a side of a PNG image has at most {} pixels", image.shape(),
                     kLongest);
  }
  const Tensor planes = is_plane ? reshape(image, {1, image.size(0), image.size(1)}) : image;
  const Tensor pixels = contiguous(permute(planes.to(Device::cpu()), {1, 2, 0}));
  ReplacementFile file("save_png", path);
  write_png(file, pixels);
  file.commit();
}

}  // namespace tinytorch::nn
