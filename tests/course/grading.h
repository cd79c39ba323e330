#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {

/// The commands of an instructor.
class Grading : public tinytorch::testing::FileTest {
 protected:
  static tinytorch::testing::ProgramRun grade(const std::string& arguments) {
    return tinytorch::testing::run_program("'" + (tinytorch::testing::build_folder() / "tito").string() +
                                           "' grade " + arguments + " 2>&1");
  }
};

/// The paths of all files below a folder, relative to it.
inline std::set<std::string> files_below(const std::filesystem::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(std::filesystem::relative(entry.path(), folder).string());
  }
  return files;
}

}  // namespace tito
