#include "modules/cli/mutants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace tito {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kCalls = {
    "__syncthreads",         "__syncwarp",          "within", "cudaStreamWaitEvent",
    "cudaStreamSynchronize", "cudaEventSynchronize"};

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string trimmed_line(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == text.npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin));
}

/// The length of the comment, string or character literal that begins at `at`; 0 if none does. Raw string
/// literals are not recognized.
std::size_t non_code_length(std::string_view source, std::size_t at) {
  const std::string_view rest = source.substr(at);
  const auto through = [&](std::size_t end, std::size_t length) {
    return end == rest.npos ? rest.size() : end + length;
  };
  if (rest.starts_with("//")) return through(rest.find('\n'), 0);
  if (rest.starts_with("/*")) return through(rest.find("*/", 2), 2);
  const char quote = rest.front();
  const bool separates_digits = quote == '\'' && at > 0 && is_word_character(source[at - 1]);
  if ((quote != '"' && quote != '\'') || separates_digits) return 0;
  std::size_t end = 1;
  while (end < rest.size() && rest[end] != quote) end += rest[end] == '\\' ? 2 : 1;
  return std::min(end + 1, rest.size());
}

/// The source with comments and literals replaced by spaces. Line breaks remain.
std::string code_of(std::string source) {
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t length = non_code_length(source, at);
    const std::size_t end = at + std::max<std::size_t>(length, 1);
    for (std::size_t i = at; length > 0 && i < end; ++i) {
      if (source[i] != '\n') source[i] = ' ';
    }
    at = end;
  }
  return source;
}

/// The offsets in a line of code at which a function is called.
std::vector<std::size_t> find_calls(std::string_view code, std::string_view function) {
  std::vector<std::size_t> calls;
  for (std::size_t at = 0; (at = code.find(function, at)) != code.npos; at += function.size()) {
    const std::string before = trimmed_line(code.substr(0, at));
    const bool begins_word = at == 0 || !is_word_character(code[at - 1]);
    const bool is_declared = before.ends_with("bool") || before.ends_with("void");
    if (begins_word && !is_declared && code.substr(at + function.size()).starts_with('('))
      calls.push_back(at);
  }
  return calls;
}

/// The call at the beginning of `line`, up to its closing parenthesis or else to the end of the line.
std::string call_in(std::string_view line) {
  int depth = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '(') ++depth;
    if (line[i] == ')' && --depth == 0) return std::string(line.substr(0, i + 1));
  }
  return trimmed_line(line);
}

void add_mutants_of(const fs::path& path, std::vector<Mutant>& mutants) {
  std::ifstream file(path);
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  std::istringstream lines(source), code_lines(code_of(source));
  std::string line, code;
  for (int number = 1; std::getline(lines, line) && std::getline(code_lines, code); ++number) {
    bool is_first = true;
    for (const std::string_view function : kCalls) {
      for (const std::size_t at : find_calls(code, function)) {
        if (!is_first) {
          throw std::runtime_error(fmt::format(
              "{}:{}: two calls that can be omitted are on one line; put each on a line of its own",
              path.string(), number));
        }
        is_first = false;
        mutants.push_back({.file = path.filename().string(),
                           .line = number,
                           .call = call_in(std::string_view(line).substr(at)),
                           .source = trimmed_line(line)});
      }
    }
  }
}

/// Reads the rest of a line, whose first word is `kind`.
void read_entry(const std::string& kind, std::istringstream& words, MutantTable& table) {
  if (kind == "covers") {
    Cover cover;
    std::string more;
    if (words >> cover.file >> cover.program >> cover.filter && !(words >> more)) {
      table.covers.push_back(std::move(cover));
      return;
    }
    throw std::runtime_error("expected: covers FILE PROGRAM FILTER");
  }
  if (kind != "redundant") throw std::runtime_error("expected covers or redundant");
  Redundancy redundancy;
  words >> redundancy.file >> std::quoted(redundancy.source);
  std::getline(words, redundancy.reason);
  redundancy.reason = trimmed_line(redundancy.reason);
  if (redundancy.reason.empty()) throw std::runtime_error("expected: redundant FILE \"SOURCE LINE\" REASON");
  table.redundancies.push_back(std::move(redundancy));
}

/// @throws std::runtime_error  the last entry matches no mutant
void check_entry(const std::string& kind, const MutantTable& table, const std::vector<Mutant>& mutants) {
  const bool matches = std::any_of(mutants.begin(), mutants.end(), [&](const Mutant& mutant) {
    return kind == "covers" ? mutant.file == table.covers.back().file
                            : table.redundancies.back().is_of(mutant);
  });
  if (matches) return;
  throw std::runtime_error(kind == "covers" ? "this file has no call that can be omitted"
                                            : "this file has no such line with a call that can be omitted");
}

}  // namespace

std::vector<Mutant> find_mutants(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".cu" || extension == ".cpp" || extension == ".h") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Mutant> mutants;
  for (const fs::path& path : paths) add_mutants_of(path, mutants);
  return mutants;
}

MutantTable read_mutant_table(const fs::path& path, const std::vector<Mutant>& mutants) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(fmt::format("{} is missing", path.string()));
  MutantTable table;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line);
    std::string kind;
    if (!(words >> kind) || kind.starts_with('#')) continue;
    try {
      read_entry(kind, words, table);
      check_entry(kind, table, mutants);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(
          fmt::format("{}:{}: {}: {}", path.string(), number, error.what(), trimmed_line(line)));
    }
  }
  for (const Mutant& mutant : mutants) {
    const auto covers_it = [&](const Cover& cover) { return cover.file == mutant.file; };
    if (std::none_of(table.covers.begin(), table.covers.end(), covers_it)) {
      throw std::runtime_error(fmt::format("{}: no test covers {}; add: covers {} PROGRAM FILTER",
                                           path.string(), mutant.file, mutant.file));
    }
  }
  return table;
}

}  // namespace tito
