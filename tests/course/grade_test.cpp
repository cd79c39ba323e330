// The course as an instructor uses it: tito grade ... on submissions of all kinds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/feedback.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/gradebook.h"
#include "modules/cli/course/isolation.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/release.h"
#include "modules/cli/process.h"
#include "tests/course/archive_file.h"
#include "tests/course/no_isolation.h"
#include "tests/course/started_program.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using tinytorch::testing::build_folder;
using tinytorch::testing::ProgramRun;
using tinytorch::testing::source_folder;

class Grading : public tinytorch::testing::FileTest {
 protected:
  static ProgramRun grade(const std::string& arguments) {
    return tinytorch::testing::run_program("'" + (build_folder() / "tito").string() + "' grade " + arguments +
                                           " 2>&1");
  }
};

/// The paths of all files below a folder, from there on.
std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(fs::relative(entry.path(), folder).string());
  }
  return files;
}

std::string without_indentation(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string::npos ? "" : line.substr(first);
}

std::vector<std::string> lines_of_text(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(without_indentation(line));
  return lines;
}

/// Each two lines of a text that follow one another, and tell something together.
std::set<std::string> pairs_of_lines(const std::string& text) {
  constexpr std::size_t kLeast = 40;
  std::set<std::string> pairs;
  std::string before;
  for (const std::string& line : lines_of_text(text)) {
    if (before.size() + line.size() >= kLeast) pairs.insert(fmt::format("{} {}", before, line));
    before = line;
  }
  return pairs;
}

/// What would tell of a solution: its pairs of lines, and the line of one that has no other.
std::set<std::string> telling_parts(const std::string& solution) {
  constexpr std::size_t kLeast = 24;
  std::vector<std::string> lines = lines_of_text(solution);
  std::erase_if(lines, [](const std::string& line) { return line.empty(); });
  if (lines.size() != 1) return pairs_of_lines(solution);
  return lines.front().size() < kLeast ? std::set<std::string>{} : std::set<std::string>{lines.front()};
}

/// The same of a file, which may have solutions of any kind.
std::set<std::string> parts_of_file(const std::string& text) {
  std::set<std::string> parts = pairs_of_lines(text);
  for (const std::string& line : lines_of_text(text)) parts.insert(line);
  return parts;
}

/// Of all solutions of the course. What the framework and its references have in these very words is no
/// answer, nor are the loops that checks need as well.
std::set<std::string> parts_of_solutions(const std::set<std::string>& files) {
  std::set<std::string> parts;
  for (const Module& module : read_modules(source_folder() / "modules")) {
    for (const std::string& source : module.sources()) {
      for (const Region& region : regions_of(read_text(module.folder / source)))
        parts.merge(telling_parts(region.text));
    }
  }
  for (const std::string& file : files) {
    const bool is_framework = file.starts_with("core/") || file.starts_with("kernels/") ||
                              file.starts_with("nn/") || file.starts_with("tests/conformance/");
    if (!is_framework) continue;
    for (const std::string& part : parts_of_file(read_text(source_folder() / file))) parts.erase(part);
  }
  for (const char* loop :
       {"} for (int l = 0; l < s.value_width; ++l) {",
        "Order order(static_cast<std::size_t>(n)); std::iota(order.begin(), order.end(), 0);",
        "for (std::size_t i = 0; i < order.size(); ++i) { for (const std::size_t input : "
        "graph[order[i]].inputs) {"})
    EXPECT_EQ(parts.erase(loop), 1U) << "no solution has it any more: " << loop;
  return parts;
}

void expect_no_solution(const fs::path& release) {
  const std::set<std::string> files = files_below(release), solutions = parts_of_solutions(files);
  EXPECT_GT(solutions.size(), 900U);
  for (const std::string& file : files) {
    for (const std::string& part : parts_of_file(read_text(release / file)))
      EXPECT_FALSE(solutions.contains(part)) << file << ": " << part;
  }
}

