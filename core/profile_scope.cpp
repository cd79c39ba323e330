#include "core/profile_scope.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/internal/fork.h"
#include "core/internal/kernel_work.h"
#include "core/internal/recording.h"
#include "core/stream.h"

namespace tinytorch {

namespace {

using ProfileClock = std::chrono::steady_clock;

constexpr std::size_t kMaxRows = 10'000;  // of a kind in a thread
constexpr std::size_t kNotKept = static_cast<std::size_t>(-1);

// Of the recording that goes on.
constinit std::atomic<std::size_t> max_scopes{0}, scopes_begun{0};
constinit std::atomic<bool> synchronizes{false}, has_host_times{false};

/// The scopes of a thread: those that have not ended, which only the thread itself reads, and what the others
/// recorded.
class ThreadLog {
 public:
  void begin(std::uint64_t session, const char* name, ScopeKind kind) {
    const std::lock_guard lock(mutex_);
    if (session_ != session) {
      recording_ = {};
      open_.clear();
      session_ = session;
    }
    ScopeSums& sums = sums_of(name, kind);
    open_.push_back({.sums = &sums, .kept_at = keep(sums)});
    ++sums.open;
    open_.back().start = ProfileClock::now();
  }

  void end(std::uint64_t session) {
    const ProfileClock::time_point now = ProfileClock::now();
    const std::lock_guard lock(mutex_);
    if (session_ != session || open_.empty()) return;
    const OpenScope scope = open_.back();
    open_.pop_back();
    const std::chrono::nanoseconds duration = now - scope.start;
    add(scope, duration);
    if (open_.empty()) return;
    open_.back().inside += duration;
    open_.back().work += scope.work;
  }

  /// The work of the innermost scope; null outside of all.
  ProfileWork* work() { return open_.empty() ? nullptr : &open_.back().work; }

  /// What was recorded in the session.
  ThreadRecording take(std::uint64_t session) {
    const std::lock_guard lock(mutex_);
    if (session_ != session) return {};
    session_ = 0;
    return std::exchange(recording_, {});
  }

  std::mutex& mutex() { return mutex_; }

  bool is_used = true;  ///< by a thread; guarded by the mutex of the list

 private:
  struct OpenScope {
    ScopeSums* sums;
    ProfileClock::time_point start = {};
    std::chrono::nanoseconds inside{0};  // the time of the scopes inside
    ProfileWork work = {};
    std::size_t kept_at = kNotKept;
  };

  ScopeSums& sums_of(std::string_view name, ScopeKind kind) {
    ThreadRecording::Rows& rows = recording_.rows[static_cast<std::size_t>(kind)];
    const auto found = rows.find(name);
    if (found != rows.end()) return found->second;
    return rows[rows.size() < kMaxRows ? std::string(name) : "(other names)"];
  }

  /// Makes room for a scope, so that its end needs no memory.
  /// @return its index; kNotKept if there are too many
  std::size_t keep(ScopeSums& sums) {
    if (scopes_begun.fetch_add(1, std::memory_order_relaxed) >= max_scopes.load(std::memory_order_relaxed))
      return kNotKept;
    recording_.scopes.push_back({.sums = &sums});
    return recording_.scopes.size() - 1;
  }

  void add(const OpenScope& scope, std::chrono::nanoseconds duration) {
    ScopeSums& sums = *scope.sums;
    ++sums.calls;
    sums.self += duration - scope.inside;
    if (--sums.open == 0) {
      sums.total += duration;
      sums.work += scope.work;
    }
    if (scope.kept_at == kNotKept) return;
    RecordedScope& kept = recording_.scopes[scope.kept_at];
    kept.start = scope.start;
    kept.duration = duration;
    kept.work = scope.work;
  }

