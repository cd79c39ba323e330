// Submissions are hostile input.
#include "modules/cli/course/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/course/archive_file.h"
#include "tests/support/file_test.h"
#include "tests/support/program.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class Submissions : public tinytorch::testing::FileTest {
 protected:
  Submissions() {
    Module sums;
    sums.number = 7;
    sums.name = "sums";
    for (const char* source : {"sums_dev.cpp", "sums_dev.cu"}) {
      sums.exercises.emplace_back();
      sums.exercises.back().source = source;
    }
    modules_ = {sums};
  }

  Submission read(const std::string& name, const SubmissionLimits& limits = {}) const {
    return read_submission(path(name), modules_, limits);
  }

  void expect_refused(const std::string& name, const std::string& why,
                      const SubmissionLimits& limits = {}) const {
    try {
      read(name, limits);
      ADD_FAILURE() << name << " is not refused";
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(why)) << name;
    }
  }

  /// What is refused of an archive that has this entry.
  std::vector<std::string> refusals(const ArchiveEntry& entry) const {
    write_archive(path("hostile.tar.gz"), {entry, {.name = "07_sums/sums_dev.cu", .text = "kernel"}});
    const Submission submission = read("hostile.tar.gz");
    EXPECT_THAT(submission.files, ElementsAre(Pair("07_sums/sums_dev.cu", "kernel"))) << entry.name;
    return submission.refused;
  }

  std::vector<Module> modules_;
};

TEST_F(Submissions, GiveTheFilesOfTheManifest) {
  const std::vector<ArchiveEntry> entries{{.name = "student/", .type = AE_IFDIR},
                                          {.name = "student/07_sums/sums_dev.cpp", .text = "sum"},
                                          {.name = "./student/07_sums/build/host.so", .text = "binary"},
                                          {.name = "student/07_sums/sums_dev.cpp~", .text = "old"},
                                          {.name = "sums_dev.cu", .text = "kernel"}};
  for (const char* name : {"ada.tar.gz", "ada.tgz", "ada.tar", "ada.zip"}) {
    write_archive(path(name), entries);
    const Submission submission = read(name);
    EXPECT_THAT(submission.files,
                ElementsAre(Pair("07_sums/sums_dev.cpp", "sum"), Pair("07_sums/sums_dev.cu", "kernel")))
        << name;
    EXPECT_THAT(submission.refused, IsEmpty()) << name;
  }
}

TEST_F(Submissions, CanBeFolders) {
  fs::create_directories(path("ada/student/07_sums"));
  write("sum", "ada/student/07_sums/sums_dev.cpp");
  write("kernel", "ada/sums_dev.cu");
  write("other", "ada/notes.txt");
  for (const char* name : {"ada", "ada/", "ada//"}) {
    const Submission submission = read(name);
    EXPECT_THAT(submission.files,
                ElementsAre(Pair("07_sums/sums_dev.cpp", "sum"), Pair("07_sums/sums_dev.cu", "kernel")))
        << name;
    EXPECT_THAT(submission.refused, IsEmpty()) << name;
  }
}

TEST_F(Submissions, OfFoldersFollowNoLinks) {
  write("secret", "secret");
  fs::create_directories(path("ada/inside"));
  fs::create_symlink(path("secret"), path("ada/sums_dev.cpp"));
  fs::create_directory_symlink("/", path("ada/root"));
  ASSERT_EQ(mkfifo(path("ada/inside/sums_dev.cu").c_str(), 0600), 0);
  const Submission submission = read("ada");
  EXPECT_THAT(submission.files, IsEmpty());
  EXPECT_THAT(submission.refused, ElementsAre("inside/sums_dev.cu: it is no regular file",
                                              "root: it is a link", "sums_dev.cpp: it is a link"));
}

TEST_F(Submissions, HaveNoHostilePaths) {
  EXPECT_THAT(refusals({.name = "/etc/sums_dev.cpp"}),
              ElementsAre("/etc/sums_dev.cpp: its path is absolute"));
  EXPECT_THAT(refusals({.name = "../../sums_dev.cpp"}),
              ElementsAre("../../sums_dev.cpp: its path leaves the folder"));
  EXPECT_THAT(refusals({.name = "a/../sums_dev.cpp"}),
              ElementsAre("a/../sums_dev.cpp: its path leaves the folder"));
  EXPECT_THAT(refusals({.name = "\x1b[2J/../x"}), ElementsAre("?[2J/../x: its path leaves the folder"));
}

TEST_F(Submissions, HaveOnlyRegularFiles) {
  EXPECT_THAT(refusals({.name = "sums_dev.cpp", .type = AE_IFLNK, .link = "/etc/passwd"}),
              ElementsAre("sums_dev.cpp: it is a link"));
  EXPECT_THAT(refusals({.name = "sums_dev.cpp", .hard_link = "/etc/passwd"}),
              ElementsAre("sums_dev.cpp: it is a link"));
  for (const auto type : {AE_IFCHR, AE_IFBLK, AE_IFIFO})
    EXPECT_THAT(refusals({.name = "sums_dev.cpp", .type = type}),
                ElementsAre("sums_dev.cpp: it is no regular file"));
}

