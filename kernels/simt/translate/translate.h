#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace simt {

/// CUDA syntax that cannot be rewritten. what() begins with the line.
class TranslationError : public std::runtime_error {
 public:
  TranslationError(int line, const std::string& what)
      : std::runtime_error("line " + std::to_string(line) + ": " + what) {}
};

/// Rewrites a CUDA source for a host compiler, which cannot take launches and shared memory:
///
///     scale<float><<<grid, 256>>>(x, n);      a call of simt::launch_call()
///     __shared__ float tile[32][33];          a reference to simt::static_shared<float[32][33]>()
///     extern __shared__ float row[];          float* row = dynamic_shared<float>();
///
/// All else stays, and each token stays on its line.
/// @throws TranslationError  a launch or a declaration of shared memory is malformed, or has a form that is
/// not
///                           supported: shared memory at namespace scope, or of an unnamed type
std::string translate(std::string_view source);

}  // namespace simt
