// The milestones of the course: one program for each, by its name.

#include <CLI/CLI.hpp>

#include "examples/milestones/milestones.h"

int main(int argc, char** argv) {
  examples::Program program("milestones",
                            "Milestones of the field's history: perceptron, xor_crisis, mlp, transformer.");
  std::string name;
  program.app->add_option("NAME", name, "perceptron, xor_crisis, mlp or transformer")
      ->required()
      ->check(CLI::IsMember({"perceptron", "xor_crisis", "mlp", "transformer"}));
  return program.run(argc, argv, [&] {
    if (name == "perceptron") return milestones::perceptron(program);
    if (name == "xor_crisis") return milestones::xor_crisis(program);
    if (name == "mlp") return milestones::mlp(program);
    return milestones::transformer(program);
  });
}
