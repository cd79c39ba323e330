#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// What `tito mutate` leaves out of the kernels, and what it is told of them.
namespace tito {

/// A call in the source of a kernel that the emulated device can leave out (SIMT_OMIT): a barrier, a bounds
/// check, or a wait for a stream or an event.
struct Mutant {
  std::string file;    // its name in kernels/cuda
  int line = 0;        // the first is 1
  std::string call;    // "within(row, rows)"
  std::string source;  // the line, without the spaces around it
};

/// Finds the calls in the *.cu, *.cpp and *.h of a folder, by file and line. Comments, texts and declarations
/// do not count.
/// @throws std::runtime_error  two of them are on one line, where they cannot be told apart
std::vector<Mutant> find_mutants(const std::filesystem::path& folder);

/// Tests that notice what is left out of a file.
struct Cover {
  std::string file;
  std::string program;  // "test_core"
  std::string filter;   // GoogleTest's
};

/// Calls that no test can miss, and why they are there.
struct Redundancy {
  std::string file;
  std::string source;  // the line that they are on
  std::string reason;

  bool is_of(const Mutant& mutant) const { return mutant.file == file && mutant.source == source; }
};

/// tests/simt/mutants.txt, which describes its own format.
struct MutantTable {
  std::vector<Cover> covers;
  std::vector<Redundancy> redundancies;
};

/// Reads the table, and holds it against the mutants that there are.
/// @throws std::runtime_error  it is missing, has a line that is not understood or that fits no mutant, or
///                             says of no test that it covers a file with mutants
MutantTable read_mutant_table(const std::filesystem::path& path, const std::vector<Mutant>& mutants);

}  // namespace tito
