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
/// @throws TranslationError  a launch or a declaration of shared memory is malformed, or has a form that
///                           is not supported: shared memory at namespace scope, or of an unnamed type;
///                           one of the two within the other's name or type; a literal of several lines,
///                           or more than 1000 characters, in a kernel's name, a type or an extent
std::string translate(std::string_view source);

/// The directive before the first line of a file's content, with the end of its line: compilers then name the
/// file, whichever they read.
std::string line_directive(std::string_view file);

}  // namespace simt
