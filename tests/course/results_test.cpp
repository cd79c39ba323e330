// What a recorded result belongs to.
#include "modules/cli/course/results.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/file_test.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

/// A repository with a module, and a copy of it.
class CodeOf : public tinytorch::testing::FileTest {
 protected:
  CodeOf() {
    for (const char* folder : {"modules/07_sums", "modules/course", "tests/module_07/mistakes", "copy"})
      fs::create_directories(path(folder));
    tools_.source = path("");
    module_.number = 7;
    module_.name = "sums";
    module_.folder = path("modules/07_sums");
    module_.exercises.emplace_back();
    module_.exercises.back().source = "sums_dev.cpp";
  }

  std::string code() const { return code_of(tools_, module_, path("copy")); }

  CourseTools tools_ = {};
  Module module_;
};

TEST_F(CodeOf, ChangesWithAllThatDecides) {
  for (const char* file : {"copy/sums_dev.cpp", "modules/07_sums/module.json", "modules/07_sums/sums.h",
                           "modules/07_sums/slots.cpp", "modules/07_sums/slots.cu", "modules/course/check.h",
                           "tests/module_07/exercises_test.cpp", "tests/module_07/device_test.cu",
                           "tests/module_07/reference.h"}) {
    const std::string missing = code();
    write("1", file);
    const std::string first = code();
    EXPECT_NE(first, missing) << file;
    write("2", file);
    EXPECT_NE(code(), first) << file;
    EXPECT_EQ(code(), code()) << file;
  }
}

TEST_F(CodeOf, StaysWithWhatStudentsDoNotHave) {
  write("1", "copy/sums_dev.cpp");
  const std::string before = code();
  for (const char* file :
       {"modules/07_sums/sums_dev.cpp", "modules/07_sums/rubric.md", "modules/07_sums/README.md",
        "tests/module_07/mistakes/sums_of_ones.cpp", "copy/notes.txt"}) {
    write("1", file);
    EXPECT_EQ(code(), before) << file;
  }
}

}  // namespace
}  // namespace tito
