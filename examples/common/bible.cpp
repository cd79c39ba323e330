#include "examples/common/bible.h"

#include <stdexcept>
#include <utility>

#include "examples/common/command.h"

namespace examples {

std::string bible_text() {
  CommandResult bible = run_command("bible -f gen1:1-rev22:21 </dev/null");
  if (!bible.succeeded || bible.output.empty()) {
    throw std::runtime_error(
        "there is no text (" + bible.last_line() +
        "). Install the King James Bible with `apt-get install bible-kjv`, or give a text "
        "of your own with --text FILE");
  }
  return std::move(bible.output);
}

}  // namespace examples
