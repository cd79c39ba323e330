#include "core/npz.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/internal/npy.h"
#include "core/internal/stored_type.h"
#include "core/internal/text.h"
#include "core/internal/zip.h"

namespace tinytorch {
namespace {

constexpr std::string_view kNpySuffix = ".npy";
constexpr std::size_t kLongestName = 65000;  // zip archives have 16 bits for the length with the suffix

void check_npz_name(const std::string& name) {
  if (name.size() > kLongestName || name.find('\0') != name.npos || !is_utf8(name)) {
    fail<ValueError>("save_npz",
                     "'{}' cannot be the name of an array: names are valid UTF-8 of at most {} bytes without "
                     "NUL characters",
                     printable(name), kLongestName);
  }
}

}  // namespace

std::string array_name(const std::string& entry) {
  return entry.ends_with(kNpySuffix) ? entry.substr(0, entry.size() - kNpySuffix.size()) : entry;
}

std::map<std::string, Tensor> load_npz(const std::string& path) {
  const OpScope scope("load_npz");
  const InputFile file("load_npz", path);
  std::map<std::string, Tensor> tensors;
  for (const ZipEntry& entry : read_zip_directory(file)) {
    std::string name = array_name(entry.name);
    if (tensors.contains(name)) file.error("has two arrays of the name '{}'", printable(name));
    ZipSource source(file, entry);
    tensors.emplace(std::move(name), read_npy(source));
  }
  return tensors;
}

void save_npz(const std::string& path, const std::map<std::string, Tensor>& tensors, NpzOptions options) {
  const OpScope scope("save_npz");
  for (const auto& [name, x] : tensors) {
    check_npz_name(name);
    if (!x.defined()) fail<ValueError>("save_npz", "the tensor '{}' is undefined", printable(name));
  }
  ReplacementFile file("save_npz", path);
  ZipWriter archive(file, options.compressed);
  for (const auto& [name, x] : tensors) {
    const Tensor data = elements_to_write(x);
    const std::string header = npy_header(data);
    archive.add(name + std::string(kNpySuffix), {std::as_bytes(std::span(header)), bytes_of(data)});
  }
  archive.finish();
  file.commit();
}

}  // namespace tinytorch
