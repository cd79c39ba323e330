#include "modules/cli/scratch_directory.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace tito {

ScratchDirectory::ScratchDirectory() {
  std::string path = (std::filesystem::temp_directory_path() / "tito-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr)
    throw std::runtime_error(
        fmt::format("no temporary directory {} can be created: {}", path, std::strerror(errno)));
  path_ = path;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;  // what is left is in the system's directory for such files
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tito
