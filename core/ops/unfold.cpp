#include "core/ops/unfold.h"

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/image.h"
#include "core/ops/unfold_kernels.h"

namespace tinytorch {

Tensor unfold(const Tensor& x, const Window& window) {
  const OpScope scope("unfold");
  require_images("unfold", x);
  const Pair output = window_output_size("unfold", image_size(x.shape()), window);
  const std::int64_t kernel_numel = checked_numel("unfold", {window.kernel.height, window.kernel.width});
  Tensor columns = empty({x.shape()[0], checked_numel("unfold", {x.shape()[1], kernel_numel}),
                          checked_numel("unfold", {output.height, output.width})},
                         {.dtype = x.dtype(), .device = x.device()});
  if (columns.numel() > 0) kernels::unfold(contiguous(x), window, output, columns);
  return columns;
}

Tensor fold(const Tensor& columns, const Pair& size, const Window& window) {
  const OpScope scope("fold");
  require_floating("fold", columns, "columns");
  if (columns.rank() != 3) {
    fail<ShapeError>("fold",
                     "columns are {}; wanted [batch, channels * kernel height * kernel width, positions]",
                     columns.shape());
  }
  if (size.height < 0 || size.width < 0)
    fail<ValueError>("fold", "size is {}; it must not be negative", to_string(size));
  const Pair output = window_output_size("fold", size, window);
  const Shape& shape = columns.shape();
  const std::int64_t kernel_numel = checked_numel("fold", {window.kernel.height, window.kernel.width});
  const std::int64_t positions = checked_numel("fold", {output.height, output.width});
  if (shape[1] % kernel_numel != 0 || shape[2] != positions) {
    fail<ShapeError>(
        "fold",
        "columns are {}, but a kernel {} has {} x {} positions in images of {} x {}; wanted [batch, "
        "a multiple of {}, {}]",
        shape, to_string(window.kernel), output.height, output.width, size.height, size.width, kernel_numel,
        positions);
  }
  Tensor x = empty({shape[0], shape[1] / kernel_numel, size.height, size.width},
                   {.dtype = columns.dtype(), .device = columns.device()});
  if (x.numel() > 0) kernels::fold(contiguous(columns), window, output, x);
  return x;
}

}  // namespace tinytorch
