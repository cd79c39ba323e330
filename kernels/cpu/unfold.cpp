#include "core/ops/creation.h"
#include "core/ops/internal/image.h"
#include "core/ops/unfold_kernels.h"
#include "kernels/cpu/parallel.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/unfold.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/window-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Calls f(geometry, one channel of an image, its columns) for each channel of each image.
template <class Image, class Columns, class F>
void for_each_channel(const Tensor& x, const Window& window, const Pair& output_size, Image* image,
                      Columns* columns, const F& f) {
  const WindowGeometry geometry{.window = window, .image = image_size(x.shape()), .output = output_size};
  const std::int64_t columns_numel = geometry.kernel_numel() * geometry.positions();
  parallel_for(x.shape()[0] * x.shape()[1], kCheapGrain / columns_numel + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i)
                   f(geometry, image + i * geometry.pixels(), columns + i * columns_numel);
               });
}

void unfold(const Tensor& x, const Window& window, const Pair& output_size, Tensor& columns) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    for_each_channel(x, window, output_size, x.data<T>(), columns.data<T>(),
                     [](const WindowGeometry& geometry, const T* input, T* output) {
                       im2col(geometry, 1, input, output);
                     });
  });
}

void fold(const Tensor& columns, const Window& window, const Pair& output_size, Tensor& x) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const WindowGeometry whole{.window = window, .image = image_size(x.shape()), .output = output_size};
    Tensor errors = needs_errors<T>(whole) ? empty(x.shape(), {.dtype = dtype_of<T>}) : Tensor();
    T *const image = x.data<T>(), *const image_errors = errors.defined() ? errors.data<T>() : nullptr;
    for_each_channel(x, window, output_size, image, columns.data<T>(),
                     [&](const WindowGeometry& geometry, T* output, const T* input) {
                       T* const own = image_errors == nullptr ? nullptr : image_errors + (output - image);
                       col2im(geometry, 1, input, output, own);
                     });
  });
}

void register_unfold_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::unfold.set(kCpu, unfold);
  kernels::fold.set(kCpu, fold);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_unfold_kernels);
void register_unfold() { HWY_DYNAMIC_DISPATCH(register_unfold_kernels)(); }
}  // namespace tinytorch::cpu
#endif
