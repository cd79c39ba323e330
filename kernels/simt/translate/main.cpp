// simt_translate SOURCE RESULT: rewrites a source in plain CUDA for a host compiler.
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>

#include "kernels/simt/translate/translate.h"

namespace {

int run(const char* source, const char* result) {
  std::ifstream in(source, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) {
    std::cerr << source << ": cannot be read\n";
    return 1;
  }
  std::ofstream out(result, std::ios::binary);
  out << "#line 1 \"" << source << "\"\n" << simt::translate(text.str()) << std::flush;
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
