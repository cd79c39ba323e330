#include "modules/cli/course/files.h"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tito {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw std::runtime_error(fmt::format("{} cannot be read", file.string()));
  return text.str();
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path part = file.string() + ".part";
  std::ofstream stream(part, std::ios::binary);
  stream << text << std::flush;
  if (!stream) throw std::runtime_error(fmt::format("{} cannot be written", part.string()));
  stream.close();
  std::filesystem::rename(part, file);
}

std::string hash_of(const std::string& text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

}  // namespace tito
