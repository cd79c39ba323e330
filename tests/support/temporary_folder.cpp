#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace tinytorch::testing {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "tinytorch-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a destructor must not throw; a folder that remains in /tmp fails no test
  fs::remove_all(path_, ignored);
}

void TemporaryFolder::add_script(const std::string& name, const std::string& body) const {
  const fs::path script = path_ / name;
  fs::create_directories(script.parent_path());
  std::ofstream(script) << "#!/bin/sh\n" << body << '\n';
  fs::permissions(script, fs::perms::owner_all);
}

}  // namespace tinytorch::testing
