// Puts what module 08 wrote into the hooks of the framework.
#include "modules/08_dataloader/dataloader.h"
#include "nn/hooks.h"

extern "C" void tinytorch_plugin() {
  tinytorch::nn::hooks::shuffled.replace([](std::int64_t items, std::uint64_t seed, std::int64_t epoch) {
    return dataloader::shuffled_order(items, seed, static_cast<std::uint64_t>(epoch));
  });
}