  std::mutex mutex_;
  std::uint64_t session_ = 0;
  ThreadRecording recording_;
  std::vector<OpenScope> open_;
};

/// The logs of all threads that ever recorded. A thread that begins takes that of one that ended.
struct ThreadLogs {
  std::mutex mutex;
  std::vector<std::unique_ptr<ThreadLog>> all;
  std::uint64_t last_session = 0;
};

ThreadLogs& thread_logs() {
  // Never destroyed, since scopes may end after all static objects.
  static ThreadLogs& logs = *new ThreadLogs;
  return logs;
}

/// While a process forks, no thread may be within one of these.
void lock_logs() {
  thread_logs().mutex.lock();
  for (const auto& log : thread_logs().all) log->mutex().lock();
}
void unlock_logs() {
  for (const auto& log : thread_logs().all) log->mutex().unlock();
  thread_logs().mutex.unlock();
}

constinit thread_local ThreadLog* log_of_thread = nullptr;
constinit thread_local bool has_left_log = false;  // the thread ends

/// Gives the thread's log back when the thread ends.
struct LogOfThread {
  explicit LogOfThread(ThreadLog* log) { log_of_thread = log; }
  LogOfThread(const LogOfThread&) = delete;
  LogOfThread& operator=(const LogOfThread&) = delete;
  ~LogOfThread() {
    const std::lock_guard lock(thread_logs().mutex);
    log_of_thread->is_used = false;
    log_of_thread = nullptr;
    has_left_log = true;
  }
};

ThreadLog* unused_log() {
  ThreadLogs& logs = thread_logs();
  const std::lock_guard lock(logs.mutex);
  const auto found = std::find_if(logs.all.begin(), logs.all.end(), [](auto& log) { return !log->is_used; });
  if (found == logs.all.end()) return logs.all.emplace_back(std::make_unique<ThreadLog>()).get();
  (*found)->is_used = true;
  return found->get();
}

/// Null once the thread's own objects are being destroyed.
ThreadLog* this_log() {
  if (log_of_thread == nullptr && !has_left_log) {
    static const bool once = (lock_during_forks(lock_logs, unlock_logs), true);
    static_cast<void>(once);
    static thread_local const LogOfThread own(unused_log());
  }
  return log_of_thread;
}

/// The work of this thread's innermost scope; null outside of all.
ProfileWork* innermost_work() { return log_of_thread == nullptr ? nullptr : log_of_thread->work(); }

}  // namespace

const char* name(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::user:
      return "scope";
    case ScopeKind::layer:
      return "layer";
    case ScopeKind::op:
      return "op";
    case ScopeKind::backward:
      return "backward";
    case ScopeKind::kernel:
      return "kernel";
  }
  return "";
}

void ProfileScope::begin(const char* name, ScopeKind kind) {
  const std::uint64_t session = recording_session.load(std::memory_order_acquire);
  ThreadLog* const log = session == 0 ? nullptr : this_log();
  if (log == nullptr) return;
  log->begin(session, name, kind);
  session_ = session;
}

void ProfileScope::end() noexcept {
  if (log_of_thread != nullptr) log_of_thread->end(session_);
}

void record_work(std::uint64_t bytes, double operations) {
  if (ProfileWork* const work = innermost_work()) *work += {.bytes = bytes, .operations = operations};
}

void record_allocation(std::size_t bytes) {
  if (ProfileWork* const work = innermost_work()) *work += {.allocations = 1, .allocated_bytes = bytes};
}

void wait_for_recorded_kernel(Device device) {
  if (device.type == DeviceType::cpu) return;
  if (synchronizes.load(std::memory_order_relaxed)) {
    Stream::current(device).synchronize();
  } else {
    has_host_times.store(true, std::memory_order_relaxed);
  }
}

std::uint64_t start_recording(const ProfilerOptions& options) {
  ThreadLogs& logs = thread_logs();
  const std::lock_guard lock(logs.mutex);
  if (ProfileScope::is_recorded()) return 0;
  max_scopes = options.max_events;
  scopes_begun = 0;
  synchronizes = options.synchronize;
  has_host_times = false;
  recording_session.store(++logs.last_session, std::memory_order_release);
  return logs.last_session;
}

Recording stop_recording(std::uint64_t session) {
  ThreadLogs& logs = thread_logs();
  const std::lock_guard lock(logs.mutex);
  recording_session.store(0, std::memory_order_relaxed);
  Recording recording;
  for (const auto& log : logs.all) recording.threads.push_back(log->take(session));
  recording.scopes_left_out = scopes_begun - std::min(scopes_begun.load(), max_scopes.load());
  recording.has_host_times = has_host_times;
  return recording;
}

}  // namespace tinytorch
