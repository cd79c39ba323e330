#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The mutants of `./tito mutate`, and the table of tests that must catch them.
namespace tito {

/// A call in the source of a kernel that the emulated device can omit (SIMT_OMIT): a barrier, a bounds check,
/// or a wait for a stream or an event.
struct Mutant {
  std::string file;    // a file name in kernels/cuda
  int line = 0;        // counted from 1
  std::string call;    // "within(row, rows)"
  std::string source;  // the line, without the spaces around it
};

/// The mutants in the *.cu, *.cpp and *.h files of a folder, ordered by file and line. Comments, string
/// literals and declarations are ignored.
/// @throws std::runtime_error  two of them are on one line, which could not be distinguished
std::vector<Mutant> find_mutants(const std::filesystem::path& folder);

/// Tests that must catch the mutants of a file.
struct Cover {
  std::string file;
  std::string program;  // "test_core"
  std::string filter;   // of GoogleTest
};

/// A call whose omission no test can detect, and the reason why it is there.
struct Redundancy {
  std::string file;
  std::string source;  // the line of the call
  std::string reason;

  bool is_of(const Mutant& mutant) const { return mutant.file == file && mutant.source == source; }
};

/// tests/simt/mutants.txt, which describes its own format.
struct MutantTable {
  std::vector<Cover> covers;
  std::vector<Redundancy> redundancies;
};

/// Reads the table and compares it with the mutants.
/// @throws std::runtime_error  it is missing, has a malformed line or one that matches no mutant, or
///                             lists no test for a file with mutants
MutantTable read_mutant_table(const std::filesystem::path& path, const std::vector<Mutant>& mutants);

}  // namespace tito
