// What `./tito module measure 05` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "modules/05_dense/dense.h"

namespace dense {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;
using Widths = std::vector<std::size_t>;

TEST(Mlp, OfImages28x28) {
  measure("mlp({784, 128, 10})", [] { keep(mlp(Widths{784, 128, 10})); });
  measure("mlp({784, 256, 10})", [] { keep(mlp(Widths{784, 256, 10})); });
}

Matrix images(std::size_t count) {
  return {.rows = count, .columns = 784, .values = std::vector<float>(count * 784, 1)};
}

TEST(Forward, Of32Images28x28) {
  const Layers narrow = mlp(Widths{784, 128, 10}), wide = mlp(Widths{784, 256, 10});
  const Matrix image = images(1), batch = images(32);
  measure("{784, 128, 10}, 32 batches of 1", [&] {
    for (std::size_t i = 0; i < batch.rows; ++i) keep(forward(narrow, image));
  });
  measure("{784, 128, 10}, a batch of 32", [&] { keep(forward(narrow, batch)); });
  measure("{784, 256, 10}, a batch of 32", [&] { keep(forward(wide, batch)); });
}

}  // namespace
}  // namespace dense
