#include "modules/cli/course/release.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/files.h"
#include "modules/cli/process.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

/// The files that git tracks: nothing else of the folder, such as grades, gets into a release.
std::vector<std::string> tracked_files(const fs::path& source, const fs::path& log) {
  const Ending ending = run_logged(
      "/usr/bin/env", {"git", "-C", source.string(), "ls-files", "-z", "--recurse-submodules"}, log);
  const std::string text = read_text(log);
  fs::remove(log);
  if (ending.exit_code != 0 || ending.signal != 0)
    throw std::runtime_error(
        fmt::format("a release has the files that git tracks, but git failed: {}", text));
  std::vector<std::string> files;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    files.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return files;
}

/// The number in "modules/03_..." or "tests/module_03...", after the prefix.
std::optional<int> number_after(const std::string& file, const std::string& prefix) {
  if (!file.starts_with(prefix) || file.size() < prefix.size() + 3) return {};
  const std::string digits = file.substr(prefix.size(), 2);
  if (digits.find_first_not_of("0123456789") != std::string::npos) return {};
  return std::stoi(digits);
}

/// What of the repository's files a release has.
class Selection {
 public:
  Selection(const fs::path& source, const std::vector<Module>& modules)
      : source_(source), modules_(modules) {}

  bool has(const std::string& file) const {
    const std::optional<int> module = number_after(file, "modules/"),
                             tests = number_after(file, "tests/module_");
    if (module) return is_released(*module) && !file.ends_with("/rubric.md");
    if (tests) return is_released(*tests) && file.find("/mistakes/") == std::string::npos;
    return !file.starts_with("tests/course/") && file != "tests/run_all_modules";  // which needs them
  }

  std::string text_of(const std::string& file) const {
    std::string text = read_text(source_ / file);
    const std::optional<int> number = number_after(file, "modules/");
    if (!number) return text;
    try {
      return cut(text, find(*number)->name);
    } catch (const CutError& error) {
      throw CutError(fmt::format("{}: {}", file, error.what()));
    }
  }

 private:
  std::vector<Module>::const_iterator find(int number) const {
    return std::find_if(modules_.begin(), modules_.end(),
                        [&](const Module& module) { return module.number == number; });
  }
  bool is_released(int number) const { return find(number) != modules_.end(); }

  const fs::path& source_;
  const std::vector<Module>& modules_;
};

/// A .tar.gz whose files are all in one folder.
class TarWriter {
 public:
  TarWriter(const fs::path& file, std::string folder) : folder_(std::move(folder)) {
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_add_filter_gzip(archive_.get());
    check(archive_write_open_filename(archive_.get(), file.c_str()));
  }

  void add(const std::string& name, const std::string& text, const fs::path& from) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    const bool runs = (fs::status(from).permissions() & fs::perms::owner_exec) != fs::perms::none;
    const auto written = std::chrono::file_clock::to_sys(fs::last_write_time(from));
    archive_entry_set_pathname(entry.get(), (folder_ + '/' + name).c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), runs ? 0755 : 0644);
    archive_entry_set_mtime(entry.get(),
                            std::chrono::system_clock::to_time_t(
                                std::chrono::time_point_cast<std::chrono::system_clock::duration>(written)),
                            0);
    check(archive_write_header(archive_.get(), entry.get()));
    if (archive_write_data(archive_.get(), text.data(), text.size()) != static_cast<la_ssize_t>(text.size()))
      check(ARCHIVE_FATAL);
  }

  void close() { check(archive_write_close(archive_.get())); }

 private:
  void check(int result) {
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
      throw std::runtime_error(
          fmt::format("the archive cannot be written: {}", archive_error_string(archive_.get())));
  }

  const std::string folder_;
  const std::unique_ptr<archive, decltype(&archive_write_free)> archive_{archive_write_new(),
                                                                         archive_write_free};
};

void write_file(const fs::path& file, const std::string& text, const fs::path& from) {
  fs::create_directories(file.parent_path());
  write_text(file, text);
  fs::permissions(file, fs::status(from).permissions());
}

}  // namespace

void write_release(const fs::path& source, const std::vector<Module>& modules, const fs::path& wanted) {
  const fs::path output = wanted.has_filename() ? wanted : wanted.parent_path();
  if (fs::exists(output))
    throw std::runtime_error(fmt::format("{} is there already; a release is made anew", output.string()));
  if (output.has_parent_path()) fs::create_directories(output.parent_path());
  const Selection selection(source, modules);
  std::map<std::string, std::string> texts;  // all of them before any is written
  for (const std::string& file : tracked_files(source, output.string() + ".files")) {
    if (selection.has(file)) texts.emplace(file, selection.text_of(file));
  }
  const std::string name = output.filename().string(), extension = ".tar.gz";
  const fs::path part = output.string() + ".part";
  fs::remove_all(part);
  if (name.ends_with(extension)) {
    TarWriter tar(part, name.substr(0, name.size() - extension.size()));
    for (const auto& [file, text] : texts) tar.add(file, text, source / file);
    tar.close();
  } else {
    fs::create_directories(part);
    for (const auto& [file, text] : texts) write_file(part / file, text, source / file);
  }
  fs::rename(part, output);
}

}  // namespace tito
