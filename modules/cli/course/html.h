#pragma once

#include <string>

namespace tito {

/// Turns C++ and CUDA into HTML with the program highlight. The classes of its elements, such as `hl kwa`,
/// have their colors in pages.css.
/// @throws std::runtime_error  highlight is not installed, or fails
std::string highlight_cpp(const std::string& code);

}  // namespace tito
