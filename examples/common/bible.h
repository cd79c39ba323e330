#pragma once

#include <string>

namespace examples {

/// The King James Bible as Debian's program `bible` prints it (package bible-kjv): a verse in each line,
/// after its number, as "Ge1:1 In the beginning ...".
/// @throws std::runtime_error  there is no such program; the message says what to do
std::string bible_text();

}  // namespace examples
