#pragma once

#include <string>
#include <string_view>

// Text that others wrote, made fit to be shown.
namespace tito {

/// The text with "?" for each byte that is no part of UTF-8 and each control or invisible formatting
/// character, line breaks and tabs among them: what is left cannot move a terminal's cursor nor hide or
/// reorder text.
std::string printable(std::string_view text);

/// The text for HTML, as an element's content or an attribute in quotes. Line breaks and tabs stay; other
/// characters as in printable().
std::string escape_html(std::string_view text);

/// The text as a field of a CSV file, quoted where RFC 4180 says so. A text that a spreadsheet would read as
/// a formula gets an apostrophe in front of it (https://owasp.org/www-community/attacks/CSV_Injection).
std::string csv_field(std::string_view text);

/// The text as one word of a shell's command, in quotes.
std::string shell_quoted(std::string_view text);

}  // namespace tito
