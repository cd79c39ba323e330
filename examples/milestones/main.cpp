// The milestones of the course: one program for each, by its name.

#include <CLI/CLI.hpp>

#include <functional>
#include <map>
#include <string>

#include "examples/milestones/milestones.h"

int main(int argc, char** argv) {
  examples::Program program("milestones",
                            "Milestones of the field's history, and the capstone of the course.");
  std::string name, data, text;
  bool once = false;
  const std::map<std::string, std::function<int()>> all{
      {"perceptron", [&] { return milestones::perceptron(program); }},
      {"xor_crisis", [&] { return milestones::xor_crisis(program); }},
      {"mlp", [&] { return milestones::mlp(program); }},
      {"cnn", [&] { return milestones::cnn(program, data); }},
      {"transformer", [&] { return milestones::transformer(program); }},
      {"compression", [&] { return milestones::compression(program, data); }},
      {"tinygpt", [&] { return milestones::tinygpt(program, text); }},
      {"capstone", [&] { return milestones::capstone(program, text, once); }},
  };
  program.app->add_option("NAME", name, "Which one")->required()->check(CLI::IsMember(all));
  program.app->add_flag("--quick", program.quick,
                        "A small run of seconds, to see that it works, of those that take longer");
  program.app->add_option(
      "--data", data,
      "Of cnn and compression: the directory of the IDX files; by default that of Debian's package");
  program.app
      ->add_option("--text", text,
                   "Of tinygpt and capstone: any text file; by default the King James Bible of Debian's "
                   "package bible-kjv")
      ->check(CLI::ExistingFile);
  program.app->add_flag("--once", once,
                        "Of capstone: only train once, and print the loss and the seconds of each step");
  return program.run(argc, argv, [&] { return all.at(name)(); });
}
