#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "core/profile_scope.h"

/// Where the time of a program goes: which ops take it, and what they do in it.
/// ```cpp
/// Profiler profiler;
/// for (int step = 0; step < 3; ++step) {
///   const ProfileScope scope("step");
///   matmul(ones({64, 64}), ones({64, 64}));
/// }
/// const Profile profile = profiler.stop();
/// std::cout << profile;                        // a table: calls, times, rates and allocations
/// std::cout << profile.rows[0].self_seconds;   // the same as data
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_trace.json";
/// write_chrome_trace(path, profile);           // for `./tito plot`, ui.perfetto.dev and chrome://tracing
/// std::filesystem::remove(path);
/// ```
namespace tinytorch {

/// What was done in a scope, with all scopes inside of it.
struct ProfileWork {
  /// Bytes that kernels read and write: each element of an operand is counted once, also where it is
  /// broadcast. So this is what they have to move at least.
  std::uint64_t bytes = 0;
  /// Multiplications and additions of matrix products, convolutions and attention. Those of other kernels are
  /// not counted.
  double operations = 0;
  std::uint64_t allocations = 0;  ///< blocks of memory for tensors, most of them from the allocator's cache
  std::uint64_t allocated_bytes = 0;  ///< as they were asked for

  ProfileWork& operator+=(const ProfileWork& other);
};

/// The sums over all scopes of one kind and name, in all threads.
struct ProfileRow {
  ScopeKind kind;
  std::string name;
  std::uint64_t calls = 0;
  /// With the scopes inside of them; those inside of a scope of the same kind and name count once.
  double seconds = 0;
  double self_seconds = 0;  ///< without the scopes inside of them
  ProfileWork work = {};    ///< what `seconds` were used for
};

/// A scope that was recorded.
struct ProfileEvent {
  std::size_t row;     ///< the index of its kind and name in Profile::rows
  std::size_t thread;  ///< 0, 1, ...; a thread can have the number of one that ended before
  double start;        ///< in seconds since the Profiler was made
  double seconds;
  ProfileWork work;
};

/// What a Profiler recorded: of all scopes that began and ended meanwhile.
struct Profile {
  double seconds = 0;                ///< from the Profiler's construction to stop()
  std::vector<ProfileRow> rows;      ///< the largest self_seconds first
  std::vector<ProfileEvent> events;  ///< of one thread after the other, each in the order of their starts
  std::uint64_t events_left_out =
      0;  ///< those beyond ProfilerOptions::max_events, which count in the rows only
  /// Kernels of a GPU ran that the Profiler did not wait for. Their times are those in which the host
  /// enqueued them; what waits for the GPU, such as item(), has the time of their work.
  bool has_host_times = false;
};

/// The options of a Profiler.
struct ProfilerOptions {
  /// Waits for the GPU after each kernel, so that its time is that of its work. The GPU is then idle between
  /// kernels, so that the program takes longer.
  bool synchronize = false;
  /// How many events are kept, of all threads, with 64 bytes each. Later ones count in the rows only.
  std::size_t max_events = 200'000;
};

/// While one exists, all threads record their scopes: calls of layers, ops and kernels, the gradient rules of
/// backward passes, and each ProfileScope. It takes a fraction of a microsecond for each. There is one
/// Profiler at a time. A kind has up to 10,000 rows in a thread; further names share the row "(other names)".
class Profiler {
 public:
  /// @throws ValueError  another Profiler records
  explicit Profiler(ProfilerOptions options = {});
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// Ends recording. A scope that has not ended does not count.
  /// @throws ValueError  it was stopped before
  Profile stop();

 private:
  std::uint64_t session_;  // see core/internal/recording.h; 0: it was stopped
  std::chrono::steady_clock::time_point start_;
};

/// A table of the rows, those with the largest self_seconds first.
/// @param max_rows  further ones are left out, and counted in the last line
std::string to_string(const Profile& profile, std::size_t max_rows = 40);
/// Prints to_string(profile).
std::ostream& operator<<(std::ostream& out, const Profile& profile);

/// Writes the events as JSON in Chrome's Trace Event Format. A file at `path` is replaced once all is
/// written.
/// @throws IoError  the file cannot be written
void write_chrome_trace(const std::string& path, const Profile& profile);

}  // namespace tinytorch
