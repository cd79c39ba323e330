// Names and prose use the words of BLAS, CUDA, NumPy and PyTorch. Each rule below names a word of our own
// that once stood in the sources, and what to write instead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/source_folder.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;

/// Where a rule applies: to identifiers in code, to those of headers that users include, or to comments,
/// string literals and documents.
enum class Scope { code, public_header, prose };

/// One or more consecutive words. A * at the beginning or end of a word stands for any characters. The
/// examples test the rule: it matches `bad`, and no rule matches `good`.
struct Rule {
  Scope scope;
  std::string_view pattern;
  std::string_view instead;
  std::string_view bad;
  std::string_view good;
};

constexpr Rule kRules[] = {
    {Scope::code, "Place", "MultiIndex", "Place p;", "MultiIndex index;"},
    {Scope::code, "*Places", "OffsetCalculator, IndexMap", "struct Places {};", "struct IndexMap {};"},
    {Scope::code, "Placed", "a noun for the tensor or array", "Placed x;", "GuardedTensor x;"},
    {Scope::code, "place", "index, offset, position", "std::size_t place = 0;", "std::size_t offset = 0;"},
    {Scope::code, "places", "indices, offsets, positions", "int places[4];", "int add_in_place[4];"},
    {Scope::code, "*_places", "indices, offsets", "Dims true_places();", "Dims nonzero_indices();"},
    {Scope::code, "places_*", "indices, offsets", "int places_of(int n);", "int windows_of(int n);"},
    {Scope::code, "place_of*", "index_of, offset_of", "place_of(x);", "index_of(x);"},
    {Scope::code, "Steps", "PerOperand, strides", "Steps steps;", "PerOperand strides;"},
    {Scope::code, "*row_step", "row_stride, lda", "int a_row_step;", "int training_step;"},
    {Scope::code, "*Row_step", "row_stride, lda", "int kRow_step;", "int row_stride;"},
    {Scope::code, "*column_step", "column_stride", "int column_step;", "int column_stride;"},
    {Scope::code, "a_row", "lda, row_stride", "f(a_row);", "f(lda, arrow);"},
    {Scope::code, "b_row", "ldb, row_stride", "f(b_row);", "f(ldb);"},
    {Scope::code, "a_column", "column_stride", "f(a_column);", "f(column_stride);"},
    {Scope::code, "b_column", "column_stride", "f(b_column);", "f(column_stride);"},
    {Scope::code, "settle*", "normalize_strides", "settle_strides(x);", "normalize_strides(x);"},
    {Scope::code, "lies_in_*", "is_blas_compatible", "lies_in_lines(x);", "is_blas_compatible(x);"},
    {Scope::code, "lies_without_*", "is_contiguous", "lies_without_gaps(x);", "is_contiguous(x);"},
    {Scope::code, "beside*", "broadcast_source", "beside(x, y);", "broadcast_source(x, y);"},
    {Scope::code, "*_beside", "a verb that says what is computed", "type_beside(t);", "dtype_or(t);"},
    {Scope::code, "bring_in", "reorder_to", "bring_in(x);", "reorder_to(x);"},
    {Scope::code, "make_factors", "dropout_scale", "make_factors(p);", "dropout_scale(p);"},
    {Scope::code, "make_loop", "make_iteration_space", "make_loop(x);", "make_iteration_space(x);"},
    {Scope::code, "ReductionLoops", "ReductionSpaces", "ReductionLoops x;", "ReductionSpaces x;"},
    {Scope::code, "run_rows", "run_inner_loops", "run_rows(x);", "run_inner_loops(x);"},
    {Scope::code, "walk", "for_each_inner_loop", "walk(x);", "for_each_inner_loop(x);"},
    {Scope::code, "Sweep", "backward pass, Traversal", "Sweep sweep;", "Traversal traversal;"},
    {Scope::code, "is_number", "is_weakly_typed", "x.is_number();", "x.is_weakly_typed();"},
    {Scope::code, "set_number", "set_weakly_typed", "x.set_number();", "x.set_weakly_typed();"},
    {Scope::code, "take_row", "accumulate, update", "take_row(x);", "accumulate_row(x);"},

    {Scope::public_header, "namespace detail", "a header of internal/", "namespace detail {",
     "namespace kernels {"},
    {Scope::public_header, "namespace tinytorch detail", "a header of internal/",
     "namespace tinytorch::detail {", "namespace tinytorch::kernels {"},

    {Scope::prose, "without gaps", "contiguous", "// lies without\n// gaps", "// contiguous"},
    {Scope::prose, "in lines", "unit-stride dimension", "// lies in lines", "// BLAS-compatible"},
    {Scope::prose, "where it lies", "its device, its address", "// where it lies", "// its device"},
    {Scope::prose, "where they lie", "their device, their address", "// where they lie", "// their device"},
    {Scope::prose, "lies on", "is on", "// x lies on the GPU", "// x is on the GPU"},
    {Scope::prose, "the place of", "the index of, the position of", "// the place of an element",
     "// in place of x"},
    {Scope::prose, "the places of", "the indices of", "// the places of x", "// the indices of x"},
    {Scope::prose, "each place", "each index, each position", "// f at each place", "// f at each index"},
    {Scope::prose, "no such place", "out of range", "// no such place", "// out of range"},
    {Scope::prose, "steps between", "strides", "// steps between elements", "// a step between epochs"},
    {Scope::prose, "row step*", "row stride", "// the row steps", "// a training step"},
    {Scope::prose, "on the tape goes", "is recorded", "// on the tape goes x", "// x is recorded"},
    {Scope::prose, "through the tape", "traverses the graph", "// goes through the tape",
     "// traverses the graph"},
    {Scope::prose, "sweeps the tape", "traverses the graph", "// sweeps the tape", "// traverses the graph"},
    {Scope::prose, "a room", "a directory, a module", "/* A room */", "/* no room for it */"},
    {Scope::prose, "the room", "the directory, the module", "// the room", "// there is room. A roomy one"},
    {Scope::prose, "the rooms", "the directories", "\"The rooms\"", "\"the modules\""},
    {Scope::prose, "that room", "that directory, that module", "// of that room", "// of that module"},
    {Scope::prose, "the kernel is given", "arguments, operands", "// what the kernel is given",
     "// the operands"},
    {Scope::prose, "one behind the other", "concatenated, consecutive", "// one behind the other",
     "// concatenated"},
    {Scope::prose, "it dies", "the process aborts", "// it dies", "// the process aborts"},
    {Scope::prose, "goes over to", "moves to, becomes", "// goes over to x", "// moves to x"},
};

