#include "core/internal/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace tinytorch {
namespace {

namespace fs = std::filesystem;

std::string message_of(int error) { return std::generic_category().message(error); }

/// The path of the file that `path` leads to by symbolic links; the file need not exist.
fs::path follow_links(const FileErrors& errors, fs::path path) {
  constexpr int kMostLinks = 40;  // as in Linux
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, error)); ++links) {
    if (links == kMostLinks) errors.error("cannot be opened: {}", message_of(ELOOP));
    const fs::path next = fs::read_symlink(path, error);
    if (error) errors.error("cannot be opened: {}", error.message());
    path = path.parent_path() / next;
  }
  return path;
}

/// A path in the same directory. A process that was killed may have left a file there.
fs::path temporary_path(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  return target.parent_path() / fmt::format(".tinytorch-{}-{}.tmp", ::getpid(), counter.fetch_add(1));
}

/// Calls the system with the bytes that are left, and the number of those before, until there are none.
template <class Byte, class Call>
void transfer(const FileErrors& file, const char* done_to, std::span<Byte> bytes, const Call& call) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = call(bytes.subspan(done), done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) file.error("cannot be {}: {}", done_to, message_of(errno));
    if (n == 0) file.error("became shorter while it was read");
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace

FileErrors::FileErrors(const char* op, const std::string& path) : op_(op), path_(path) {
  if (const std::size_t end = path.find('\0'); end != path.npos) {
    fail<IoError>(op, "{}: the path has a NUL byte after these {} bytes", path.c_str(), end);
  }
}

FileErrors FileErrors::within(std::string_view part) const {
  FileErrors errors = *this;
  errors.path_ += fmt::format(": {}", part);
  return errors;
}

void create_directories(const char* op, const std::string& path) {
  const FileErrors errors(op, path);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) errors.error("cannot be created as a directory: {}", error.message());
}

bool Descriptor::close() { return value_ < 0 || ::close(std::exchange(value_, -1)) == 0; }

// Opening a pipe would block until another process writes to it, and a terminal could become this process's.
InputFile::InputFile(const char* op, const std::string& path)
    : FileErrors(op, path),
      descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)),
      size_(0) {
  if (descriptor_ < 0) error("cannot be opened: {}", message_of(errno));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) error("cannot be read: {}", message_of(errno));
  if (!S_ISREG(status.st_mode)) error("is not a regular file");
  size_ = static_cast<std::size_t>(status.st_size);
}

void InputFile::read(std::span<std::byte> bytes) const {
  transfer(*this, "read", bytes,
           [&](auto left, std::size_t) { return ::read(descriptor_, left.data(), left.size()); });
}

void InputFile::read_at(std::size_t offset, std::span<std::byte> bytes) const {
  transfer(*this, "read", bytes, [&](auto left, std::size_t done) {
    return ::pread(descriptor_, left.data(), left.size(), static_cast<off_t>(offset + done));
  });
}

ReplacementFile::ReplacementFile(const char* op, const std::string& path)
    : FileErrors(op, path),
      target_(follow_links(*this, path)),
      replaced_(status_of_target()),
      descriptor_(create_temporary()) {
  if (descriptor_ >= 0) return;
  if (errno == ENOENT) error("cannot be created: there is no directory {}", directory().string());
  error("cannot be created: {}", message_of(errno));
}

ReplacementFile::~ReplacementFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

std::optional<struct stat> ReplacementFile::status_of_target() const {
  struct stat status {};
  if (::stat(target_.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    error("cannot be opened: {}", message_of(errno));
  }
  if (!S_ISREG(status.st_mode)) error("is not a regular file");
  if (::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) {
    error("cannot be written: {}", message_of(errno));
  }
  return status;
}

int ReplacementFile::create_temporary() {
  // What replaces a file gets its mode at the end, and is nobody else's to read until then.
  const mode_t mode = replaced_ ? 0600 : 0666;
  while (true) {
    const fs::path path = temporary_path(target_);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor < 0 && errno == EEXIST) continue;
    if (descriptor >= 0) temporary_ = path;
    return descriptor;
  }
}

void ReplacementFile::write(std::span<const std::byte> bytes) const {
  transfer(*this, "written", bytes,
           [&](auto left, std::size_t) { return ::write(descriptor_, left.data(), left.size()); });
}

void ReplacementFile::write_at(std::size_t offset, std::span<const std::byte> bytes) const {
  transfer(*this, "written", bytes, [&](auto left, std::size_t done) {
    return ::pwrite(descriptor_, left.data(), left.size(), static_cast<off_t>(offset + done));
  });
}

void ReplacementFile::keep_owner_and_mode() const {
  struct stat own {};
  const bool same_owner = ::fstat(descriptor_, &own) == 0 &&
                          ((own.st_uid == replaced_->st_uid && own.st_gid == replaced_->st_gid) ||
                           ::fchown(descriptor_, replaced_->st_uid, replaced_->st_gid) == 0);
  if (!same_owner || ::fchmod(descriptor_, replaced_->st_mode & 07777) != 0) {
    error("cannot be replaced by a file of the same owner and mode: {}", message_of(errno));
  }
}

fs::path ReplacementFile::directory() const {
  return target_.has_parent_path() ? target_.parent_path() : fs::path(".");
}

// Only what is written to the directory makes the new name last through a failure of the system. Some file
// systems have nothing to write, and say that it is invalid.
void ReplacementFile::synchronize_directory() const {
  const Descriptor opened(::open(directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened < 0 || (::fsync(opened) != 0 && errno != EINVAL)) {
    error("was replaced, but its directory cannot be synchronized: {}", message_of(errno));
  }
}

void ReplacementFile::commit() {
  if (replaced_) keep_owner_and_mode();
  if (::fsync(descriptor_) != 0 || !descriptor_.close()) error("cannot be written: {}", message_of(errno));
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    error("cannot be replaced: {}", message_of(errno));
  }
  temporary_.clear();
  synchronize_directory();
}

}  // namespace tinytorch
