  std::size_t sum = 0;
  const Layer* last = nullptr;
  for (const auto& layer : layers) {
    if (layer.get() != last) sum += layer->parameter_count();
    last = layer.get();
  }
  return sum;
