#include "core/ops/unfold.h"
#include "core/ops/unfold_kernels.h"

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The number of windows along each axis.
Pair windows_of(const Pair& image, const Window& w) {
  const auto along = [](std::int64_t length, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                        std::int64_t dilation) {
    return (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  };
  return {along(image.height, w.kernel.height, w.stride.height, w.padding.height, w.dilation.height),
          along(image.width, w.kernel.width, w.stride.width, w.padding.width, w.dilation.width)};
}

Shape columns_shape(const Shape& x, const Window& window) {
  const Pair windows = windows_of({x[2], x[3]}, window);
  return {x[0], x[1] * window.kernel.height * window.kernel.width, windows.height * windows.width};
}

/// The position in the image of an element of the columns. Outside the image the row is -1.
struct Origin {
  std::int64_t channel, row, column;
};
Origin origin(const Dims& at, const Pair& image, const Window& w) {
  const Pair windows = windows_of(image, w);
  const std::int64_t element = at[1] % (w.kernel.height * w.kernel.width);
  const std::int64_t row = at[2] / windows.width * w.stride.height - w.padding.height +
                           element / w.kernel.width * w.dilation.height;
  const std::int64_t column =
      at[2] % windows.width * w.stride.width - w.padding.width + element % w.kernel.width * w.dilation.width;
  const bool inside = row >= 0 && row < image.height && column >= 0 && column < image.width;
  return {at[1] / (w.kernel.height * w.kernel.width), inside ? row : -1, column};
}

void rows_of(const std::string& name, const Window& window, const Pair& image,
             const std::vector<std::pair<std::int64_t, std::int64_t>>& batches_and_channels) {
  std::vector<Shape> images, columns;
  for (const auto& [batch, channels] : batches_and_channels) {
    images.push_back({batch, channels, image.height, image.width});
    columns.push_back(columns_shape(images.back(), window));
  }
  row("unfold" + name)
      .inputs(real(-3, 3))
      .shapes(images)
      .covers(kernels::unfold)
      .reference([=](const Array& x) {
        return generate(columns_shape(x.shape, window), [&](const Dims& at) {
          const Origin from = origin(at, image, window);
          return from.row < 0 ? 0.0 : x({at[0], from.channel, from.row, from.column});
        });
      })
      .exactly()
      .gradient(differentiable)
      .calls([=](const auto& x) { return unfold(x, window); });
  row("fold" + name)
      .inputs(real(-3, 3))
      .shapes(columns)
      .covers(kernels::fold)
      .reference([=](const Array& x) {
        const std::int64_t channels = x.shape[1] / (window.kernel.height * window.kernel.width);
        Array y =
            generate({x.shape[0], channels, image.height, image.width}, [](const Dims&) { return 0.0; });
        static_cast<void>(generate(x.shape, [&](const Dims& at) {
          const Origin to = origin(at, image, window);
          if (to.row < 0) return 0.0;
          const std::int64_t plane = at[0] * channels + to.channel;
          y.values[static_cast<std::size_t>((plane * image.height + to.row) * image.width + to.column)] +=
              x(at);
          return 0.0;
        }));
        return y;
      })
      .gradient(differentiable)
      .calls([=](const auto& x) { return fold(x, image, window); });
}

}  // namespace

void unfold_rows() {
  rows_of("", {.kernel = 2}, {3, 3}, {{1, 1}, {0, 2}, {2, 0}, {7, 50}});
  rows_of("_strided", {.kernel = {2, 3}, .stride = {2, 1}, .padding = 1}, {2, 2}, {{1, 1}, {5, 20}});
  rows_of("_dilated", {.kernel = 2, .stride = 2, .padding = 2, .dilation = {2, 3}}, {1, 2}, {{1, 1}, {2, 3}});

  time_row("unfold", {{{32, 64, 32, 32}}});
  time_row("fold", {{{256, 16, 4}}});
}

}  // namespace tinytorch::conformance
