#pragma once

#include <cstdint>

namespace tinytorch::cpu {

/// The size of the first processor's last level of cache [bytes], as Linux tells it; elsewhere 4 MiB. The C
/// library is not asked, as it adds up those of all processors of a cloud's machine.
std::int64_t last_level_cache_size();

/// The size of its second level of cache; elsewhere 256 KiB.
std::int64_t second_level_cache_size();

}  // namespace tinytorch::cpu
