#include "modules/cli/course/submission.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>

#include "modules/cli/course/text.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

using ArchiveHandle = std::unique_ptr<archive, decltype(&archive_read_free)>;

/// The names that an archive ends with.
constexpr std::array<std::string_view, 4> kExtensions{".tar.gz", ".tgz", ".tar", ".zip"};

[[noreturn]] void refuse(const std::string& why) { throw std::runtime_error(why); }

/// A folder's path as libarchive begins the names of what is in it.
fs::path without_slash(const fs::path& source) {
  return source.has_filename() ? source : source.parent_path();
}

/// Whether it was set aside by `./tito module reset`: in backups/NN_name-1.
bool is_backup(const fs::path& path) { return path.parent_path().parent_path().filename() == "backups"; }

/// Opens an archive. Only these formats: each other one is more code that hostile files reach.
ArchiveHandle open_archive(const fs::path& file, const SubmissionLimits& limits) {
  if (!fs::is_regular_file(file)) refuse("it is neither a file nor a folder");
  if (fs::file_size(file) > limits.archive)
    refuse(fmt::format("it is larger than {} MiB", limits.archive >> 20U));
  ArchiveHandle handle(archive_read_new(), archive_read_free);
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_support_filter_gzip(handle.get());
  if (archive_read_open_filename(handle.get(), file.c_str(), 1 << 16) != ARCHIVE_OK)
    refuse("it is no .tar.gz or .zip archive, or damaged");
  // gzip itself, and the file.
  if (archive_filter_count(handle.get()) > 2) refuse("it is compressed more than once");
  return handle;
}

/// A folder is read as an archive is. Links are not followed.
ArchiveHandle open_folder(const fs::path& folder) {
  ArchiveHandle handle(archive_read_disk_new(), archive_read_free);
  archive_read_disk_set_symlink_physical(handle.get());
  archive_read_disk_set_behavior(handle.get(), ARCHIVE_READDISK_NO_XATTR | ARCHIVE_READDISK_NO_ACL |
                                                   ARCHIVE_READDISK_NO_FFLAGS | ARCHIVE_READDISK_NO_SPARSE);
  if (archive_read_disk_open(handle.get(), folder.c_str()) != ARCHIVE_OK)
    refuse(archive_error_string(handle.get()));
  return handle;
}

class SubmissionReader {
 public:
  SubmissionReader(const fs::path& source, const std::vector<Module>& modules, const SubmissionLimits& limits)
      : source_(without_slash(source)),
        is_folder_(fs::is_directory(source_)),
        limits_(limits),
        archive_(is_folder_ ? open_folder(source_) : open_archive(source_, limits)) {
    for (const Module& module : modules) {
      for (const std::string& name : module.sources()) wanted_[name] = module.folder_name() + '/' + name;
    }
  }

  Submission read() {
    std::size_t entries = 0;
    while (archive_entry* entry = next()) {
      if (++entries > limits_.entries) refuse(fmt::format("it has more than {} files", limits_.entries));
      read_entry(entry);
      if (is_folder_ && archive_read_disk_can_descend(archive_.get()) != 0)
        check(archive_read_disk_descend(archive_.get()));
    }
    name_refusals();
    return submission_;
  }

