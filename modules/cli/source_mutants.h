#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The mutants of `./tito mutate --course`.
namespace tito {

/// A wrong change of a source, which a test has to notice.
struct SourceMutant {
  std::string file;         // from the root of the source tree
  std::string what;         // the fault, in a few words
  std::string text;         // which the file has once
  std::string replacement;  // of the text
  std::string tests;        // that have to notice it: names of tests, separated by colons
};

/// Reads a list of mutants: a JSON array of objects with these members. Source lines need not be in one: the
/// members text and replacement can be arrays of lines.
/// @param root  the source tree
/// @throws std::runtime_error  the list is missing or malformed, a file does not have a mutant's text exactly
///                             once, or the replacement is the text itself
std::vector<SourceMutant> read_source_mutants(const std::filesystem::path& list,
                                              const std::filesystem::path& root);

/// A file with the mutant's text replaced. The destructor writes what it had before.
class MutatedFile {
 public:
  /// @throws std::runtime_error  the file cannot be read or written
  MutatedFile(const std::filesystem::path& root, const SourceMutant& mutant);
  ~MutatedFile();
  MutatedFile(const MutatedFile&) = delete;
  MutatedFile& operator=(const MutatedFile&) = delete;

 private:
  std::filesystem::path file_;
  std::string original_;
};

}  // namespace tito
