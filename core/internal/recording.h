#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/profiler.h"

// Internal: what scopes record until a Profiler stops. Each recording has a number of its own, its session.
namespace tinytorch {

/// The sums of the scopes of one kind and name in a thread.
struct ScopeSums {
  std::uint64_t calls = 0;
  std::chrono::nanoseconds total{0};
  std::chrono::nanoseconds self{0};
  ProfileWork work;
  std::int64_t open = 0;  ///< scopes that have not ended, each inside of the one before
  std::size_t row = 0;    ///< for the Profiler, which numbers the rows of all threads
};

/// A scope of a thread.
struct RecordedScope {
  ScopeSums* sums;
  std::chrono::steady_clock::time_point start = {};
  std::chrono::nanoseconds duration{-1};  ///< negative until it has ended
  ProfileWork work = {};
};

/// Finds strings by views of others.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// What the scopes of a thread recorded. It is moved and never copied, since scopes point to sums.
struct ThreadRecording {
  ThreadRecording() = default;
  ThreadRecording(ThreadRecording&&) = default;
  ThreadRecording& operator=(ThreadRecording&&) = default;

  using Rows = std::unordered_map<std::string, ScopeSums, StringHash, std::equal_to<>>;

  std::array<Rows, kScopeKinds> rows;  // of each kind, by their names
  std::deque<RecordedScope> scopes;    // in the order of their starts
};

/// What all threads recorded.
struct Recording {
  std::vector<ThreadRecording> threads;
  std::uint64_t scopes_left_out = 0;
  bool has_host_times = false;
};

/// Begins a recording.
/// @return its session; 0 if there is another
std::uint64_t start_recording(const ProfilerOptions& options);
/// Ends it.
Recording stop_recording(std::uint64_t session);

}  // namespace tinytorch