 private:
  void check(int result) {
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN || result == ARCHIVE_EOF) return;
    const char* const why = archive_error_string(archive_.get());
    refuse(fmt::format("it is damaged: {}", printable(why == nullptr ? "unknown error" : why)));
  }

  /// The next entry; null after the last.
  archive_entry* next() {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(archive_.get(), &entry);
    check(result);
    return result == ARCHIVE_EOF ? nullptr : entry;
  }

  /// Its name, from the folder of the submission on.
  std::string path_of(archive_entry* entry) const {
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) name = archive_entry_pathname_utf8(entry);
    std::string path = name == nullptr ? "" : name;
    if (is_folder_) path.erase(0, std::min(path.size(), source_.string().size() + 1));
    return path;
  }

  /// Why it is not read whatever its name; empty if it may be.
  static std::string objection(archive_entry* entry, const std::string& path) {
    if (path.starts_with('/')) return "its path is absolute";
    for (const fs::path& part : fs::path(path)) {
      if (part == "..") return "its path leaves the folder";
    }
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK)
      return "it is a link";
    const auto type = archive_entry_filetype(entry);
    return type == AE_IFREG || type == AE_IFDIR ? "" : "it is no regular file";
  }

  void read_entry(archive_entry* entry) {
    const std::string path = path_of(entry);
    const std::string why = objection(entry, path);
    const auto wanted = wanted_.find(fs::path(path).filename().string());
    const bool taken = why.empty() && wanted != wanted_.end() && archive_entry_filetype(entry) == AE_IFREG &&
                       !is_backup(path);
    if (!why.empty()) refusals_.insert(printable(path) + ": " + why);
    if (taken) return take(path, wanted->second);
    // What an archive has is unpacked in any case; its size is known only by that.
    if (!is_folder_) content();
  }

  void take(const std::string& path, const std::string& name) {
    const auto [first, is_first] = paths_.emplace(name, path);
    std::string text = content();
    if (text.size() > limits_.file) {
      refusals_.insert(fmt::format("{}: it is larger than {} KiB", printable(path), limits_.file >> 10U));
    } else if (!is_first) {
      submission_.files.erase(name);
      refusals_.insert(fmt::format("{}: it is there twice, as {}, too; only one may be", printable(path),
                                   printable(first->second)));
    } else {
      submission_.files.emplace(name, std::move(text));
    }
  }

  /// Reads an entry to its end, or, of a folder, until it is too large; keeps no more than one byte too many.
  std::string content() {
    std::string text;
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    while (true) {
      const int result = archive_read_data_block(archive_.get(), &block, &size, &offset);
      check(result);
      if (result == ARCHIVE_EOF) return text;
      unpacked_ += size;
      if (unpacked_ > limits_.unpacked)
        refuse(fmt::format("it has more than {} MiB unpacked", limits_.unpacked >> 20U));
      const std::size_t most = limits_.file + 1;
      // A hole of a sparse file.
      text.resize(std::max(text.size(), static_cast<std::size_t>(std::clamp<la_int64_t>(
                                            offset, 0, static_cast<la_int64_t>(most)))));
      text.append(static_cast<const char*>(block), std::min(size, most - text.size()));
      if (is_folder_ && text.size() == most) return text;
    }
  }

  void name_refusals() {
    constexpr std::size_t kMost = 20;
    for (const std::string& refusal : refusals_) {
      if (submission_.refused.size() == kMost) {
        submission_.refused.push_back(fmt::format("and {} more", refusals_.size() - kMost));
        return;
      }
      submission_.refused.push_back(refusal);
    }
  }

  const fs::path source_;
  const bool is_folder_;
  const SubmissionLimits limits_;
  const ArchiveHandle archive_;
  std::map<std::string, std::string> wanted_;  // names of files, with those of Submission::files
  std::map<std::string, std::string> paths_;   // of what was taken, by these
  std::set<std::string> refusals_;
  std::uint64_t unpacked_ = 0;
  Submission submission_;
};

}  // namespace

std::string student_of(const fs::path& source) {
  std::string name = fs::absolute(without_slash(source)).lexically_normal().filename().string();
  if (!fs::is_directory(source)) {
    for (const std::string_view extension : kExtensions) {
      if (!name.ends_with(extension)) continue;
      name.resize(name.size() - extension.size());
      break;
    }
  }
  constexpr std::size_t kMost = 100;
  if (name.empty() || name.starts_with('.') || name.size() > kMost || printable(name) != name)
    refuse(fmt::format("the name \"{}\" is no student's: rename it", printable(name)));
  return name;
}

Submission read_submission(const fs::path& source, const std::vector<Module>& modules,
                           const SubmissionLimits& limits) {
  if (!fs::exists(source)) refuse("it does not exist");
  return SubmissionReader(source, modules, limits).read();
}

}  // namespace tito
