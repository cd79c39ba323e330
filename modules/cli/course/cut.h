#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The views of a module's source, which is written with its solutions:
//
//     float relu(float x) {
//       // BEGIN SOLUTION relu
//       return x < 0 ? 0 : x;
//       // END SOLUTION
//     }
namespace tito {

class CutError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The lines between a BEGIN and an END, of one exercise. An exercise can have several.
struct Region {
  std::string exercise;
  int number = 1;                            ///< among those of the exercise
  std::size_t begin_line = 0, end_line = 0;  ///< of BEGIN and END, from 0
  std::string text;                          ///< the lines between
};

/// @throws CutError  BEGIN and END do not alternate, or BEGIN names no exercise; the message has the line
std::vector<Region> regions_of(std::string_view source);

/// The student's copy: each region is replaced by a call of todo("MODULE.EXERCISE").
/// @throws CutError  as regions_of()
std::string cut(std::string_view source, const std::string& module);

/// What can stand in a region besides the solution.
struct Alternative {
  std::string exercise;
  int region = 1;
  std::string name;
  std::string text;
};

/// A source that holds the solutions and the alternatives, among which course::chosen() selects when it runs,
/// and todo() for what is not chosen. So a module's tests compile it once.
/// @throws CutError  as regions_of(), or an alternative is of no region
std::string with_alternatives(std::string_view source, const std::string& module,
                              const std::vector<Alternative>& alternatives);

}  // namespace tito
