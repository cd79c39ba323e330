#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace tinytorch::nn {

struct CsvOptions {
  char delimiter = ',';  ///< between the cells of a row
};

/// The rows of a CSV file, whose columns have names: the cells of its first row.
///
/// ```cpp
/// #include <fstream>
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_example.csv";
/// std::ofstream(path) << "city,rooms,price\n\"Paris, 5e\",2,512.5\nLyon,3,301\n";
/// const nn::CsvTable table = nn::load_csv(path);
/// std::cout << table.columns({"rooms", "price"});  // [[2, 512.5], [3, 301]]
/// std::cout << table.strings("city").front();      // Paris, 5e
/// std::filesystem::remove(path);
/// ```
class CsvTable {
 public:
  /// The number of rows without the first.
  std::int64_t rows() const { return static_cast<std::int64_t>(lines_.size()); }
  const std::vector<std::string>& names() const { return names_; }

  /// Columns of numbers, such as 3, -0.5, 1e-3, inf or nan; spaces and tabs around a number do not count.
  /// @return  f64 [rows, columns] on the CPU
  /// @throws ValueError  there is no column of a name
  /// @throws IoError     a cell is not a number, or one out of the range of f64; names its line and column
  Tensor columns(const std::vector<std::string>& names) const;

  /// A column of texts.
  /// @throws ValueError  there is no column of this name
  std::vector<std::string> strings(const std::string& name) const;

 private:
  friend class CsvParser;
  friend CsvTable load_csv(const std::string& path, const CsvOptions& options);

  /// A part of the text.
  struct Cell {
    std::size_t begin, size;
  };

  CsvTable() = default;
  std::size_t column(const char* op, const std::string& name) const;
  std::string_view cell(std::size_t row, std::size_t column) const;

  std::string path_;
  std::vector<std::string> names_;
  std::string text_;
  std::vector<Cell> cells_;         // row by row
  std::vector<std::size_t> lines_;  // where each row begins, counted from 1
};

/// Reads a CSV file (RFC 4180): rows end with LF or CRLF; a cell in double quotes may hold delimiters and
/// line ends, and double quotes as "". Empty lines are skipped, and so is a byte order mark. A gzip file is
/// inflated.
/// @throws IoError     the file cannot be read, or has no first row; two columns have the same name; a row
///                     has more or fewer cells than the first; a quoted cell has no end, or something
///                     follows its end
/// @throws ValueError  the delimiter is a double quote or a line end
CsvTable load_csv(const std::string& path, const CsvOptions& options = {});

}  // namespace tinytorch::nn
