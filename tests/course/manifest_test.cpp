#include "modules/cli/course/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/file_test.h"

namespace tito {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kManifest = R"({
  "number": 7, "name": "sums", "title": "Sums", "hours": 1.5, "needs": [2], "slots": ["sum"], "also": ["totals"],
  "exercises": [
    {"id": "long_sum", "title": "A long sum", "points": 3, "source": "sums_dev.cpp", "section": "1. Sums",
     "checks": [{"name": "IsExact", "hint": "Add in double."}],
     "mistakes": [{"name": "adds_floats", "check": "IsExact"}]},
    {"id": "kernel", "title": "On the GPU", "points": 4, "source": "sums_dev.cu", "section": "2. Kernels",
     "checks": [{"name": "IsExact", "hint": "Add in double."}],
     "mistakes": [{"name": "races", "check": "IsExact", "region": 2}]}
  ]
})";

class Manifest : public tinytorch::testing::FileTest {
 protected:
  std::filesystem::path write(const std::string& folder, const std::string& text) const {
    const std::filesystem::path module = path(folder);
    std::filesystem::create_directories(module);
    std::ofstream(module / "module.json") << text;
    return module;
  }

  void expect_error(const std::string& from, const std::string& to, const std::string& message) const {
    std::string text = kManifest;
    text.replace(text.find(from), from.size(), to);
    try {
      read_module(write("07_sums", text));
      ADD_FAILURE() << "no error for " << to;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("07_sums/module.json: "));
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  }
};

TEST_F(Manifest, IsRead) {
  const Module module = read_module(write("07_sums", kManifest));
  EXPECT_EQ(module.folder_name(), "07_sums");
  EXPECT_EQ(module.hours, 1.5);
  EXPECT_EQ(module.points(), 7);
  EXPECT_THAT(module.also, ElementsAre("totals"));
  EXPECT_THAT(module.sources(), ElementsAre("sums_dev.cpp", "sums_dev.cu"));
  ASSERT_EQ(module.exercises.size(), 2U);
  EXPECT_EQ(module.exercises[0].suite(), "LongSum");
  EXPECT_FALSE(module.exercises[0].on_device());
  EXPECT_TRUE(module.exercises[1].on_device());
  EXPECT_EQ(module.exercises[1].mistakes[0].region, 2);
  EXPECT_EQ(module.find("kernel"), &module.exercises[1]);
  EXPECT_EQ(module.find("other"), nullptr);
}

TEST_F(Manifest, SaysWhatIsWrong) {
  expect_error("\"number\": 7,", "", "number");
  expect_error("\"number\": 7", "\"number\": 8", "not those of the folder: 08_sums");
  expect_error("\"points\": 3", "\"points\": 0", "long_sum has no points");
  expect_error("\"id\": \"kernel\"", "\"id\": \"long_sum\"", "two exercises are named long_sum");
  expect_error("\"check\": \"IsExact\"}", "\"check\": \"IsFast\"}",
               "the mistake adds_floats names the check IsFast, which long_sum does not have");
  expect_error("[{\"name\": \"adds_floats\", \"check\": \"IsExact\"}]", "[]", "long_sum has no mistakes");
  expect_error("[\"sum\"]", "[]",
               "it replaces nothing in the framework: slots, cuda_slots and hooks are empty");
  expect_error("]\n}", "", "parse error");
  EXPECT_THROW(read_module(path("08_none")), std::runtime_error);
}

TEST_F(Manifest, IsFoundByNumberOrName) {
  write("07_sums", kManifest);
  const std::vector<Module> modules = read_modules(path(""));
  ASSERT_EQ(modules.size(), 1U);
  for (const char* name : {"7", "07", "sums", "07_sums"})
    EXPECT_EQ(find_module(modules, name).number, 7) << name;
  for (const char* name : {"8", "", "sum", "99999999999", "7x", "-7"}) {
    try {
      find_module(modules, name);
      ADD_FAILURE() << name;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("there are: 07_sums"));
    }
  }
}

}  // namespace
}  // namespace tito
