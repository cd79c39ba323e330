// The milestones of the course: one program for each, by its name.

#include <CLI/CLI.hpp>

#include "examples/milestones/milestones.h"

int main(int argc, char** argv) {
  examples::Program program("milestones", "Milestones of the field's history: perceptron, xor_crisis, mlp.");
  std::string name;
  program.app->add_option("NAME", name, "perceptron, xor_crisis or mlp")
      ->required()
      ->check(CLI::IsMember({"perceptron", "xor_crisis", "mlp"}));
  return program.run(argc, argv, [&] {
    if (name == "perceptron") return milestones::perceptron(program);
    if (name == "xor_crisis") return milestones::xor_crisis(program);
    return milestones::mlp(program);
  });
}
