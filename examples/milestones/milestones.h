#pragma once

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
/// 2017: a Transformer block reverses sequences.
int transformer(const examples::Program& program);

}  // namespace milestones
