#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tito {

/// A lesson as HTML.
struct Lesson {
  std::string title;                 ///< its first heading, as plain text
  std::string html;                  ///< what follows; headings have the ids that anchor_of() gives
  std::vector<std::string> figures;  ///< the names of their files, in the lesson's directory
};

/// The address of an existing file or directory, for links of the page.
using AddressOf = std::function<std::string(const std::filesystem::path& target)>;

/// Converts a module's README.md. HTML that it contains is shown as text, and C++ is colored. A link to
/// another lesson that is not there is no link.
/// @throws std::runtime_error  it has no title, or it links to another file or shows a figure that does not
///                             exist
Lesson read_lesson(const std::filesystem::path& readme, const AddressOf& address_of);

/// The id of a heading: "1. ReLU" has "1-relu".
std::string anchor_of(const std::string& heading);

}  // namespace tito
