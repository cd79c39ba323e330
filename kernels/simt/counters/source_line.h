#pragma once

#include <cstdint>
#include <initializer_list>

#include "simt/site.h"

namespace simt {

/// The source line of an instruction in the innermost function, inlined or called, that is not in a header of
/// the compiler or of this device. The file is "" if the program has no debug information.
/// @param return_addresses  behind the instruction, and behind the calls around it, the innermost first; 0:
/// none
Site source_line(std::initializer_list<std::uintptr_t> return_addresses);

}  // namespace simt
