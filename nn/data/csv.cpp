#include "nn/data/csv.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "nn/data/internal/data_reader.h"

namespace tinytorch::nn {
namespace {

/// A number with nothing but spaces and tabs around it.
std::optional<double> number_in(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(kBlanks) + 1));
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return {};
  return value;
}

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

/// The beginning of a cell, for messages.
std::string_view excerpt(std::string_view cell) { return cell.substr(0, 40); }

}  // namespace

/// Fills a table from its text. Quoted cells are unquoted where they are.
class CsvParser {
 public:
  CsvParser(const FileErrors& file, char delimiter, CsvTable& table)
      : file_(file), delimiter_(delimiter), table_(table), text_(table.text_) {}

  void parse() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    if (!next_row()) file_.error("has no first row with the names of the columns");
    set_names();
    while (true) {
      const std::size_t before = table_.cells_.size();
      if (!next_row()) return;
      const std::size_t n = table_.cells_.size() - before;
      if (n != table_.names_.size()) {
        file_.error("line {} has {} cells, but there are {} columns", row_line_, n, table_.names_.size());
      }
      table_.lines_.push_back(row_line_);
    }
  }

 private:
  /// Appends the cells of the next row; false at the end.
  bool next_row() {
    while (skip_line_end()) {
    }
    if (at_ == text_.size()) return false;
    row_line_ = line_;
    while (true) {
      table_.cells_.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_cell() : plain_cell());
      if (at_ == text_.size() || skip_line_end()) return true;
      ++at_;  // a delimiter
    }
  }

  std::size_t line_end_size() const {
    const std::string_view rest = std::string_view(text_).substr(at_);
    return rest.starts_with('\n') ? 1 : rest.starts_with("\r\n") ? 2 : 0;
  }
  bool skip_line_end() {
    const std::size_t size = line_end_size();
    at_ += size;
    if (size > 0) ++line_;
    return size > 0;
  }

  CsvTable::Cell plain_cell() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != delimiter_ && line_end_size() == 0) ++at_;
    return {begin, at_ - begin};
  }

  CsvTable::Cell quoted_cell() {
    const std::size_t begin = ++at_, opened = line_;
    std::size_t size = 0;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == text_.npos) file_.error("line {}: a cell has no closing quote", opened);
      const std::size_t n = quote - at_;
      line_ += lines_in(std::string_view(text_).substr(at_, n));
      std::memmove(text_.data() + begin + size, text_.data() + at_, n);
      size += n;
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') break;
      text_[begin + size++] = '"';
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] != delimiter_ && line_end_size() == 0) {
      file_.error("line {}: a cell goes on after its closing quote", line_);
    }
    return {begin, size};
  }

  void set_names() {
    std::unordered_set<std::string_view> seen;
    for (const CsvTable::Cell& cell : table_.cells_) {
      const std::string_view name = std::string_view(text_).substr(cell.begin, cell.size);
      if (!seen.insert(name).second) file_.error("has two columns named '{}'", excerpt(name));
      table_.names_.emplace_back(name);
    }
    table_.cells_.clear();
  }

  const FileErrors& file_;
  const char delimiter_;
  CsvTable& table_;
  std::string& text_;
  std::size_t at_ = 0, line_ = 1, row_line_ = 1;
};

std::size_t CsvTable::column(const char* op, const std::string& name) const {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end()) {
    fail<ValueError>(op, "{} has no column '{}'; its columns are {}", path_, name, fmt::join(names_, ", "));
  }
  return static_cast<std::size_t>(found - names_.begin());
}

std::string_view CsvTable::cell(std::size_t row, std::size_t column) const {
  const Cell& cell = cells_[row * names_.size() + column];
  return std::string_view(text_).substr(cell.begin, cell.size);
}

Tensor CsvTable::columns(const std::vector<std::string>& names) const {
  std::vector<std::size_t> indices;
  for (const std::string& name : names) indices.push_back(column("CsvTable::columns", name));
  Tensor x = empty({rows(), static_cast<std::int64_t>(names.size())}, {.dtype = DType::f64});
  auto* out = x.data<double>();
  for (std::size_t row = 0; row < lines_.size(); ++row) {
    for (const std::size_t index : indices) {
      const std::optional<double> number = number_in(cell(row, index));
      if (!number) {
        FileErrors("CsvTable::columns", path_)
            .error("line {}, column '{}': '{}' is not a number of f64", lines_[row], names_[index],
                   excerpt(cell(row, index)));
      }
      *out++ = *number;
    }
  }
  return x;
}

std::vector<std::string> CsvTable::strings(const std::string& name) const {
  const std::size_t index = column("CsvTable::strings", name);
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < lines_.size(); ++row) texts.emplace_back(cell(row, index));
  return texts;
}

CsvTable load_csv(const std::string& path, const CsvOptions& options) {
  const OpScope scope("load_csv");
  if (std::string_view("\"\r\n").find(options.delimiter) != std::string_view::npos) {
    fail<ValueError>("load_csv",
                     "the delimiter is a double quote or a line end; it must be another character");
  }
  DataReader reader("load_csv", path);
  CsvTable table;
  table.path_ = path;
  table.text_ = reader.read_rest();
  CsvParser(reader.file(), options.delimiter, table).parse();
  return table;
}

}  // namespace tinytorch::nn
