#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "modules/cli/course/results.h"
#include "modules/cli/course/submission.h"

namespace tito {

/// What a student's submission of a module earned.
struct ModuleGrade {
  ModuleResult result;
  std::string errors;  ///< the compiler's first, if it does not compile
};

/// By the modules' folder names.
using Grade = std::map<std::string, ModuleGrade>;

/// A folder with the submissions of a class, and what they earned. Each file is written as a whole.
///
///     submissions/NAME/NN_name/FILE   what was taken of a student's submission, and refused.json
///     results/NAME.json               the grade
///     feedback/NAME.html              the page for the student
///     build                           while a submission is graded; of one student at a time
class Gradebook {
 public:
  explicit Gradebook(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  /// The students, sorted.
  /// @throws std::runtime_error  nothing was collected in this folder
  std::vector<std::string> students() const;
  bool has(const std::string& student) const;
  std::filesystem::path submission_of(const std::string& student) const;
  std::filesystem::path page_of(const std::string& student) const;
  std::filesystem::path build() const { return folder_ / "build"; }

  /// Replaces the student's submission. If it is interrupted, the one before or the new one is there.
  void keep(const std::string& student, const Submission& submission) const;
  /// What was refused of it.
  std::vector<std::string> refusals_of(const std::string& student) const;

  /// The grade; empty if it is missing, damaged or of another version. It only spares the work: what is lost
  /// is measured again.
  Grade read_grade(const std::string& student) const;
  void write_grade(const std::string& student, const Grade& grade) const;

 private:
  /// Where the submission is while keep() replaces it.
  std::filesystem::path replaced_of(const std::string& student) const;

  std::filesystem::path folder_;
};

}  // namespace tito
