#include "core/profiler.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/internal/format.h"
#include "core/internal/recording.h"

namespace tinytorch {

namespace {

using RowKey = std::pair<ScopeKind, std::string>;

double seconds_of(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

/// Calls f(kind, name, sums) for each row of a thread in which a scope has ended.
template <class F>
void for_each_row(ThreadRecording& thread, const F& f) {
  for (std::size_t kind = 0; kind < kScopeKinds; ++kind) {
    for (auto& [name, sums] : thread.rows[kind]) {
      if (sums.calls > 0) f(static_cast<ScopeKind>(kind), name, sums);
    }
  }
}

/// The rows of all threads.
std::vector<ProfileRow> merged_rows(std::vector<ThreadRecording>& threads) {
  std::map<RowKey, ProfileRow> rows;
  for (ThreadRecording& thread : threads) {
    for_each_row(thread, [&](ScopeKind kind, const std::string& name, const ScopeSums& sums) {
      ProfileRow& row = rows.try_emplace({kind, name}, ProfileRow{.kind = kind, .name = name}).first->second;
      row.calls += sums.calls;
      row.seconds += seconds_of(sums.total);
      row.self_seconds += seconds_of(sums.self);
      row.work += sums.work;
    });
  }
  std::vector<ProfileRow> sorted;
  for (auto& [key, row] : rows) sorted.push_back(std::move(row));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ProfileRow& a, const ProfileRow& b) { return a.self_seconds > b.self_seconds; });
  return sorted;
}

/// Notes for each row of a thread which one it is in the profile.
void number_rows(const std::vector<ProfileRow>& rows, std::vector<ThreadRecording>& threads) {
  std::map<RowKey, std::size_t> numbers;
  for (std::size_t i = 0; i < rows.size(); ++i) numbers.emplace(RowKey(rows[i].kind, rows[i].name), i);
  for (ThreadRecording& thread : threads) {
    for_each_row(thread, [&](ScopeKind kind, const std::string& name, ScopeSums& sums) {
      sums.row = numbers.at({kind, name});
    });
  }
}

}  // namespace

ProfileWork& ProfileWork::operator+=(const ProfileWork& other) {
  bytes += other.bytes;
  operations += other.operations;
  allocations += other.allocations;
  allocated_bytes += other.allocated_bytes;
  return *this;
}

Profiler::Profiler(ProfilerOptions options)
    : session_(start_recording(options)), start_(std::chrono::steady_clock::now()) {
  if (session_ == 0) fail<ValueError>("Profiler", "another Profiler records; stop() that one first");
}

Profiler::~Profiler() {
  if (session_ != 0) stop_recording(session_);
}

Profile Profiler::stop() {
  if (session_ == 0) fail<ValueError>("Profiler", "it was stopped before; make another one to record more");
  Profile profile;
  profile.seconds = seconds_of(std::chrono::steady_clock::now() - start_);
  Recording recording = stop_recording(std::exchange(session_, 0));
  profile.rows = merged_rows(recording.threads);
  profile.events_left_out = recording.scopes_left_out;
  profile.has_host_times = recording.has_host_times;
  number_rows(profile.rows, recording.threads);
  std::size_t threads = 0;
  for (const ThreadRecording& thread : recording.threads) {
    const std::size_t before = profile.events.size();
    for (const RecordedScope& scope : thread.scopes) {
      if (scope.duration.count() < 0) continue;
      profile.events.push_back({.row = scope.sums->row,
                                .thread = threads,
                                .start = seconds_of(scope.start - start_),
                                .seconds = seconds_of(scope.duration),
                                .work = scope.work});
    }
    if (profile.events.size() > before) ++threads;
  }
  return profile;
}

}  // namespace tinytorch