TEST_F(Submissions, HaveEachFileOnce) {
  write_archive(path("ada.tar.gz"),
                {{.name = "sums_dev.cpp", .text = "1"}, {.name = "old/sums_dev.cpp", .text = "2"}});
  const Submission submission = read("ada.tar.gz");
  EXPECT_THAT(submission.files, IsEmpty());
  EXPECT_THAT(submission.refused,
              ElementsAre("old/sums_dev.cpp: it is there twice, as sums_dev.cpp, too; only one may be"));
}

TEST_F(Submissions, LeaveOutWhatResetHasSetAside) {
  write_archive(path("ada.tar.gz"), {{.name = "student/07_sums/sums_dev.cpp", .text = "new"},
                                     {.name = "student/backups/07_sums-1/sums_dev.cpp", .text = "1"},
                                     {.name = "student/backups/07_sums-2/sums_dev.cpp", .text = "2"},
                                     {.name = "student/backups/07_sums-1/sums_dev.cu", .text = "kernel"}});
  const Submission submission = read("ada.tar.gz");
  EXPECT_THAT(submission.files, ElementsAre(Pair("07_sums/sums_dev.cpp", "new")));
  EXPECT_THAT(submission.refused, IsEmpty());
}

TEST_F(Submissions, NameTwentyRefusals) {
  std::vector<ArchiveEntry> entries;
  for (int i = 0; i < 30; ++i) entries.push_back({.name = "../" + std::to_string(i)});
  write_archive(path("ada.tar.gz"), entries);
  const Submission submission = read("ada.tar.gz");
  ASSERT_EQ(submission.refused.size(), 21U);
  EXPECT_EQ(submission.refused.back(), "and 10 more");
}

TEST_F(Submissions, AreLimited) {
  const std::string large(3 << 20, 'x');
  write_archive(path("large.tar.gz"),
                {{.name = "sums_dev.cpp", .text = large}, {.name = "sums_dev.cu", .text = "1"}});
  const Submission submission = read("large.tar.gz");
  EXPECT_THAT(submission.files, ElementsAre(Pair("07_sums/sums_dev.cu", "1")));
  EXPECT_THAT(submission.refused, ElementsAre("sums_dev.cpp: it is larger than 1024 KiB"));

  expect_refused("large.tar.gz", "it has more than 2 MiB unpacked", {.unpacked = 2 << 20});
  write_archive(path("large.zip"), {{.name = "a", .text = large}});
  expect_refused("large.zip", "it has more than 2 MiB unpacked", {.unpacked = 2 << 20});
  write(large, "large.tar");
  expect_refused("large.tar", "it is larger than 1 MiB", {.archive = 1 << 20});
  write_archive(path("many.tar.gz"), {{.name = "a"}, {.name = "b"}, {.name = "c"}});
  expect_refused("many.tar.gz", "it has more than 2 files", {.entries = 2});
  fs::create_directories(path("folder/a/b"));
  expect_refused("folder", "it has more than 2 files", {.entries = 2});
  fs::create_directories(path("ada"));
  write(large, "ada/sums_dev.cpp");
  EXPECT_THAT(read("ada").refused, ElementsAre("sums_dev.cpp: it is larger than 1024 KiB"));
}

TEST_F(Submissions, AreArchivesThatCanBeRead) {
  expect_refused("none.zip", "it does not exist");
  expect_refused("../../../../../dev/null", "it is neither a file nor a folder");
  write("text", "text.tar.gz");
  write("", "empty.zip");
  for (const char* name : {"text.tar.gz", "empty.zip"})
    expect_refused(name, "it is no .tar.gz or .zip archive");
  std::string noise(900'000, ' ');
  std::mt19937 generator(1);
  for (char& byte : noise) byte = static_cast<char>(generator() % 128);
  write_archive(path("ada.tar.gz"), {{.name = "sums_dev.cpp", .text = noise}});
  std::string half = content_of(path("ada.tar.gz"));
  half.resize(half.size() / 2);
  write(half, "half.tar.gz");
  expect_refused("half.tar.gz", "it is damaged: ");
  ASSERT_EQ(
      tinytorch::testing::run_program("gzip -c '" + path("ada.tar.gz") + "' >'" + path("twice.tar.gz") + "'")
          .exit_code,
      0);
  expect_refused("twice.tar.gz", "it is compressed more than once");
}

TEST_F(Submissions, AreNamedAfterStudents) {
  for (const char* name : {"Ada L.tar.gz", "Ada L.tgz", "Ada L.tar", "Ada L.zip"})
    EXPECT_EQ(student_of(name), "Ada L");
  fs::create_directories(path("Ada.zip"));
  EXPECT_EQ(student_of(path("Ada.zip")), "Ada.zip") << "a folder";
  EXPECT_EQ(student_of(path("Ada.zip/")), "Ada.zip");
  for (const char* name : {".zip", ".hidden", "a\nb.zip", "\x1b[2J.zip", "\xff.tar", "\u202Ea.zip"})
    EXPECT_THROW(student_of(name), std::runtime_error) << name;
  EXPECT_THROW(student_of(std::string(101, 'x')), std::runtime_error);
}

}  // namespace
}  // namespace tito
