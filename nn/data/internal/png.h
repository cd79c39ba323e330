#pragma once

#include <string_view>

#include "core/internal/file.h"
#include "core/tensor.h"

/// PNG images by libpng.
namespace tinytorch::nn {

/// Whether a file with this content is a PNG image.
bool is_png(std::string_view content);

/// @param content  of the file that the errors name
/// @return  u8 [H, W, C]; C is 1 or 3
Tensor decode_png(const FileErrors& file, std::string_view content);

/// @param pixels  u8 [H, W, C], contiguous, on the CPU; C is 1 or 3
void write_png(const ReplacementFile& file, const Tensor& pixels);

}  // namespace tinytorch::nn
