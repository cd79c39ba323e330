#pragma once

#include <string>

#include "examples/common/program.h"

// Each milestone trains what its year could, prints what it measured, and returns examples::kDone if that is
// what history saw.
namespace milestones {

/// 1958: the perceptron's rule finds a line that divides points.
int perceptron(const examples::Program& program);
/// 1969: one layer does not learn XOR, whatever its start. Succeeds if it fails.
int xor_crisis(const examples::Program& program);
/// 1986: with a hidden layer, backpropagation learns XOR, and digits of 35 pixels.
int mlp(const examples::Program& program);
/// 1998: a convolutional network tells clothes apart better than one layer does.
/// @param data  the directory of Fashion-MNIST; empty: that of Debian's package
int cnn(const examples::Program& program, const std::string& data);
/// 2017: a Transformer block reverses sequences.
int transformer(const examples::Program& program);
/// 2018: a network loses nine of ten weights, and stores the others in a byte, without becoming worse.
/// @param data  the directory of Fashion-MNIST; empty: that of Debian's package
int compression(const examples::Program& program, const std::string& data);
/// 2020: a GPT learns to write, and predicts a text better than pairs of its characters do.
/// @param text  a file; empty: the King James Bible
int tinygpt(const examples::Program& program, const std::string& text);
/// Trains tinygpt in pairs, by the framework's own code and by that of TINYTORCH_PLUGINS, and prints the
/// ratio of their speeds. Succeeds if both learn the same.
/// @param once  only train once, by the code that is there, and print the loss and the seconds of each step
int capstone(const examples::Program& program, const std::string& text, bool once);

}  // namespace milestones
