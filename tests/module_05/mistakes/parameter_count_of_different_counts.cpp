  std::set<std::size_t> counts;
  for (const auto& layer : layers) counts.insert(layer->parameter_count());
  std::size_t sum = 0;
  for (const std::size_t count : counts) sum += count;
  return sum;
