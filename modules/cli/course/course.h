#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// The course, and a student's copies of its modules.
class Course {
 public:
  /// @param directory  where the copies are; empty: student/ of the repository
  /// @throws std::runtime_error  this build has no course, or a manifest is malformed
  explicit Course(const std::string& directory);

  const CourseTools& tools() const { return tools_; }
  const std::vector<Module>& modules() const { return modules_; }
  const std::filesystem::path& student() const { return student_; }

  /// The module that is meant by 4, 04, layers or 04_layers.
  /// @throws std::runtime_error  there is none
  const Module& find(const std::string& wanted) const { return find_module(modules_, wanted); }
  std::filesystem::path copy_of(const Module& module) const { return student_ / module.folder_name(); }

  /// The copy, even if files of it are missing.
  /// @throws std::runtime_error  it is not there; the message says what to do
  std::filesystem::path existing(const Module& module) const;
  bool has_all_files(const Module& module) const;

  /// The copy, whole.
  /// @throws std::runtime_error  it is not there, or a file of it is missing; the message says what to do
  std::filesystem::path started(const Module& module) const;

  /// The hash of the copy: see code_of().
  std::string code(const Module& module) const;

 private:
  CourseTools tools_;
  std::vector<Module> modules_;
  std::filesystem::path student_;  // absolute
};

/// That a file of the copy is missing, and what to do.
std::string describe_damage(const Course& course, const Module& module);

/// Makes the student's copy, as a whole or not at all.
/// @throws std::runtime_error  it cannot be written
void make_copy(const Course& course, const Module& module);

/// Moves the copy to backups/NN_name-1, or the next number that is free.
/// @return  the new folder
/// @throws std::runtime_error  there is no copy, or it cannot be moved
std::filesystem::path set_copy_aside(const Course& course, const Module& module);

}  // namespace tito