/// Names of other libraries that a rule matches.
struct Exemption {
  std::string_view path, pattern;
};

constexpr Exemption kExemptions[] = {
    {"tests/torch/torch_test.cpp", "is_number"},  // nlohmann::json's
    {"modules/cli/run_log.cpp", "is_number"},     // too
    {"modules/cli/trace.cpp", "is_number"},       // too
};

struct Word {
  std::string_view text;  ///< empty for punctuation, across which no pattern matches
  int line;
};

/// The identifiers of a source, and the words of its comments and string literals.
struct Words {
  std::vector<Word> code, prose;
};

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

void add_break(std::vector<Word>& words, int line) {
  if (words.empty() || !words.back().text.empty()) words.push_back({{}, line});
}

/// Splits C++ into words, in one pass.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view source) : source_(source) {}

  Words run() {
    while (at_ < source_.size()) step();
    return std::move(words_);
  }

  /// Reads all of a document as prose.
  Words run_document() {
    read_prose(source_.size());
    return std::move(words_);
  }

 private:
  void step() {
    const std::string_view rest = source_.substr(at_);
    const char c = rest.front();
    if (rest.starts_with("//")) {
      read_prose(find("\n", at_));
    } else if (rest.starts_with("/*")) {
      read_prose(find("*/", at_ + 2));
    } else if (c == '"' || c == '\'') {
      read_prose(end_of_literal(c));
      ++at_;
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {  // with separators: 1'000
      while (at_ < source_.size() && (is_word_character(source_[at_]) || source_[at_] == '\'')) ++at_;
      add_breaks();
    } else if (is_word_character(c)) {
      read_identifier();
    } else {
      if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != ':') add_breaks();
      if (c == '\n') ++line_;
      ++at_;
    }
  }

  void read_identifier() {
    const std::size_t begin = at_;
    while (at_ < source_.size() && is_word_character(source_[at_])) ++at_;
    const std::string_view identifier = source_.substr(begin, at_ - begin);
    if (identifier.ends_with('R') && at_ < source_.size() && source_[at_] == '"') {
      const std::size_t open = find("(", at_);
      const std::string close = ")" + std::string(source_.substr(at_ + 1, open - at_ - 1)) + "\"";
      read_prose(find(close, open));
      at_ = std::min(at_ + close.size(), source_.size());
      return;
    }
    words_.code.push_back({identifier, line_});
    add_break(words_.prose, line_);
  }

  void read_prose(std::size_t end) {
    while (at_ < end) {
      const std::size_t begin = at_;
      while (at_ < end && is_word_character(source_[at_])) ++at_;
      if (at_ > begin) {
        words_.prose.push_back({source_.substr(begin, at_ - begin), line_});
        continue;
      }
      const char c = source_[at_++];
      if (c == '\n') ++line_;
      if (c == '\\') ++at_;  // the n of \n is no word
      if (std::string_view(" \t\n/*`\"'").find(c) == std::string_view::npos) add_break(words_.prose, line_);
    }
  }

  void add_breaks() {
    add_break(words_.code, line_);
    add_break(words_.prose, line_);
  }

  /// The closing quote, or the end of the line where there is none.
  std::size_t end_of_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n')
      end += source_[end] == '\\' ? 2 : 1;
    ++at_;
    return std::min(end, source_.size());
  }

  std::size_t find(std::string_view text, std::size_t from) const {
    return std::min(source_.find(text, from), source_.size());
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  Words words_;
};

