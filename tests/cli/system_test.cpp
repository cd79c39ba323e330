// What ./tito system says of this build.
#include "tests/cli/fake_build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tinytorch::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

bool build_has_onednn() {
  std::ostringstream cache;
  cache << std::ifstream(build_folder() / "CMakeCache.txt").rdbuf();
  return cache.str().find("\nTINYTORCH_ONEDNN:BOOL=ON\n") != std::string::npos;
}

TEST(SystemInfo, NamesTheOneDnnInUse) {
  const std::string info = FakeBuild().tito("system info").output;
  if (!build_has_onednn()) {
    EXPECT_THAT(info, HasSubstr("\noneDNN        not found: this build has TINYTORCH_ONEDNN=OFF; own kernels "
                                "compute products and convolutions\n"));
    return;
  }
  ASSERT_THAT(info, ContainsRegex("\noneDNN        [23]\\.[0-9]+\\.[0-9]+, /"));
  const std::size_t path = info.find(", /", info.find("\noneDNN")) + 2;
  EXPECT_TRUE(std::filesystem::exists(info.substr(path, info.find('\n', path) - path))) << info;
}

}  // namespace
}  // namespace tinytorch::testing
