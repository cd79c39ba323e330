// Prints the tensors in a file of weights, for `./tito inspect FILE [--stats]`.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/internal/npy.h"
#include "core/internal/text.h"
#include "core/internal/zip.h"
#include "core/npy.h"
#include "core/npz.h"
#include "core/safetensors.h"
#include "modules/cli/output.h"

namespace tinytorch {
namespace {

constexpr int kUsageError = 2;
constexpr std::size_t kLongestName = 200, kLongestText = 10'000;  // bytes of each that are printed

/// A tensor in a file.
struct ListedTensor {
  std::string name;
  std::string dtype;  // as the file names it
  Shape shape;
  std::uint64_t bytes = 0;
  std::function<Tensor()> load;
};

struct ListedFile {
  std::string format;
  std::vector<ListedTensor> tensors;
  std::map<std::string, std::string> metadata;
};

ListedTensor list_npy(std::string name, ByteSource& source, std::function<Tensor()> load) {
  const NpyHeader header = read_npy_header(source);
  return {std::move(name), header.descr, header.shape, source.left(), std::move(load)};
}

ListedFile list_npz(const std::string& path) {
  const InputFile file("inspect", path);
  ListedFile result{.format = "npz", .tensors = {}, .metadata = {}};
  for (const ZipEntry& entry : read_zip_directory(file)) {
    ZipSource source(file, entry);
    result.tensors.push_back(list_npy(array_name(entry.name), source, [path, entry] {
      const InputFile again("inspect", path);
      ZipSource whole(again, entry);
      return read_npy(whole);
    }));
  }
  return result;
}

ListedFile list_safetensors(const std::string& path) {
  const auto file = std::make_shared<const SafetensorsFile>(path);
  ListedFile result{.format = "safetensors", .tensors = {}, .metadata = file->metadata()};
  for (const std::string& name : file->names()) {
    const SafetensorsInfo& info = file->info(name);
    result.tensors.push_back(
        {name, info.dtype, info.shape, info.bytes, [file, name] { return file->load(name); }});
  }
  return result;
}

/// What the first bytes of the file say that it is.
ListedFile list_file(const std::string& path) {
  const InputFile file("inspect", path);
  std::array<char, 9> start{};
  file.read(std::as_writable_bytes(std::span(start)).first(std::min(file.size(), start.size())));
  const std::string_view text(start.data(), start.size());
  if (text.starts_with("\x93NUMPY")) {
    const InputFile whole("inspect", path);
    FileSource source(whole);
    return {"npy", {list_npy("", source, [path] { return load_npy(path); })}, {}};
  }
  // After the length of its header, which can begin as a zip archive does.
  if (text.ends_with('{')) return list_safetensors(path);
  if (text.starts_with("PK")) return list_npz(path);
  file.error("is not a .safetensors, .npy or .npz file");
}

/// The values that --stats prints; NaNs count in none of the others.
struct Stats {
  double min = INFINITY, max = -INFINITY, sum = 0;
  std::int64_t values = 0, nans = 0;

  void add(double value) {
    if (std::isnan(value)) {
      ++nans;
      return;
    }
    min = std::min(min, value);
    max = std::max(max, value);
    sum += value;
    ++values;
  }
};

Stats stats_of(const Tensor& x) {
  Stats stats;
  dispatch(x.dtype(), [&]<class T>() {
    for (const T value : std::span(x.data<T>(), static_cast<std::size_t>(x.numel())))
      stats.add(static_cast<double>(value));
  });
  return stats;
}

/// The words of a line of the table.
using Row = std::vector<std::string>;

void append_stats(Row& row, const ListedTensor& tensor) {
  const Stats stats = stats_of(tensor.load());
  const double mean = stats.sum / static_cast<double>(stats.values);
  for (const double value : {stats.min, stats.max, without_nan_sign(mean)})
    row.push_back(stats.values == 0 ? "-" : fmt::format("{:.6g}", value));
  row.push_back(fmt::format("{}", stats.nans));
}

/// Prints rows in columns: texts aligned left, numbers right.
void print_table(const std::vector<Row>& rows) {
  constexpr std::size_t kFirstNumber = 3;
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i < kFirstNumber) {
        fmt::print("  {:<{}}", row[i], widths[i]);
      } else {
        fmt::print("  {:>{}}", row[i], widths[i]);
      }
    }
    fmt::print("\n");
  }
}

