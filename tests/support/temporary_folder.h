#pragma once

#include <filesystem>
#include <string>

namespace tinytorch::testing {

/// A folder that the destructor removes with its contents.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Writes an executable shell script; creates its parent folders.
  void add_script(const std::string& name, const std::string& body) const;

 private:
  std::filesystem::path path_;
};

}  // namespace tinytorch::testing
