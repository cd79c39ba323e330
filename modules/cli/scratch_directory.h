#pragma once

#include <filesystem>

namespace tito {

/// A new directory for temporary files, which the destructor removes.
class ScratchDirectory {
 public:
  /// @throws std::runtime_error  it cannot be created
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tito
