#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "core/profiler.h"

namespace tinytorch::testing {

/// What a Profiler records of a call.
inline Profile profile_of(const std::function<void()>& call, ProfilerOptions options = {}) {
  Profiler profiler(options);
  call();
  return profiler.stop();
}

/// A row of a profile that has calls; without calls if it is not there.
inline ProfileRow row_of(const Profile& profile, ScopeKind kind, const std::string& name) {
  for (const ProfileRow& row : profile.rows) {
    if (row.kind == kind && row.name == name) return row;
  }
  return {.kind = kind, .name = name};
}

/// The names of the scopes that an event is in, the outermost first, and its own: "a/b/c".
inline std::string path_of(const Profile& profile, const ProfileEvent& event) {
  std::string path;
  for (const ProfileEvent& outer : profile.events) {
    const bool is_outer = outer.thread == event.thread && outer.start <= event.start &&
                          event.start + event.seconds <= outer.start + outer.seconds;
    if (is_outer) path += (path.empty() ? "" : "/") + profile.rows.at(outer.row).name;
    if (&outer == &event) return path;
  }
  throw std::out_of_range("the event is not in the profile");
}

}  // namespace tinytorch::testing
