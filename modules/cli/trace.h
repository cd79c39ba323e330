#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tito {

/// A scope in a trace: something that a thread did, from when to when [ns].
struct TraceScope {
  std::string name, category;
  std::size_t thread = 0;  ///< the index in Trace::threads
  std::int64_t start = 0, end = 0;
  double bytes = 0, operations = 0;
};

/// The scopes of a program, as tinytorch::write_chrome_trace() writes them.
struct Trace {
  std::vector<std::string> threads;  ///< the names that the file gives them
  std::vector<TraceScope> scopes;
  std::uint64_t left_out = 0;  ///< scopes that did not fit into the trace
};

/// Whether a file begins as a trace does, and not as the log of a training run.
bool is_trace(const std::string& path);

/// Reads the complete events of a file in Chrome's Trace Event Format, and passes over all others.
/// @throws std::runtime_error  the file cannot be read, is not JSON, or an event has no name or no times
Trace read_trace(const std::string& path);

}  // namespace tito
