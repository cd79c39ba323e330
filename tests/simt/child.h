#pragma once

#include <string>

namespace simt {

/// The result of a child process: its exit code (128 + the signal that ended it, as in a shell) and its
/// output.
struct Child {
  int exit_code;
  std::string output;
};

/// Runs simt_faults NAME right|wrong, with settings "A=1 B=2" added to the environment.
Child run_faults(const std::string& name, bool wrong, const std::string& settings = "");

/// "FILE:LINE" of the comment in faults/ that contains this word.
std::string marked_line(const std::string& word);

}  // namespace simt
