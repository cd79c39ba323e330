#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tinytorch {

/// A number of bytes as messages have it: "683.6 KiB".
std::string human_bytes(std::size_t bytes);

/// The number of bytes that a text such as "500000000", "64K", "500M" or "2G" stands for, where the suffixes
/// are powers of 1024.
/// @param variable  the environment variable that the text comes from, for the message
/// @throws ValueError  the text is none, or stands for more bytes than there are addresses
std::size_t parse_bytes(const char* variable, std::string_view text);

}  // namespace tinytorch
