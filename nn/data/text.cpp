#include "nn/data/text.h"

#include "core/op_scope.h"
#include "nn/data/internal/data_reader.h"

namespace tinytorch::nn {

std::string load_text(const std::string& path) {
  const OpScope scope("load_text");
  return read_file("load_text", path);
}

}  // namespace tinytorch::nn
