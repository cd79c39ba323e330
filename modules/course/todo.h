#pragma once

#include <stdexcept>
#include <string>

// What stands in a student's copy for what is to be written.
namespace tinytorch::course {

/// Thrown where something is not written yet.
class Todo : public std::runtime_error {
 public:
  /// @param exercise  as in "activations.relu"
  explicit Todo(const std::string& exercise) : std::runtime_error(exercise + " is not written yet") {}
};

/// Ends the exercise: write the code that it stands for, then remove it.
/// @throws Todo  always
[[noreturn]] void todo(const char* exercise);

}  // namespace tinytorch::course
