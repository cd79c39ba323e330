#pragma once

#include <filesystem>
#include <string>
#include <vector>

// What a module of the course says of itself, in its module.json.
namespace tito {

/// A wrong solution that is often written. Its text stands in tests/module_NN/mistakes/FILE and replaces one
/// region of the solution.
struct Mistake {
  std::string name;   ///< the file's, without its extension
  std::string check;  ///< the first check that fails
  int region = 1;     ///< which region of the exercise it replaces
};

/// One test of an exercise: TEST(Exercise, Name).
struct Check {
  std::string name;
  std::string hint;  ///< printed if it fails
};

/// A function that a student writes.
struct Exercise {
  std::string id;  ///< unique in the module: relu_gradient
  std::string title;
  std::string source;   ///< the file that it is in, in the module's folder
  std::string section;  ///< the heading of README.md to read
  int points = 0;
  std::vector<Check> checks;
  std::vector<Mistake> mistakes;

  /// The test suite of its checks: ReluGradient.
  std::string suite() const;
  /// CUDA, which runs on the emulated device.
  bool on_device() const { return source.ends_with(".cu"); }
};

struct Module {
  int number = 0;
  std::string name;  ///< activations
  std::string title;
  double hours = 0;        ///< how long it takes, about
  std::vector<int> needs;  ///< the numbers of the modules that come before
  // What it replaces in the framework.
  std::vector<std::string> slots;       ///< kernel slots on the CPU
  std::vector<std::string> cuda_slots;  ///< kernel slots on CUDA
  std::vector<std::string> hooks;
  std::vector<std::string> also;  ///< which of the Python original's later modules it holds
  std::vector<Exercise> exercises;
  std::filesystem::path folder;  ///< modules/03_activations

  /// 03_activations
  std::string folder_name() const;
  /// The files that a student edits, each once.
  std::vector<std::string> sources() const;
  /// Those of a copy that have this extension, as absolute paths.
  std::vector<std::filesystem::path> sources_in(const std::filesystem::path& copy,
                                                const std::string& extension) const;
  int points() const;
  const Exercise* find(const std::string& id) const;
};

/// Reads FOLDER/module.json.
/// @throws std::runtime_error  it is missing or malformed: the message names the file and the key
Module read_module(const std::filesystem::path& folder);

/// All modules below FOLDER, by their numbers.
/// @throws std::runtime_error  one is malformed, or two have the same number
std::vector<Module> read_modules(const std::filesystem::path& folder);

/// The module that is meant by 4, 04, layers or 04_layers.
/// @throws std::runtime_error  there is none; the message lists those that there are
const Module& find_module(const std::vector<Module>& modules, const std::string& wanted);

}  // namespace tito
