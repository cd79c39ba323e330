// tito grade collect, autograde, feedback and export: a class, its files and its errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "modules/cli/course/feedback.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/gradebook.h"
#include "modules/cli/course/isolation.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/process.h"
#include "tests/course/grading.h"
#include "tests/course/no_isolation.h"
#include "tests/course/started_program.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using tinytorch::testing::build_folder;
using tinytorch::testing::ProgramRun;
using tinytorch::testing::source_folder;

TEST_F(Grading, SaysWhatIsMissing) {
  const ProgramRun none = grade("autograde '" + path("none") + "'");
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.output, HasSubstr("there are no submissions in " + path("none")));
  const ProgramRun nameless = grade("collect '" + write("", "a\nb.zip") + "' -o '" + path("class") + "'");
  EXPECT_EQ(nameless.exit_code, 1);
  EXPECT_THAT(nameless.output, HasSubstr("a?b.zip is refused: the name \"a?b\" is no student's: rename it"));
  const ProgramRun refused = grade("collect '" + path("ada.zip") + "' -o '" + path("class") + "'");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("ada.zip is refused: it does not exist"));
}

TEST_F(Grading, NamesWhatIsDamaged) {
  const Gradebook book(path("class"));
  book.keep("ada", {.files = {}, .refused = {"a link"}});
  EXPECT_THAT(book.refusals_of("ada"), ::testing::ElementsAre("a link"));
  write_text(book.submission_of("ada") / "refused.json", "[");
  try {
    book.refusals_of("ada");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("ada/refused.json is damaged; collect the submission again"));
  }
}

TEST_F(Grading, KeepsASubmissionUntilTheNextIsThere) {
  const Gradebook book(path("class"));
  book.keep("ada", {.files = {{"01_setup/setup_dev.cpp", "first"}}, .refused = {}});
  const fs::path submissions = path("class/submissions");
  // As an interruption leaves it between the two.
  fs::rename(submissions / "ada", submissions / ".replaced-ada");
  EXPECT_THAT(book.students(), ::testing::ElementsAre("ada"));
  EXPECT_EQ(read_text(book.submission_of("ada") / "01_setup/setup_dev.cpp"), "first");
  for (const char* next : {"second", "third"}) {
    book.keep("ada", {.files = {{"01_setup/setup_dev.cpp", next}}, .refused = {}});
    EXPECT_EQ(read_text(submissions / "ada/01_setup/setup_dev.cpp"), next);
    EXPECT_FALSE(fs::exists(submissions / ".replaced-ada"));
  }
  fs::create_directories(submissions / ".replaced-ada");  // half removed
  EXPECT_THAT(book.students(), ::testing::ElementsAre("ada"));
  EXPECT_EQ(read_text(book.submission_of("ada") / "01_setup/setup_dev.cpp"), "third");
}

TEST_F(Grading, ReadsAClassOnlyWhileNoOtherTitoWrites) {
  if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
  const Gradebook book(path("class"));
  for (const std::string command :
       {"autograde CLASS", "feedback CLASS", "export CLASS -o CLASS/points.csv"}) {
    book.keep("ada", {.files = {{"01_setup/setup_dev.cpp", "first"}}, .refused = {}});
    std::string arguments = command;
    for (std::size_t at = 0; (at = arguments.find("CLASS")) != std::string::npos;)
      arguments.replace(at, 5, path("class"));
    std::optional<FolderLock> other(path("class"));
    StartedProgram tito("'" + (build_folder() / "tito").string() + "' grade " + arguments + " 2>&1");
    EXPECT_THAT(tito.line(), HasSubstr("waiting for another tito")) << command;
    book.keep("ada", {.files = {}, .refused = {}});  // nothing to grade: zero points are right
    other.reset();
    EXPECT_EQ(tito.end(), 0) << command;
  }
}

TEST(Questions, AreTheItemsOfTheirSection) {
  EXPECT_THAT(questions_in("# T\n1. no\n## Questions\n\n1. One\n   goes on.\n2. Two?\n## Next\n3. no\n"),
              ::testing::ElementsAre("1. One goes on.", "2. Two?"));
  EXPECT_THAT(questions_in("# T\n"), ::testing::IsEmpty());
  for (const Module& module : read_modules(source_folder() / "modules"))
    EXPECT_FALSE(questions_in(read_text(module.folder / "README.md")).empty()) << module.folder_name();
}

}  // namespace
}  // namespace tito
