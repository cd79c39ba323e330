  std::vector<float> sorted;
  for (const float value : reference) {
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::vector<float> edges;
  if (sorted.empty()) return edges;
  std::sort(sorted.begin(), sorted.end());
  float last = -INFINITY;
  for (std::size_t i = 1; i < bins; ++i) {
    const float edge = sorted[sorted.size() * i / bins];
    if (edge > last) edges.push_back(edge);
    last = edge;
  }
  return edges;
