#pragma once

#include <string_view>

#include "core/internal/file.h"
#include "core/tensor.h"

/// Portable gray maps (PGM) and pixel maps (PPM), of netpbm.
namespace tinytorch::nn {

/// Whether a file with this content is a PGM or PPM image.
bool is_pnm(std::string_view content);

/// @param content  of the file that the errors name
/// @return  u8 [H, W, C]; C is 1 or 3
Tensor decode_pnm(const FileErrors& file, std::string_view content);

}  // namespace tinytorch::nn