TEST_F(Grading, ReleasesNoSolution) {
  const ProgramRun run = grade("release 01 activations 4 -o '" + path("release") + "'");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("students need for 01_setup 03_activations 04_layers"));

  const std::set<std::string> files = files_below(path("release"));
  for (const char* file : {"tito", "CMakeLists.txt", "core/tensor.h", "modules/cli/main.cpp",
                           "modules/course/check.h", "modules/01_setup/README.md",
                           "modules/03_activations/module.json", "modules/03_activations/activations_dev.cu",
                           "modules/03_activations/slots.cpp", "tests/module_03/exercises_test.cpp"})
    EXPECT_TRUE(files.contains(file)) << file;
  for (const std::string& file : files) {
    EXPECT_THAT(file, Not(HasSubstr("/mistakes/")));
    EXPECT_THAT(file, Not(HasSubstr("rubric")));
    EXPECT_THAT(file, Not(StartsWith("modules/02_")));
    EXPECT_THAT(file, Not(StartsWith("tests/module_02")));
    EXPECT_THAT(file, Not(StartsWith(".git/")));
  }
  EXPECT_NE(fs::status(path("release/tito")).permissions() & fs::perms::owner_exec, fs::perms::none);

  expect_no_solution(path("release"));
  std::size_t sources = 0;
  for (const std::string& file : files) {
    if (file.find("_dev.c") == std::string::npos || !file.starts_with("modules/")) continue;
    ++sources;
    EXPECT_THAT(read_text(path("release/" + file)), AllOf(HasSubstr("todo(\""), Not(HasSubstr("SOLUTION"))))
        << file;
  }
  EXPECT_EQ(sources, 5U);

  const ProgramRun again = grade("release 01 -o '" + path("release") + "'");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("is there already"));
  EXPECT_THAT(grade("release 17 -o '" + path("other") + "'").output, HasSubstr("there is no module '17'"));
}

TEST_F(Grading, ReleasesNoSolutionOfAnyModule) {
  std::string all;
  for (const Module& module : read_modules(source_folder() / "modules")) all += module.folder_name() + ' ';
  ASSERT_EQ(grade("release " + all + "-o '" + path("release") + "'").exit_code, 0);
  expect_no_solution(path("release"));
}

TEST_F(Grading, ReleasesWhatCanBeBuilt) {
  ASSERT_EQ(grade("release 01 03 -o '" + path("release") + "'").exit_code, 0);
  const std::string build = path("release/build/emulated");
  const ProgramRun configured = tinytorch::testing::run_program(
      fmt::format("cmake -G Ninja -S '{}' -B '{}' -DTINYTORCH_CUDA=emulated 2>&1", path("release"), build));
  ASSERT_EQ(configured.exit_code, 0) << configured.output;
  const ProgramRun targets =
      tinytorch::testing::run_program(fmt::format("ninja -C '{}' -t targets all", build));
  // What the script ./tito builds for the commands of students.
  for (const char* target : {"tito", "course", "ops", "test_conformance", "test_modules", "milestones"})
    EXPECT_THAT(targets.output, HasSubstr(fmt::format("\n{}: ", target)));
}

TEST_F(Grading, ReleasesArchives) {
  ASSERT_EQ(grade("release 01 -o '" + path("folder") + "'").exit_code, 0);
  ASSERT_EQ(grade("release 01 -o '" + path("course.tar.gz") + "'").exit_code, 0);
  const std::string unpack = "tar xzf '" + path("course.tar.gz") + "' -C '" + path("") + "'";
  ASSERT_EQ(tinytorch::testing::run_program(unpack).exit_code, 0);
  const ProgramRun difference =
      tinytorch::testing::run_program("diff -r '" + path("folder") + "' '" + path("course") + "'");
  EXPECT_EQ(difference.exit_code, 0) << difference.output;
  EXPECT_NE(fs::status(path("course/tito")).permissions() & fs::perms::owner_exec, fs::perms::none);
}

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

