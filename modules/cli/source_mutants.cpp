#include "modules/cli/source_mutants.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>

#include "modules/cli/course/files.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A string, or an array of lines.
std::string read_lines(const Json& json) {
  if (!json.is_array()) return json;
  std::string text;
  for (const Json& line : json) text += (text.empty() ? "" : "\n") + line.get<std::string>();
  return text;
}

SourceMutant read_mutant(const Json& json) {
  return {.file = json.at("file"),
          .what = json.at("what"),
          .text = read_lines(json.at("text")),
          .replacement = read_lines(json.at("replacement")),
          .tests = json.at("tests")};
}

std::size_t occurrences(std::string_view source, std::string_view text) {
  std::size_t number = 0;
  for (std::size_t at = 0; (at = source.find(text, at)) != source.npos; at += text.size()) ++number;
  return number;
}

/// @throws std::runtime_error  it cannot be applied
void validate(const SourceMutant& mutant, const fs::path& root) {
  if (mutant.text.empty() || mutant.text == mutant.replacement || mutant.tests.empty())
    throw std::runtime_error("a text, another that replaces it, and tests are needed");
  const std::size_t number = occurrences(read_text(root / mutant.file), mutant.text);
  if (number == 1) return;
  throw std::runtime_error(fmt::format(
      "{} has this text {} times, and has to have it once{}:\n{}", mutant.file, number,
      number == 0 ? "; it has changed since, or a run was killed before it could undo the mutant (see `git "
                    "diff`)"
                  : "",
      mutant.text));
}

}  // namespace

std::vector<SourceMutant> read_source_mutants(const fs::path& list, const fs::path& root) {
  std::vector<SourceMutant> mutants;
  const std::string text = read_text(list);
  try {
    for (const Json& json : Json::parse(text)) {
      const SourceMutant mutant = read_mutant(json);
      validate(mutant, root);
      mutants.push_back(mutant);
    }
  } catch (const std::exception& error) {
    throw std::runtime_error(
        fmt::format("{}: mutant {}: {}", list.string(), mutants.size() + 1, error.what()));
  }
  return mutants;
}

MutatedFile::MutatedFile(const fs::path& root, const SourceMutant& mutant)
    : file_(root / mutant.file), original_(read_text(file_)) {
  std::string mutated = original_;
  write_text(file_, mutated.replace(mutated.find(mutant.text), mutant.text.size(), mutant.replacement));
}

MutatedFile::~MutatedFile() {
  try {
    write_text(file_, original_);
  } catch (const std::exception& error) {
    fmt::print(stderr, "tito: {}; the file has a mutant now, which `git checkout` undoes\n", error.what());
  }
}

}  // namespace tito
