  std::size_t sum = 0;
  for (const auto& layer : layers) sum += layer->parameter_count();
  return sum;