TEST_F(Grading, ReleasesOnlyWhatGitTracks) {
  fs::create_directories(path("source/modules/07_sums"));
  write("untracked", "source/grades.csv");
  const auto expect_error = [&](const std::string& message) {
    Module sums;
    sums.number = 7;
    sums.name = "sums";
    try {
      write_release(path("source"), {sums}, path("release/"));
      ADD_FAILURE() << "no error: " << message;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
    EXPECT_FALSE(fs::exists(path("release")));
  };
  expect_error("a release has the files that git tracks, but git failed: fatal: not a git repository");
  write("// BEGIN SOLUTION\n", "source/modules/07_sums/sums_dev.cpp");
  const std::string git = "git -C '" + path("source") + "' ";
  ASSERT_EQ(tinytorch::testing::run_program(git + "init -q && " + git + "add modules").exit_code, 0);
  expect_error("modules/07_sums/sums_dev.cpp: line 1: BEGIN SOLUTION names no exercise");
  write("text\n", "source/modules/07_sums/sums_dev.cpp");
  write_release(path("source"), {read_module(source_folder() / "modules/01_setup")}, path("without"));
  EXPECT_THAT(files_below(path("without")), ::testing::IsEmpty());
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

/// Submissions of module 01, whose exercises are greeting (1 point), mean (3) and value_of (4).
class RoundTrip : public Grading {
 protected:
  RoundTrip() { fs::create_directories(path("submitted")); }

  void SetUp() override {
    if (!can_isolate()) GTEST_SKIP() << kNoIsolation;
  }

  /// The source, in which these texts stand in place of the solutions; "" leaves the exercise untouched.
  static std::string source(const std::map<std::string, std::string>& texts) {
    const std::string name = "setup_dev.cpp";
    std::string source = read_text(source_folder() / "modules/01_setup" / name);
    const std::vector<Region> regions = regions_of(source);
    const std::size_t end = source.find("#include <sstream>\n");
    for (const Region& region : regions) {
      const auto text = texts.find(region.exercise);
      if (text == texts.end()) continue;
      source.replace(
          source.find(region.text), region.text.size(),
          text->second.empty() ? "todo(\"setup." + region.exercise + "\");\n" : text->second + '\n');
    }
    return source.insert(end,
                         "#include <cstdlib>\n#include <filesystem>\n#include <fstream>\n#include "
                         "<vector>\n#include <unistd.h>\n");
  }

  void submit_archive(const std::string& file, const std::string& text) const {
    write_archive(path("submitted/" + file), {{.name = "student/01_setup/setup_dev.cpp", .text = text}});
  }

  /// Right, partly right, wrong, hostile.
  void submit_all() const {
    submit_archive("ada.tar.gz", source({}));
    fs::create_directories(path("submitted/bob/01_setup"));
    write(source({{"greeting", ""}, {"value_of", "return report.substr(name.size());"}}),
          "submitted/bob/01_setup/setup_dev.cpp");
    submit_archive("carol.zip", source({{"greeting", "while (name.size() < 1000) {}\n return name;"}}));
    submit_archive("dan.zip",
                   source({{"mean",
                            "std::vector<std::vector<char>> all;\n"
                            "while (!values.empty()) all.emplace_back(std::size_t{16} << 20, 'x');\n"
                            "return 0;"}}));
    submit_archive("eve.zip",
                   source({{"value_of",
                            "for (int i = 0; i < 200; ++i) { if (fork() == 0) { sleep(60); _exit(0); } }\n"
                            "sleep(60);\n"
                            "return \"\";"}}));
    submit_archive("=frank<b>.zip", source({{"mean", "return <b>;"}}));
    submit_archive("grace.zip", source({{"greeting", code_that_writes_everywhere()}}));
    write_archive(path("submitted/heidi.tar.gz"),
                  {{.name = "../../escaped", .text = "1"},
                   {.name = path("escaped"), .text = "1"},
                   {.name = "01_setup/setup_dev.cpp", .type = AE_IFLNK, .link = "/etc/passwd"}});
    submit_archive(
        "ivan.zip",
        source({{"greeting", "throw std::runtime_error(\"<script>alert(1)</script>\\x1b[2J\");"},
                {"mean",
                 "const std::string line = \"runtime error: \" + std::string(4 << 20, 'x');\n"
                 "if (write(2, line.data(), line.size())) {}\n"
                 "for (int fd = 3; fd < 20; ++fd) { if (write(fd, \"{\\\"begins\\\":[]}\\n\", 14)) {} }\n"
                 "return 0;"}}));
    submit_archive("judy.zip", "#include \"modules/01_setup/setup_dev.cpp\"\n");
    write("no archive", "submitted/mallory.tar.gz");
  }

  /// It says "Hello, ...!" only if nothing that it must not write to or see could be.
  std::string code_that_writes_everywhere() const {
    const std::string source = (source_folder() / "modules/01_setup").string();
    return fmt::format(
        "for (const char* file : {{\"{0}/escaped\", \"{0}/class/results/ada.json\", \"{1}/escaped\"}}) {{\n"
        "  std::ofstream stream(file);\n"
        "  if (stream << 1 << std::flush) return \"it was written\";\n"
        "}}\n"
        "if (std::getenv(\"HOME\") != nullptr) return \"it has the instructor's environment\";\n"
        "for (const char* file : {{\"{0}/class/submissions/ada\", \"{0}/class/results/ada.json\",\n"
        "                         \"{0}/submitted/ada.tar.gz\", \"{1}/rubric.md\", \"/etc/passwd\"}}) {{\n"
        "  if (std::filesystem::exists(file)) return \"it was seen\";\n"
        "}}\n"
        "std::ifstream solution(\"{1}/setup_dev.cpp\");\n"
        "if (solution.get() != EOF) return \"it was read\";\n"
        "return \"Hello, \" + name + \"!\";",
        path(""), source);
  }

  /// Collects and grades all.
  void grade_all() const {
    const ProgramRun collected = grade("collect '" + path("submitted") + "'/* -o '" + path("class") + "'");
    EXPECT_EQ(collected.exit_code, 1);
    EXPECT_THAT(collected.output, HasSubstr("ada: 1 files\n"));
    EXPECT_THAT(collected.output, HasSubstr("mallory.tar.gz is refused: it is no .tar.gz or .zip archive"));
    EXPECT_THAT(collected.output, HasSubstr("heidi: 0 files\n"
                                            "  refused: ../../escaped: its path leaves the folder\n"
                                            "  refused: " +
                                            path("escaped") +
                                            ": its path is absolute\n"
                                            "  refused: 01_setup/setup_dev.cpp: it is a link\n"));
    const ProgramRun graded = grade("autograde '" + path("class") + "'");
    EXPECT_EQ(graded.exit_code, 0) << graded.output;
    EXPECT_THAT(graded.output, AllOf(HasSubstr("ada: 8/8 points\n"), HasSubstr("bob: 3/8 points\n"),
                                     HasSubstr("heidi: 0/0 points, as before\n")));
    EXPECT_FALSE(fs::exists(path("escaped")));
    EXPECT_FALSE(fs::exists(source_folder() / "modules/01_setup/escaped"));
    const ProgramRun pages = grade("feedback '" + path("class") + "'");
    EXPECT_EQ(pages.exit_code, 0) << pages.output;
    const ProgramRun table = grade("export '" + path("class") + "' -o '" + path("points.csv") + "'");
    EXPECT_EQ(table.exit_code, 0) << table.output;
  }

  std::string page(const std::string& student) const {
    return read_text(path("class/feedback/" + student + ".html"));
  }

  void expect_pages() const {
    EXPECT_THAT(page("ada"),
                AllOf(HasSubstr("<p>8 of 8 points</p>"), HasSubstr("<td>A mean</td><td>3 / 3</td>"),
                      HasSubstr("Questions, which a person grades"),
                      HasSubstr("How many fit into the memory of your machine?"), Not(HasSubstr("Hint")),
                      Not(HasSubstr("6 GB"))));
    EXPECT_THAT(page("bob"),
                AllOf(HasSubstr("setup.greeting is not written yet"), HasSubstr("Check LeavesOutTheSpaces: "),
                      HasSubstr("Hint: The value begins at the first character"),
                      HasSubstr("Read section &quot;4. Your machine&quot; of modules/01_setup/README.md")));
    EXPECT_THAT(page("carol"), HasSubstr("it did not end in time: an endless loop? at setup_dev.cpp:"));
    EXPECT_THAT(page("dan"), HasSubstr("it took too much memory"));
    EXPECT_THAT(page("eve"), HasSubstr("it started too many processes"));
    EXPECT_THAT(page("=frank<b>"),
                AllOf(HasSubstr("<h1>=frank&lt;b&gt;</h1>"), HasSubstr("<pre>setup_dev.cpp:"),
                      HasSubstr("return &lt;b&gt;;"), HasSubstr("it does not compile")));
    EXPECT_THAT(page("grace"), HasSubstr("<p>8 of 8 points</p>"));
    EXPECT_THAT(page("heidi"), AllOf(HasSubstr("The submission has no file of the course."),
                                     HasSubstr("<li>01_setup/setup_dev.cpp: it is a link</li>")));
    EXPECT_THAT(page("ivan"),
                AllOf(HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;?[2J"), Not(HasSubstr("<script"))));
    EXPECT_THAT(page("judy"), HasSubstr("It does not compile:"));
  }
};

constexpr const char* kTable =
    "student,01_setup/greeting,01_setup/mean,01_setup/value_of,01_setup,total\r\n"
    "'=frank<b>,0,0,0,0,0\r\n"
    "ada,1,3,4,8,8\r\n"
    "bob,0,3,0,3,3\r\n"
    "carol,0,3,4,7,7\r\n"
    "dan,1,0,4,5,5\r\n"
    "eve,1,3,0,4,4\r\n"
    "grace,1,3,4,8,8\r\n"
    "heidi,0,0,0,0,0\r\n"
    "ivan,0,0,4,4,4\r\n"
    "judy,0,0,0,0,0\r\n";

TEST_F(RoundTrip, GivesEachSubmissionItsPointsTwice) {
  submit_all();
  grade_all();
  EXPECT_EQ(read_text(path("points.csv")), kTable);
  expect_pages();
  fs::rename(path("class"), path("first"));
  grade_all();
  EXPECT_EQ(read_text(path("points.csv")), kTable);
  for (const std::string& file : files_below(path("first/feedback")))
    EXPECT_EQ(read_text(path("class/feedback/" + file)), read_text(path("first/feedback/" + file))) << file;
}

TEST_F(RoundTrip, RepeatsOnlyWhatHasChanged) {
  submit_archive("ada.zip", source({}));
  submit_archive("bob.zip", source({{"greeting", ""}}));
  const std::string folder = "'" + path("class") + "'";
  const std::string collect = "collect '" + path("submitted") + "'/* -o " + folder;
  ASSERT_EQ(grade(collect).exit_code, 0);
  const ProgramRun early = grade("export " + folder + " -o '" + path("points.csv") + "'");
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.output,
              HasSubstr("ada is not graded as it is now; `tito grade autograde " + path("class")));
  EXPECT_FALSE(fs::exists(path("points.csv")));
  EXPECT_EQ(grade("autograde " + folder).output, "ada: 8/8 points\nbob: 7/8 points\n");
  EXPECT_EQ(grade("autograde " + folder).output, "ada: 8/8 points, as before\nbob: 7/8 points, as before\n");

  write_text(path("class/results/ada.json"), "{");  // as if it had been lost
  EXPECT_EQ(grade("autograde " + folder).output, "ada: 8/8 points\nbob: 7/8 points, as before\n");

  submit_archive("bob.zip", source({}));
  EXPECT_THAT(grade(collect).output, HasSubstr("bob: 1 files, which replace the earlier submission\n"));
  EXPECT_THAT(grade("feedback " + folder).output, HasSubstr("bob is not graded as it is now"));
  EXPECT_EQ(grade("autograde " + folder).output, "ada: 8/8 points, as before\nbob: 8/8 points\n");

  submit_archive("ada.tar.gz", source({}));
  const ProgramRun twice = grade(collect);
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_THAT(twice.output, HasSubstr("ada.zip is refused: ada has another submission in this collection"));
}

TEST_F(RoundTrip, GoesOnAfterAnInterruption) {
  submit_archive("ada.zip", source({}));
  submit_archive("bob.zip", source({{"greeting", ""}}));
  const std::string folder = "'" + path("class") + "'",
                    program = "'" + (build_folder() / "tito").string() + "'";
  ASSERT_EQ(grade("collect '" + path("submitted") + "'/* -o " + folder).exit_code, 0);
  const ProgramRun unsafe =
      tinytorch::testing::run_program("PATH=/none " + program + " grade autograde " + folder + " 2>&1");
  EXPECT_EQ(unsafe.exit_code, 1);
  EXPECT_THAT(unsafe.output, HasSubstr("submissions are run isolated only: install bubblewrap"));

  tinytorch::testing::run_program(program + " grade autograde " + folder + " & until [ -e " + folder +
                                  "/results/ada.json ]; do sleep 0.1; done; kill -KILL $!; wait");
  EXPECT_FALSE(fs::exists(path("class/results/bob.json")));
  // On a terminal it says what it does.
  const ProgramRun rest = tinytorch::testing::run_program("script -qec \"" + program + " grade autograde " +
                                                          folder + "\" /dev/null </dev/null");
  EXPECT_EQ(rest.exit_code, 0);
  EXPECT_THAT(rest.output, AllOf(HasSubstr("ada: 8/8 points, as before"), HasSubstr("bob: 7/8 points\r"),
                                 HasSubstr("\r2/2 bob: 01_setup greeting")));
  EXPECT_THAT(rest.output, Not(HasSubstr("1/2 ada")));
}

TEST_F(RoundTrip, SaysWhichFileIsMissing) {
  const fs::path layers = source_folder() / "modules/04_layers";
  write_archive(path("submitted/ada.zip"),
                {{.name = "layers_dev.cu", .text = read_text(layers / "layers_dev.cu")}});
  const std::string folder = "'" + path("class") + "'";
  ASSERT_EQ(grade("collect '" + path("submitted/ada.zip") + "' -o " + folder).exit_code, 0);
  EXPECT_EQ(grade("autograde " + folder).exit_code, 0);
  EXPECT_EQ(grade("feedback " + folder).exit_code, 0);
  const Module module = read_module(layers);
  int points = 0;
  for (const Exercise& exercise : module.exercises) points += exercise.on_device() ? exercise.points : 0;
  EXPECT_GT(points, 0);
  EXPECT_THAT(page("ada"), AllOf(HasSubstr(fmt::format("<p>{} of {} points</p>", points, module.points())),
                                 HasSubstr("layers_dev.cpp was not handed in")));
}

}  // namespace
}  // namespace tito
