#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"

// What students hand in: a folder, or an archive (.tar.gz, .tgz, .tar, .zip), of their copies of modules. It
// is hostile input: only files that the manifests name are read, and nothing is unpacked.
namespace tito {

/// What a submission may have.
struct SubmissionLimits {
  std::uintmax_t archive = std::uintmax_t{64} << 20;  ///< bytes
  std::uint64_t unpacked = std::uint64_t{512} << 20;  ///< bytes, of all that is in the archive
  std::size_t entries = 50'000;                       ///< files and folders
  std::size_t file = std::size_t{1} << 20;            ///< bytes of a file that is taken
};

struct Submission {
  /// The texts of the files that were taken, by names as 03_activations/activations_dev.cpp. It does not
  /// matter in which folder they were, since each file of the course has a name of its own; only what
  /// `./tito module reset` has set aside in backups is not taken.
  std::map<std::string, std::string> files;
  std::vector<std::string> refused;  ///< "NAME: why", printable; of what is no file or leaves its folder, too
};

/// The student's name: the name of the file, without .tar.gz and the like.
/// @throws std::runtime_error  it is no name for a file or not printable
std::string student_of(const std::filesystem::path& source);

/// Reads a submission.
/// @throws std::runtime_error  it is missing, no archive, damaged, or beyond a limit: none of it is taken
Submission read_submission(const std::filesystem::path& source, const std::vector<Module>& modules,
                           const SubmissionLimits& limits = {});

}  // namespace tito
