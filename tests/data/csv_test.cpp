#include "nn/data/csv.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "tests/data/files.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using ::testing::ElementsAre;

class Csv : public FileTest {
 protected:
  nn::CsvTable table(std::string_view content, nn::CsvOptions options = {}) const {
    return nn::load_csv(write(content), options);
  }
  void expect_refused(std::string_view content, const std::string& message) const {
    write(content);
    EXPECT_ERROR(nn::load_csv(path()), IoError, "[load_csv] " + path() + ": " + message);
  }
};

TEST_F(Csv, GivesColumnsByName) {
  const nn::CsvTable t = table("a,b,name\n1,2.5,x\n-3,4e2,y\n");
  EXPECT_EQ(t.rows(), 2);
  EXPECT_THAT(t.names(), ElementsAre("a", "b", "name"));
  EXPECT_TENSOR_EQ(t.columns({"b", "a"}), (from_values<double>({2.5, 1, 400, -3}, {2, 2})));
  EXPECT_THAT(t.strings("name"), ElementsAre("x", "y"));
  EXPECT_THAT(t.strings("b"), ElementsAre("2.5", "4e2"));
  EXPECT_EQ(t.columns({}).shape(), (Shape{2, 0}));
}

TEST_F(Csv, ReadsQuotedCells) {
  const nn::CsvTable t =
      table("\"a\",\"b \"\"c\"\"\"\r\n\"x,\r\ny\",\"\"\r\nplain \"quote\",\"\"\"\"\r\n\"1\",\"\n\"");
  EXPECT_THAT(t.names(), ElementsAre("a", "b \"c\""));
  EXPECT_THAT(t.strings("a"), ElementsAre("x,\r\ny", "plain \"quote\"", "1"));
  EXPECT_THAT(t.strings("b \"c\""), ElementsAre("", "\"", "\n"));
}

TEST_F(Csv, ReadsEachKindOfLineEnd) {
  for (const char* text :
       {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\n1,2\r\n3,4", "\n\na,b\n\n1,2\n\r\n3,4\n\n"}) {
    EXPECT_TENSOR_EQ(table(text).columns({"a", "b"}), (from_values<double>({1, 2, 3, 4}, {2, 2}))) << text;
  }
  EXPECT_THAT(table("a,b\n,\n\r,\n").strings("a"), ElementsAre("", "\r"));
}

TEST_F(Csv, SkipsAByteOrderMarkAndInflates) {
  const std::string text =
      "\xef\xbb\xbf"
      "a;b\n1;2\n";
  EXPECT_TENSOR_EQ(table(text, {.delimiter = ';'}).columns({"a"}), (from_values<double>({1}, {1, 1})));
  EXPECT_THAT(table(gzip(text), {.delimiter = ';'}).names(), ElementsAre("a", "b"));
}

TEST_F(Csv, MayHaveNoRows) {
  const nn::CsvTable t = table("a,b");
  EXPECT_EQ(t.columns({"a"}).shape(), (Shape{0, 1}));
  EXPECT_TRUE(t.strings("b").empty());
}

TEST_F(Csv, IsCopiedWithItsText) {
  nn::CsvTable copy = table("a\n1\n");
  {
    const nn::CsvTable original = table("a\n2\n");
    copy = original;
  }
  EXPECT_THAT(copy.strings("a"), ElementsAre("2"));
}

TEST_F(Csv, ReadsEachSpellingOfANumber) {
  const nn::CsvTable t = table("x\n 1\t\n+2\n-.5\n1E-3\n007\ninf\n-INF\n");
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_TENSOR_EQ(t.columns({"x"}), (from_values<double>({1, 2, -0.5, 1e-3, 7, inf, -inf}, {7, 1})));
  EXPECT_TRUE(std::isnan(table("x\nnan\n").columns({"x"}).item<double>()));
}

TEST_F(Csv, NamesTheCellThatIsNoNumber) {
  const auto refused = [&](const std::string& cell, const std::string& named) {
    const nn::CsvTable t = table("name,x\n\"two\nlines\",1\nc," + cell + "\n");
    EXPECT_ERROR(
        t.columns({"x"}), IoError,
        "[CsvTable::columns] " + path() + ": line 4, column 'x': '" + named + "' is not a number of f64");
  };
  for (const char* cell : {"", " ", "one", "1 2", "1e", "0x10", "--1", "+-1", "++1", "1e999", "+", "-"}) {
    refused(cell, cell);
  }
  refused("\"1,5\"", "1,5");
  refused(std::string(100, 'a'), std::string(40, 'a'));
}

TEST_F(Csv, NamesTheColumnsThatThereAre) {
  const nn::CsvTable t = table("a,b\n1,2\n");
  EXPECT_ERROR(t.columns({"a", "c"}), ValueError,
               "[CsvTable::columns] " + path() + " has no column 'c'; its columns are a, b");
  EXPECT_ERROR(t.strings("A"), ValueError,
               "[CsvTable::strings] " + path() + " has no column 'A'; its columns are a, b");
}

TEST_F(Csv, RefusesMalformedFiles) {
  expect_refused("", "has no first row with the names of the columns");
  expect_refused("\xef\xbb\xbf\n\n", "has no first row with the names of the columns");
  expect_refused("a,b,a\n", "has two columns named 'a'");
  expect_refused("a,b\n1,2\n1\n", "line 3 has 1 cells, but there are 2 columns");
  expect_refused("a,b\n\n\"\n\",2\n1,2,3", "line 5 has 3 cells, but there are 2 columns");
  expect_refused("a,b\n1,2,\n", "line 2 has 3 cells, but there are 2 columns");
  expect_refused("a\n\"x\n\ny", "line 2: a cell has no closing quote");
  expect_refused("a\n\"x\n\"y\"\n", "line 3: a cell goes on after its closing quote");
  expect_refused("\"", "line 1: a cell has no closing quote");
  EXPECT_ERROR(nn::load_csv(path("none")), IoError,
               "[load_csv] " + path("none") + ": cannot be opened: No such file or directory");
}

TEST_F(Csv, RefusesDelimitersThatMeanSomethingElse) {
  for (const char delimiter : std::string("\"\n\r")) {
    EXPECT_ERROR(table("a\n", {.delimiter = delimiter}), ValueError,
                 "[load_csv] the delimiter is a double quote or a line end; it must be another character");
  }
  EXPECT_THAT(table("a\tb\n", {.delimiter = '\t'}).names(), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace tinytorch::testing
