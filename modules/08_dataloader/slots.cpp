// Puts what module 08 wrote into the hooks of the framework.
#include <span>

#include "modules/08_dataloader/dataloader.h"
#include "modules/course/slots.h"
#include "nn/hooks.h"

using namespace tinytorch;

namespace {

Tensor collate(const Tensor& items, std::span<const std::int64_t> indices) {
  if (!course::is_f32_on_cpu(items) || items.numel() == 0) return {};
  const Tensor source = contiguous(items);
  Shape shape = source.shape();
  shape[0] = static_cast<std::int64_t>(indices.size());
  Tensor batch = empty(shape);
  dataloader::collate(course::elements(source), source.size(0), source.numel() / source.size(0), indices,
                      {batch.data<float>(), static_cast<std::size_t>(batch.numel())});
  return batch;
}

}  // namespace

extern "C" void tinytorch_plugin() {
  nn::hooks::shuffled.replace([](std::int64_t items, std::uint64_t seed, std::int64_t epoch) {
    return dataloader::shuffled_order(items, seed, static_cast<std::uint64_t>(epoch));
  });
  nn::hooks::collate.replace(collate);
}
