#pragma once

namespace tito {

/// Why tests of what bubblewrap does are skipped where can_isolate() is false, as in most containers.
inline constexpr const char* kNoIsolation = "bubblewrap is not there, or may not make namespaces";

}  // namespace tito