bool equal(std::string_view a, std::string_view b, bool ignore_case) {
  return std::ranges::equal(a, b, [&](char x, char y) {
    return x == y || (ignore_case && std::tolower(static_cast<unsigned char>(x)) == y);
  });
}

bool matches(std::string_view word, std::string_view pattern, bool ignore_case) {
  if (pattern.starts_with('*')) {
    pattern.remove_prefix(1);
    return word.size() >= pattern.size() &&
           equal(word.substr(word.size() - pattern.size()), pattern, ignore_case);
  }
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    return equal(word.substr(0, pattern.size()), pattern, ignore_case);
  }
  return word.size() == pattern.size() && equal(word, pattern, ignore_case);
}

/// A rule with its pattern split into words.
class Matcher {
 public:
  explicit Matcher(const Rule& rule) : rule(&rule) {
    for (std::string_view rest = rule.pattern; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      pattern_.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  /// Whether the pattern matches from words[0] on.
  bool matches_at(std::span<const Word> words) const {
    if (words.size() < pattern_.size()) return false;
    for (std::size_t i = 0; i < pattern_.size(); ++i) {
      if (!matches(words[i].text, pattern_[i], rule->scope == Scope::prose)) return false;
    }
    return true;
  }

  const Rule* rule;

 private:
  std::vector<std::string_view> pattern_;
};

const std::vector<Matcher>& matchers() {
  static const std::vector<Matcher> kMatchers(std::begin(kRules), std::end(kRules));
  return kMatchers;
}

struct Finding {
  const Rule* rule;
  int line;
};

void check(std::span<const Word> words, Scope scope, std::vector<Finding>& findings) {
  for (const Matcher& matcher : matchers()) {
    if (matcher.rule->scope != scope) continue;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (matcher.matches_at(words.subspan(i))) findings.push_back({matcher.rule, words[i].line});
    }
  }
}

std::vector<Finding> findings_in_source(std::string_view source, bool is_public_header) {
  const Words words = Tokenizer(source).run();
  std::vector<Finding> findings;
  check(words.code, Scope::code, findings);
  if (is_public_header) check(words.code, Scope::public_header, findings);
  check(words.prose, Scope::prose, findings);
  return findings;
}

bool is_exempt(const fs::path& path, const Rule& rule) {
  return std::ranges::any_of(kExemptions, [&](const Exemption& exemption) {
    return exemption.path == path.string() && exemption.pattern == rule.pattern;
  });
}

std::string describe(const fs::path& path, const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& [rule, line] : findings) {
    if (is_exempt(path, *rule)) continue;
    text += path.string() + ":" + std::to_string(line) + ": " + std::string(rule->pattern) +
            " (use: " + std::string(rule->instead) + ")\n";
  }
  return text;
}

