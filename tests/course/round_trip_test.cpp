// Submissions of all kinds, from their archives to points and pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/isolation.h"
#include "modules/cli/course/manifest.h"
#include "tests/course/archive_file.h"
#include "tests/course/grading.h"
#include "tests/course/no_isolation.h"
#include "tests/support/program.h"
#include "tests/support/source_folder.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tinytorch::testing::build_folder;
using tinytorch::testing::ProgramRun;
using tinytorch::testing::source_folder;

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
              HasSubstr("ada is not graded as it is now; `./tito grade autograde " + path("class")));
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
