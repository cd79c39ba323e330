#include "tests/course/archive_file.h"

#include <archive.h>

#include <gtest/gtest.h>

#include <memory>

namespace tito {

void write_archive(const std::filesystem::path& file, const std::vector<ArchiveEntry>& entries) {
  const std::unique_ptr<archive, decltype(&archive_write_free)> out(archive_write_new(), archive_write_free);
  if (file.extension() == ".zip") {
    archive_write_set_format_zip(out.get());
  } else {
    archive_write_set_format_pax_restricted(out.get());
    if (file.extension() != ".tar") archive_write_add_filter_gzip(out.get());
  }
  ASSERT_EQ(archive_write_open_filename(out.get(), file.c_str()), ARCHIVE_OK);
  for (const ArchiveEntry& each : entries) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    archive_entry_set_pathname(entry.get(), each.name.c_str());
    archive_entry_set_filetype(entry.get(), each.type);
    archive_entry_set_perm(entry.get(), 0644);
    if (!each.link.empty()) archive_entry_set_symlink(entry.get(), each.link.c_str());
    if (!each.hard_link.empty()) archive_entry_set_hardlink(entry.get(), each.hard_link.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(each.text.size()));
    ASSERT_EQ(archive_write_header(out.get(), entry.get()), ARCHIVE_OK) << archive_error_string(out.get());
    if (each.text.empty()) continue;
    ASSERT_EQ(archive_write_data(out.get(), each.text.data(), each.text.size()),
              static_cast<la_ssize_t>(each.text.size()));
  }
  ASSERT_EQ(archive_write_close(out.get()), ARCHIVE_OK);
}

}  // namespace tito
