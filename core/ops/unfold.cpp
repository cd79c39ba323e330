#include "core/ops/unfold.h"
#include "core/ops/unfold_kernels.h"

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/image.h"

namespace tinytorch {

Tensor unfold(const Tensor& x, const Window& window) {
  require_images("unfold", x);
  const Pair places = window_output_size("unfold", image_size(x.shape()), window);
  const std::int64_t elements = checked_numel("unfold", {window.kernel.height, window.kernel.width});
  Tensor columns = empty({x.shape()[0], checked_numel("unfold", {x.shape()[1], elements}),
                          checked_numel("unfold", {places.height, places.width})},
                         {.dtype = x.dtype(), .device = x.device()});
  if (columns.numel() > 0) kernels::unfold(contiguous(x), window, places, columns);
  return columns;
}

Tensor fold(const Tensor& columns, const Pair& size, const Window& window) {
  require_floating("fold", columns);
  if (columns.rank() != 3) {
    fail<ShapeError>("fold",
                     "columns are {}; wanted [batch, channels * kernel height * kernel width, places]",
                     columns.shape());
  }
  if (size.height < 1 || size.width < 1)
    fail<ValueError>("fold", "size is {}; it must be at least 1", to_string(size));
  const Pair places = window_output_size("fold", size, window);
  const Shape& shape = columns.shape();
  const std::int64_t elements = checked_numel("fold", {window.kernel.height, window.kernel.width});
  const std::int64_t columns_wanted = checked_numel("fold", {places.height, places.width});
  if (shape[1] % elements != 0 || shape[2] != columns_wanted) {
    fail<ShapeError>(
        "fold",
        "columns are {}, but a kernel {} has {} x {} places in images of {} x {}; wanted [batch, "
        "a multiple of {}, {}]",
        shape, to_string(window.kernel), places.height, places.width, size.height, size.width, elements,
        columns_wanted);
  }
  Tensor x = empty({shape[0], shape[1] / elements, size.height, size.width},
                   {.dtype = columns.dtype(), .device = columns.device()});
  if (x.numel() > 0) kernels::fold(contiguous(columns), window, places, x);
  return x;
}

}  // namespace tinytorch
