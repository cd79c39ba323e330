// The list of `./tito mutate --course`, which takes long to run: that it fits the sources and the tests.
#include "modules/cli/source_mutants.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "tests/support/source_folder.h"

namespace tito {
namespace {

/// The tests of this program, as "Suite.Name", and each suite as "Suite.*".
std::set<std::string> tests_of_this_program() {
  std::set<std::string> tests;
  const ::testing::UnitTest& program = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& suite = *program.GetTestSuite(i);
    tests.insert(std::string(suite.name()) + ".*");
    for (int j = 0; j < suite.total_test_count(); ++j)
      tests.insert(std::string(suite.name()) + '.' + suite.GetTestInfo(j)->name());
  }
  return tests;
}

TEST(CourseMutants, FitTheSourcesAndTheTests) {
  const std::filesystem::path root = tinytorch::testing::source_folder();
  const std::vector<SourceMutant> mutants = read_source_mutants(root / "tests/course/mutants.json", root);
  EXPECT_GE(mutants.size(), 24U);
  const std::set<std::string> known = tests_of_this_program();
  for (const SourceMutant& mutant : mutants) {
    std::istringstream tests(mutant.tests);
    for (std::string test; std::getline(tests, test, ':');)
      EXPECT_TRUE(known.contains(test))
          << mutant.file << ", " << mutant.what << ": there is no test " << test;
  }
}

}  // namespace
}  // namespace tito
