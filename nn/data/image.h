#pragma once

#include <string>

#include "core/tensor.h"

/// Images in files, as u8 tensors [C, H, W].
///
/// ```cpp
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.png";
/// nn::save_png(path, randint(0, 256, {3, 28, 28}, {.dtype = DType::u8}));
/// const Tensor color = nn::load_image(path);                      // u8 [3, 28, 28]
/// const Tensor gray = nn::load_image(path, {.grayscale = true});  // u8 [1, 28, 28]
/// std::filesystem::remove(path);
/// ```
namespace tinytorch::nn {

struct ImageOptions {
  /// Colors become their brightness, (299 R + 587 G + 114 B) / 1000 (ITU-R BT.601).
  bool grayscale = false;
};

/// Reads a PNG, PGM (P2, P5) or PPM (P3, P6) image; its content shows which. Transparency is dropped, colors
/// of a palette are looked up, samples of 16 bits are rounded to 8 bits, and those of a PGM or PPM image
/// whose greatest is not 255 are scaled to 255. Before memory is allocated, the image's size is compared with
/// that of the file.
/// @return  u8 [C, H, W] on the CPU; C is 1 for a gray image and 3 (red, green, blue) for one of colors
/// @throws IoError  the file cannot be read, is not such an image, or is damaged; or its greatest sample
///                  exceeds 255 (PGM, PPM)
Tensor load_image(const std::string& path, ImageOptions options = {});

/// Writes a PNG image: to a temporary file, which then replaces the one at `path`, as save_npy() does.
/// @param image  u8 [H, W] or [1, H, W], gray; or [3, H, W], red, green and blue
/// @throws IoError     the file cannot be written; what is at `path` is unchanged
/// @throws ShapeError  the image has another shape, or no pixels
/// @throws DTypeError  the image is not u8
void save_png(const std::string& path, const Tensor& image);

}  // namespace tinytorch::nn
