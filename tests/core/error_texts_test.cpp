#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/source_folder.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;

bool is_source(const fs::path& path) {
  return path.extension() == ".cpp" || path.extension() == ".h" || path.extension() == ".cu";
}

std::vector<fs::path> sources_under(std::initializer_list<const char*> rooms) {
  std::vector<fs::path> found;
  for (const char* room : rooms) {
    for (const auto& entry : fs::recursive_directory_iterator(source_folder() / room)) {
      if (entry.is_regular_file() && is_source(entry.path())) found.push_back(entry.path());
    }
  }
  return found;
}

/// A file's text, in which string literals that stand side by side are one.
std::string read_joined(const fs::path& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string joined;
  std::size_t begin = 0;
  for (std::size_t quote = text.find('"'); quote != text.npos; quote = text.find('"', quote + 1)) {
    const std::size_t next = text.find_first_not_of(" \n", quote + 1);
    if (next == text.npos || text[next] != '"' || next == quote + 1) continue;
    joined.append(text, begin, quote - begin);
    begin = next + 1;
    quote = next;
  }
  return joined.append(text, begin);
}

/// The string literals within the brackets that open at `begin`.
std::vector<std::string> literals_within(std::string_view text, std::size_t begin) {
  std::vector<std::string> literals;
  int depth = 0;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) break;
    if (text[at] != '"') continue;
    const std::size_t start = at + 1;
    for (at = start; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
    literals.emplace_back(text.substr(start, at - start));
  }
  return literals;
}

/// The longest part of a format that holds no braces.
std::string longest_part(const std::string& format) {
  std::string longest, part;
  bool in_braces = false;
  for (const char c : format + '{') {
    if (c == '{') {
      if (part.size() > longest.size()) longest = part;
      part.clear();
    }
    if (c == '{' || c == '}')
      in_braces = c == '{';
    else if (!in_braces)
      part += c;
  }
  return longest;
}

/// Of each call of fail() in a source, what its message says whatever its arguments are.
std::vector<std::string> messages_in(const std::string& source) {
  std::vector<std::string> messages;
  for (std::size_t at = source.find("fail<"); at != source.npos; at = source.find("fail<", at + 1)) {
    const std::vector<std::string> literals = literals_within(source, source.find('(', at));
    const auto format = std::ranges::max_element(literals, {}, &std::string::size);
    if (format == literals.end()) continue;
    if (const std::string part = longest_part(*format); part.size() >= 4) messages.push_back(part);
  }
  return messages;
}

TEST(ErrorTexts, OfAllErrorsStandInATest) {
  std::string tests;
  for (const fs::path& path : sources_under({"tests"})) tests += read_joined(path);
  std::size_t messages = 0;
  for (const fs::path& path : sources_under({"core", "kernels", "autograd", "nn"})) {
    for (const std::string& message : messages_in(read_joined(path))) {
      ++messages;
      EXPECT_NE(tests.find(message), tests.npos) << path << ": no test expects \"" << message << '"';
    }
  }
  EXPECT_GT(messages, 250u) << "the sources were not understood";
}

TEST(ErrorTexts, AreFoundAsTheyAreWritten) {
  EXPECT_THAT(messages_in(R"(if (a) fail<ValueError>("op", "{} is (not) right: {}", f(x), y);)"),
              ::testing::ElementsAre(" is (not) right: "));
}

}  // namespace
}  // namespace tinytorch::testing
