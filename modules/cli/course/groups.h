#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/course.h"

// Groups of modules: the checkpoints and the milestones of the course.
namespace tito {

struct ModuleGroup {
  std::string name;  ///< xor_crisis
  std::string title;
  int year = 0;              ///< of a milestone
  std::vector<int> modules;  ///< the numbers of those that it stands on
};

/// What commands print if read_groups() has none.
inline constexpr const char* kNoGroups = "each of them needs modules that are not in this release";

/// Reads modules/FILE. A release need not have all modules: groups of which one is not there are left out.
/// @throws std::runtime_error  it is missing or malformed; the message names the file
std::vector<ModuleGroup> read_groups(const Course& course, const std::string& file);

/// @throws std::runtime_error  there is none; the message lists those that there are
const ModuleGroup& find_group(const std::vector<ModuleGroup>& groups, const std::string& name);

/// The modules of the group that are not complete, or not exported, each with what to do: "02_tensor: 20/55
/// points".
std::vector<std::string> missing_for(const Course& course, const ModuleGroup& group);

}  // namespace tito
