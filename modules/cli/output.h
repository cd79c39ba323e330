#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tito {

/// Flushes standard output at the end of a program.
/// @return the program's exit code: `exit_code`, or 1 instead of 0 if not all output could be written
inline int flush_output(int exit_code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  // The error itself is known only if this is where it occurred.
  std::fprintf(stderr, "standard output could not be written%s%s\n", errno != 0 ? ": " : "",
               errno != 0 ? std::strerror(errno) : "");
  return exit_code == EXIT_SUCCESS ? EXIT_FAILURE : exit_code;
}

}  // namespace tito
