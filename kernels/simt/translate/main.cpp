// simt_translate SOURCE RESULT: rewrites a source in plain CUDA for a host compiler.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "kernels/simt/translate/translate.h"

namespace {

int run(const char* source, const char* result) {
  std::ifstream in(source, std::ios::binary);
  if (!in) {
    std::cerr << source << ": cannot be read\n";
    return 1;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::ofstream out(result, std::ios::binary);
  out << simt::line_directive(source) << simt::translate(text) << std::flush;
  if (!out) {
    std::cerr << result << ": cannot be written\n";
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: simt_translate SOURCE RESULT\n";
    return 2;
  }
  try {
    return run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << argv[1] << ": " << error.what() << '\n';
    return 1;
  }
}
