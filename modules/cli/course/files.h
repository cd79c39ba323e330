#pragma once

#include <filesystem>
#include <string>

namespace tito {

/// The content of a file.
/// @throws std::runtime_error  it cannot be read
std::string read_text(const std::filesystem::path& file);

/// Replaces a file as a whole, or leaves it as it was.
/// @throws std::runtime_error  it cannot be written
void write_text(const std::filesystem::path& file, const std::string& text);

/// A hash of a text, as hexadecimal digits: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/.
std::string hash_of(const std::string& text);

}  // namespace tito