bool is_public_header(const fs::path& path) {
  constexpr std::array kFolders{"core", "core/ops", "autograd", "autograd/ops", "nn", "nn/optim"};
  return path.extension() == ".h" && std::ranges::find(kFolders, path.parent_path()) != kFolders.end();
}

TEST(Glossary, SourcesUseTheWordsOfTheField) {
  std::string report;
  std::size_t sources = 0;
  for (const char* folder : {"core", "kernels", "autograd", "nn", "modules", "examples", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source_folder() / folder)) {
      const fs::path extension = entry.path().extension();
      const bool is_source = extension == ".h" || extension == ".cpp" || extension == ".cu";
      if (!is_source || entry.path().filename() == "glossary_test.cpp") continue;
      const fs::path path = entry.path().lexically_relative(source_folder());
      report += describe(path, findings_in_source(read_source(entry.path()), is_public_header(path)));
      ++sources;
    }
  }
  EXPECT_TRUE(report.empty()) << report;
  EXPECT_GT(sources, 500u) << "the sources were not found";
}

TEST(Glossary, DocumentsUseTheWordsOfTheField) {
  std::vector<fs::path> documents{source_folder() / "tito"};
  for (const auto& entry : fs::directory_iterator(source_folder())) {
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  }
  for (const char* folder : {"core", "kernels", "autograd", "nn", "modules", "examples", "tests", "docs"}) {
    if (!fs::is_directory(source_folder() / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(source_folder() / folder)) {
      if (entry.path().extension() == ".md") documents.push_back(entry.path());
    }
  }
  std::string report;
  for (const fs::path& path : documents) {
    const std::string text = read_source(path);
    std::vector<Finding> findings;
    check(Tokenizer(text).run_document().prose, Scope::prose, findings);
    report += describe(path.lexically_relative(source_folder()), findings);
    EXPECT_FALSE(text.empty()) << path;
  }
  EXPECT_TRUE(report.empty()) << report;
  EXPECT_GT(documents.size(), 3u) << "the documents were not found";
}

TEST(Glossary, EachRuleMatchesItsBadExampleAndNoneAGoodOne) {
  for (const Rule& rule : kRules) {
    const std::vector<Finding> findings = findings_in_source(rule.bad, /*is_public_header=*/true);
    const bool is_found =
        std::ranges::any_of(findings, [&](const Finding& finding) { return finding.rule == &rule; });
    EXPECT_TRUE(is_found) << rule.pattern << " does not match: " << rule.bad;
    EXPECT_EQ(describe("good", findings_in_source(rule.good, true)), "") << rule.pattern;
  }
}

TEST(Glossary, EachExemptionIsNeeded) {
  for (const Exemption& exemption : kExemptions) {
    const std::string source = read_source(source_folder() / exemption.path);
    const std::vector<Finding> findings = findings_in_source(source, false);
    const bool is_found = std::ranges::any_of(
        findings, [&](const Finding& finding) { return finding.rule->pattern == exemption.pattern; });
    EXPECT_TRUE(is_found) << exemption.path << " no longer uses " << exemption.pattern;
  }
}

TEST(Glossary, IdentifiersAndProseAreToldApart) {
  const auto report = [](std::string_view source) {
    return describe("x", findings_in_source(source, false));
  };
  EXPECT_EQ(report("int a;  // Places, walk\n"), "");
  EXPECT_EQ(report("f(\"Places\", 'w', 1'000, R\"(walk \" Sweep)\");\n"), "");
  EXPECT_EQ(report("int without, gaps;\nnamespace detail {}\n"), "");
  EXPECT_EQ(report("// without\nint x;  // gaps\n// It is without. Gaps are filled.\n"), "");
  EXPECT_EQ(report("int x;\nchar c = '\"';\nPlaces p;  // \"\n"),
            "x:3: *Places (use: OffsetCalculator, IndexMap)\n");
  EXPECT_EQ(report("R\"x(\n)\" Steps\n)x\";\nSteps s;\n"), "x:4: Steps (use: PerOperand, strides)\n");
  EXPECT_EQ(report("/* lies\n * Without\n * gaps. */\n"), "x:2: without gaps (use: contiguous)\n");
  EXPECT_EQ(report("fail(\"a is without \"\n     \"gaps\");\n"), "x:1: without gaps (use: contiguous)\n");
}

}  // namespace
}  // namespace tinytorch::testing
