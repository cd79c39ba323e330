#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/source_folder.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;

bool is_source(const fs::path& path) {
  return path.extension() == ".cpp" || path.extension() == ".h" || path.extension() == ".cu";
}

std::vector<fs::path> sources_under(std::initializer_list<const char*> directories) {
  std::vector<fs::path> found;
  for (const char* directory : directories) {
    for (const auto& entry : fs::recursive_directory_iterator(source_folder() / directory)) {
      if (entry.is_regular_file() && is_source(entry.path())) found.push_back(entry.path());
    }
  }
  return found;
}

/// The string literals in a text. Adjacent literals are one, also with something added between them: "a" "b"
/// is ab; "a" + name + "b" is a, a null character (which is in no message) and b.
std::vector<std::string> literals_of(std::string_view text) {
  static const std::regex kAddition(R"(\s*\+[^,;"]*\+\s*)");
  std::vector<std::string> literals;
  std::size_t end = 0;  // of the previous literal
  for (std::size_t at = text.find('"'); at != text.npos; at = text.find('"', end)) {
    std::size_t close = at + 1;
    while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
    const std::string literal(text.substr(at + 1, std::min(close, text.size()) - at - 1));
    const std::string between(text.substr(end, at - end));
    const bool follows = between.find_first_not_of(" \n") == between.npos;
    if (!literals.empty() && follows)
      literals.back() += literal;
    else if (!literals.empty() && std::regex_match(between, kAddition))
      literals.back() += '\0' + literal;
    else
      literals.push_back(literal);
    end = std::min(close + 1, text.size());
  }
  return literals;
}

/// The text up to the bracket that closes the first one.
std::string_view in_brackets(std::string_view text) {
  int depth = 0;
  bool in_literal = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"' && (at == 0 || text[at - 1] != '\\')) in_literal = !in_literal;
    if (in_literal) continue;
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) return text.substr(0, at);
  }
  return text;
}

/// The constant part of an error message: the texts between its arguments.
using Message = std::vector<std::string>;

Message parts_of(const std::string& format) {
  Message parts(1);
  bool in_braces = false;
  for (const char c : format) {
    if (c == '{' || c == '}') {
      in_braces = c == '{';
      if (in_braces) parts.emplace_back();
    } else if (!in_braces) {
      parts.back() += c;
    }
  }
  std::erase(parts, "");
  return parts;
}

/// The message of each call of fail() in a source: the op, if it is a literal, and the texts of the format.
std::vector<Message> messages_in(const std::string& source) {
  std::vector<Message> messages;
  for (std::size_t at = source.find("fail<"); at != source.npos; at = source.find("fail<", at + 1)) {
    const std::string_view call = in_brackets(std::string_view(source).substr(source.find('(', at)));
    const std::vector<std::string> literals = literals_of(call);
    if (literals.empty()) continue;  // the declaration of fail() itself
    const bool names_op = call[1] == '"' && literals.size() > 1;
    Message message = parts_of(literals[names_op ? 1 : 0]);
    if (names_op) message.insert(message.begin(), "[" + literals[0] + "] ");
    messages.push_back(std::move(message));
  }
  return messages;
}

bool holds(const std::string& literal, const Message& message) {
  std::size_t at = 0;
  for (const std::string& part : message) {
    at = literal.find(part, at);
    if (at == literal.npos) return false;
    at += part.size();
  }
  return true;
}

TEST(ErrorTexts, OfEachFailAreExpectedByATest) {
  std::vector<std::string> expected;
  for (const fs::path& path : sources_under({"tests"})) {
    for (std::string& literal : literals_of(read_source(path))) expected.push_back(std::move(literal));
  }
  std::size_t messages = 0;
  for (const fs::path& path : sources_under({"core", "kernels", "autograd", "nn"})) {
    for (const Message& message : messages_in(read_source(path))) {
      ++messages;
      const bool is_expected =
          std::ranges::any_of(expected, [&](const std::string& literal) { return holds(literal, message); });
      EXPECT_TRUE(is_expected) << path << ": no test expects " << ::testing::PrintToString(message);
    }
  }
  EXPECT_GT(messages, 250u) << "the sources were not understood";
}

TEST(ErrorTexts, AreReadAsTheyAreWritten) {
  const std::string source = R"(if (a) fail<ValueError>("op", "{} is (not) right: "
        "{} of {}", f(x), y);)";
  EXPECT_THAT(messages_in(source), ::testing::ElementsAre(Message{"[op] ", " is (not) right: ", " of "}));
  EXPECT_THAT(
      literals_of(R"(EXPECT("[op] 3 is (not) right: " + name + " of 4", "other"))"),
      ::testing::Contains(::testing::ResultOf(
          [&](const std::string& literal) { return holds(literal, messages_in(source).front()); }, true)));
}

}  // namespace
}  // namespace tinytorch::testing
