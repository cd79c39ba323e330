#pragma once

#include <string>
#include <string_view>

namespace tito {

/// A text that HTML shows as it is, in an element or in a quoted attribute.
std::string escape_html(std::string_view text);

/// Turns C++ and CUDA into HTML with the program highlight. The classes of its elements, such as `hl kwa`,
/// have their colors in pages.css.
/// @throws std::runtime_error  highlight is not installed, or fails
std::string highlight_cpp(const std::string& code);

}  // namespace tito
