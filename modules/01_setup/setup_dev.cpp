// Module 01: the tools.
//
// This course is written in C++, with functions that are yours to write. Each is checked by tests that are
// there already. In this module you get to know how that goes.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 01
//
// Then look at what it says, change something, and run it again.

#include "modules/01_setup/setup.h"

#include <sstream>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace setup {

/// Greets somebody.
///
///     greeting("Ada") = "Hello, Ada!"
///
/// 1. Strings are joined by +. One of the two has to be a std::string: name is one.
std::string greeting(const std::string& name) {
  // BEGIN SOLUTION greeting
  return "Hello, " + name + "!";
  // END SOLUTION
}

/// The mean of some numbers. Of none it is 0.
///
///     mean({1, 2, 6}) = 3    mean({}) = 0
///
/// 1. `for (const float value : values)` goes through all of them. values.size() is their number.
/// 2. Add up in double: a float has seven digits, and a sum of millions of numbers needs more.
/// 3. 0 / 0 is not 0.
double mean(std::span<const float> values) {
  // BEGIN SOLUTION mean
  if (values.empty()) return 0;
  double sum = 0;
  for (const float value : values) sum += value;
  return sum / static_cast<double>(values.size());
  // END SOLUTION
}

/// What a report like that of `./tito system info` says of something: the rest of the line that begins with
/// the name and a space, without the spaces before it.
///
///     value_of("cores     8\nmemory    16 GB\n", "memory") = "16 GB"    value_of("cores     8\n", "disk") =
///     ""
///
/// 1. std::istringstream lines(report), and std::getline(lines, line) as the condition of a loop, give one
/// line after the other.
/// 2. line.starts_with(name + ' ') tells whether it is the line: "core" is not "cores".
/// 3. line.find_first_not_of(' ', position) is where the value begins.
std::string value_of(const std::string& report, const std::string& name) {
  // BEGIN SOLUTION value_of
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + ' ')) continue;
    const std::size_t begin = line.find_first_not_of(' ', name.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
  // END SOLUTION
}

}  // namespace setup