/// Whether a comes before b, with numbers in the order of their values: layers.2 before layers.10.
bool comes_before(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const auto number_of = [&](std::string_view& text) {
        text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
        const auto size = std::find_if_not(text.begin(), text.end(), is_digit) - text.begin();
        const std::string_view digits = text.substr(0, static_cast<std::size_t>(size));
        text.remove_prefix(digits.size());
        return digits;
      };
      const std::string_view of_a = number_of(a), of_b = number_of(b);
      if (of_a != of_b) return std::pair(of_a.size(), of_a) < std::pair(of_b.size(), of_b);
    } else {
      if (a[0] != b[0]) return a[0] < b[0];
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

/// JSON with each value on a line of its own; empty if the text is something else, long or deep.
std::string indented_json(const std::string& text) {
  constexpr std::size_t kDeepest = 32;
  // To the parser a NUL is the end.
  if (text.size() > kLongestText || text.find('\0') != std::string::npos || !nlohmann::json::accept(text))
    return "";
  std::string lines;
  std::size_t depth = 0;
  bool in_string = false;
  const auto next_line = [&] {
    lines += '\n';
    lines.append(2 * depth, ' ');
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string || c == '"') {
      lines += c;
      if (c == '\\') lines += text[++i];
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return "";
      lines += c;
      next_line();
    } else if (c == '}' || c == ']') {
      --depth;
      const std::size_t last = lines.find_last_not_of(" \n");
      const bool is_empty = lines[last] == '{' || lines[last] == '[';
      lines.erase(last + 1);
      if (!is_empty) next_line();
      lines += c;
    } else if (c == ',') {
      lines += c;
      next_line();
    } else if (c == ':') {
      lines += ": ";
    } else if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) {
      lines += c;
    }
  }
  return lines.find('\n') == std::string::npos ? "" : lines;
}

void print_metadata(const std::string& key, const std::string& text) {
  fmt::print("  {}:", printable(key, kLongestName));
  const std::string json = indented_json(text);
  if (json.empty()) return fmt::print(" {}\n", printable(text, kLongestText));
  fmt::print("\n");
  std::istringstream lines(json);
  for (std::string line; std::getline(lines, line);) fmt::print("    {}\n", printable(line, kLongestText));
}

void print_file(const std::string& path, ListedFile file, bool with_stats) {
  std::stable_sort(file.tensors.begin(), file.tensors.end(),
                   [](const ListedTensor& a, const ListedTensor& b) { return comes_before(a.name, b.name); });
  std::vector<Row> rows{{"name", "dtype", "shape", "bytes"}};
  if (with_stats) rows.front().insert(rows.front().end(), {"min", "max", "mean", "NaN"});
  std::uint64_t bytes = 0;
  for (const ListedTensor& tensor : file.tensors) {
    bytes += tensor.bytes;
    rows.push_back({tensor.name.empty() ? "-" : printable(tensor.name, kLongestName), printable(tensor.dtype),
                    to_string(tensor.shape), fmt::format("{}", tensor.bytes)});
    if (with_stats) append_stats(rows.back(), tensor);
  }
  fmt::print("{}: {}, {} tensor{}, {} bytes\n", printable(path, kLongestText), file.format,
             file.tensors.size(), file.tensors.size() == 1 ? "" : "s", bytes);
  if (!file.tensors.empty()) print_table(rows);
  if (!file.metadata.empty()) fmt::print("metadata\n");
  for (const auto& [key, text] : file.metadata) print_metadata(key, text);
}

}  // namespace
}  // namespace tinytorch

int main(int argc, char** argv) {
  const bool with_stats = argc == 3 && std::strcmp(argv[2], "--stats") == 0;
  if (argc != 2 && !with_stats) {
    fmt::print(stderr, "usage: inspect FILE [--stats]\n");
    return tinytorch::kUsageError;
  }
  try {
    tinytorch::print_file(argv[1], tinytorch::list_file(argv[1]), with_stats);
    return tito::flush_output(EXIT_SUCCESS);
  } catch (const std::exception& error) {
    fmt::print(stderr, "tito: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
