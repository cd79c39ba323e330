#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/source_folder.h"

namespace tinytorch::testing {
namespace {

struct PrintCase {
  Tensor x;
  std::string description;
  std::string text;
};

DType parse_dtype(const std::string& text) {
  for (const DType dtype : {DType::boolean, DType::u8, DType::i32, DType::i64, DType::f32, DType::f64}) {
    if (text == name(dtype)) return dtype;
  }
  throw ValueError("no element type: " + text);
}

/// Reads the text after `> ` in the file that data/make_print_cases.py writes.
Tensor parse_tensor(const std::string& line) {
  std::istringstream words(line);
  std::string type, lengths, length;
  words >> type >> lengths;
  std::istringstream list(lengths == "-" ? "" : lengths);
  Shape shape;
  while (std::getline(list, length, ',')) shape.push_back(std::stoll(length));
  std::vector<std::uint64_t> bits;
  for (std::uint64_t value = 0; words >> std::hex >> value;) bits.push_back(value);

  Tensor x = empty(shape, {.dtype = parse_dtype(type)});
  const auto write = [&]<class Bits>(Bits* out) {
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      out[i] = static_cast<Bits>(bits[static_cast<std::size_t>(i) % bits.size()]);
    }
  };
  if (size_of(x.dtype()) == 1) write(static_cast<std::uint8_t*>(x.raw_data()));
  if (size_of(x.dtype()) == 4) write(static_cast<std::uint32_t*>(x.raw_data()));
  if (size_of(x.dtype()) == 8) write(static_cast<std::uint64_t*>(x.raw_data()));
  return x;
}

std::vector<PrintCase> read_cases() {
  std::ifstream file(testing::source_folder() / "tests/core/data/print_cases.txt");
  std::vector<PrintCase> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("> ")) {
      cases.push_back({parse_tensor(line.substr(2)), line.substr(0, 100), ""});
    } else {
      std::string& text = cases.back().text;
      text += (text.empty() ? "" : "\n") + line;
    }
  }
  return cases;
}

TEST(Print, WritesWhatNumPyWrites) {
  const std::vector<PrintCase> cases = read_cases();
  ASSERT_GT(cases.size(), 200u);
  for (const PrintCase& c : cases) EXPECT_EQ(to_string(c.x.to(backend())), c.text) << c.description;
}

TEST(Print, PrintsTheElementsInOrderNotTheMemory) {
  const Tensor x = Tensor{{1, 2, 3}, {4, 5, 6}}.to(backend());
  EXPECT_EQ(to_string(transpose(x)), "[[1 4]\n [2 5]\n [3 6]]");
  EXPECT_EQ(to_string(slice(x, 1, 0, 3, 2)), "[[1 3]\n [4 6]]");
  EXPECT_EQ(to_string(expand(slice(x, 0, 1), {2, 3})), "[[4 5 6]\n [4 5 6]]");
  EXPECT_EQ(to_string(expand(slice(slice(x, 0, 0, 1), 1, 0, 1), {1000, 1000})),
            "[[1 1 1 ... 1 1 1]\n [1 1 1 ... 1 1 1]\n [1 1 1 ... 1 1 1]\n ...\n [1 1 1 ... 1 1 1]\n"
            " [1 1 1 ... 1 1 1]\n [1 1 1 ... 1 1 1]]");
}

TEST(Print, LeavesOutTheMiddleOnlyPastAThousandElements) {
  EXPECT_EQ(to_string(zeros({1001}, {.dtype = DType::i64, .device = backend()})), "[0 0 0 ... 0 0 0]");
  EXPECT_EQ(to_string(zeros({1000}, {.dtype = DType::i64, .device = backend()})).find("..."),
            std::string::npos);
}

TEST(Print, KeepsTheSignOfZero) { EXPECT_EQ(to_string(Tensor{0.0, -0.0}.to(backend())), "[ 0. -0.]"); }

TEST(Print, NamesAnUndefinedTensor) { EXPECT_EQ(to_string(Tensor()), "undefined"); }

TEST(Print, GoesToStreams) {
  std::ostringstream out;
  out << Tensor{1.5, 2.0}.to(backend()) << " and " << Tensor(true);
  EXPECT_EQ(out.str(), "[1.5 2. ] and True");
}

}  // namespace
}  // namespace tinytorch::testing
