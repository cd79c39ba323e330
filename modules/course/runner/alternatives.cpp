#include "modules/course/alternatives.h"

#include <cstdlib>
#include <sstream>
#include <string>

namespace tinytorch::course {

bool chosen(const char* exercise, int region, const char* name) {
  const char* const variable = std::getenv("COURSE_ALTERNATIVES");
  std::istringstream entries(variable == nullptr ? "" : variable);
  const std::string own = exercise, replaced = own + ':' + std::to_string(region) + '=';
  bool solved = false;
  for (std::string entry; std::getline(entries, entry, ',');) {
    if (entry.starts_with(replaced)) return entry.substr(replaced.size()) == name;
    solved = solved || entry == own || entry == "*";
  }
  return solved && *name == '\0';
}

}  // namespace tinytorch::course
