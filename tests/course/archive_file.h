#pragma once

#include <archive_entry.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tito {

/// What a test puts into an archive; nothing of it has to make sense.
struct ArchiveEntry {
  std::string name = {};
  std::string text = {};
  decltype(AE_IFREG) type = AE_IFREG;
  std::string link = {}, hard_link = {};
};

/// Writes a .tar, .tar.gz, .tgz or .zip.
void write_archive(const std::filesystem::path& file, const std::vector<ArchiveEntry>& entries);

}  // namespace tito
